// Answers for methods of the contract that are not built yet: UNIMPLEMENTED, saying which. Thread-safe.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <string>

#include "rpc/grpc/call_info.h"

namespace dirlease {

inline grpc::Status NotBuilt(const std::string& method) {
  StatusContext context;
  context.operation = method;
  return ToGrpc(StatusFromFailure({.code = absl::StatusCode::kUnimplemented,
                                   .reason = "NOT_BUILT",
                                   .message = method + " is not built yet: see README's list"},
                                  context));
}

// `Base` is one of gRPC's server reactors; it deletes itself.
template <typename Base>
class NotBuiltReactor final : public Base {
 public:
  explicit NotBuiltReactor(const std::string& method) { this->Finish(NotBuilt(method)); }

 private:
  void OnDone() override { delete this; }
};

}  // namespace dirlease
