#pragma once
#include <grpc/grpc.h>
#include <cstdlib>
namespace grpc { class Server; }
namespace dirlease {
inline grpc_completion_queue* g_callback_queue = nullptr;
class InlineCompletion {
 public:
  InlineCompletion() { if (g_callback_queue) grpc_completion_queue_thread_local_cache_init(g_callback_queue); }
  ~InlineCompletion() {
    if (!g_callback_queue) return;
    void* tag = nullptr; int ok = 0;
    if (grpc_completion_queue_thread_local_cache_flush(g_callback_queue, &tag, &ok) == 1) {
      auto* functor = static_cast<grpc_completion_queue_functor*>(tag);
      functor->functor_run(functor, ok);
    }
  }
};
}
