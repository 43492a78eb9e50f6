#include "rpc/grpc/inline_completion.h"

#include <grpcpp/server.h>

#include <atomic>

namespace dirlease {

namespace {

// gRPC keeps it to itself. That an explicit instantiation may name private members is the language's own door.
grpc::CompletionQueue* CallbackQueueOf(grpc::Server& server);
template <auto kMember>
struct Door {
  friend grpc::CompletionQueue* CallbackQueueOf(grpc::Server& server) { return (server.*kMember)(); }
};
template struct Door<&grpc::Server::CallbackCQ>;

std::atomic<grpc_completion_queue*> callback_queue = nullptr;

}  // namespace

void InlineCompletion::Enable(grpc::Server& server) { callback_queue = CallbackQueueOf(server)->cq(); }

InlineCompletion::InlineCompletion() : queue_(callback_queue) {
  if (queue_ != nullptr) grpc_completion_queue_thread_local_cache_init(queue_);
}

InlineCompletion::~InlineCompletion() {
  if (queue_ == nullptr) return;
  void* tag = nullptr;
  int ok = 0;
  if (grpc_completion_queue_thread_local_cache_flush(queue_, &tag, &ok) == 0) return;
  auto* const functor = static_cast<grpc_completion_queue_functor*>(tag);
  functor->functor_run(functor, ok);
}

}  // namespace dirlease
