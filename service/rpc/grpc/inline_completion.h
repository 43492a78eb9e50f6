// Completes on the loop what gRPC completes at once. What a reactor starts (a write, the end of its RPC) is mostly done
// before the starting function returns, yet gRPC wakes one of its threads to say so, which wakes the loop in turn: more
// CPU than the write itself.
#pragma once

#include <grpc/grpc.h>

namespace grpc {
class Server;
}  // namespace grpc

namespace dirlease {

// Around the start of one operation of a callback reactor: if it completes meanwhile, its reaction runs at the end of the
// scope, on this thread; else later on one of gRPC's, as ever. No scope within a scope. Thread-safe.
class InlineCompletion {
 public:
  // Before this, and after the last server's end, scopes do nothing. The queue that callbacks come from is the process's.
  static void Enable(grpc::Server& server);

  InlineCompletion();
  ~InlineCompletion();
  InlineCompletion(const InlineCompletion&) = delete;

 private:
  grpc_completion_queue* const queue_;
};

}  // namespace dirlease
