// What gRPC knows about a call, in our terms. Thread-safe.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "rpc/call.h"

namespace dirlease {

// Caller identity: SPIFFE id, else the first subject alternative name of the client certificate that was verified.
CallInfo CallInfoOf(const grpc::CallbackServerContext& context);
grpc::Status ToGrpc(const RpcStatus& status);

}  // namespace dirlease
