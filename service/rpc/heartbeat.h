// How often an idle stream says that it is alive. Pure, thread-safe.
#pragma once

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "model/failure.h"

namespace dirlease {

// Of a request's field `heartbeat_interval`, null when it is unset. Zero = no heartbeats.
Outcome<absl::Duration> HeartbeatFromProto(const google::protobuf::Duration* interval);

}  // namespace dirlease
