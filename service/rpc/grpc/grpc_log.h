// gRPC's and protobuf's own log lines become lines of base/log.
#pragma once

#include "base/log.h"

namespace dirlease {

// Call before gRPC is used. gRPC knows no warnings: its errors are logged, below them only at kDebug. What protobuf says is
// at kDebug, whatever it is.
void RouteGrpcLog(log::Level least);
// Thread-safe.
void SetGrpcLogLevel(log::Level least);

}  // namespace dirlease
