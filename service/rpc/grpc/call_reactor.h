// What all reactors share: gRPC's side of one RPC, an adapter and nothing else. Its reactions only post to the loop; they
// come on gRPC's threads, or on the loop within what started them (inline_completion.h).
#pragma once

#include <grpcpp/server_context.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/event_loop.h"

namespace dirlease {

// `Base` is one of gRPC's server reactors, `Call` the RPC as the loop sees it, with Start and Cancel. After OnDone, which
// gRPC calls once and last, both are destroyed on the loop, where the call may be on the stack at that moment.
template <typename Base, typename Call>
class CallReactor : public Base {
 protected:
  CallReactor(EventLoop& loop, grpc::CallbackServerContext& context)
      : loop_(loop), context_(&context) {}

  void StartCall(std::shared_ptr<Call> call) {
    call_ = std::move(call);
    loop_.Post([call = call_] { call->Start(); });
  }

  // For the loop, until it has finished the RPC.
  void AddMetadata(std::string_view key, std::string_view value) {
    context_->AddInitialMetadata(std::string(key), std::string(value));
  }
  bool IsCancelled() const { return context_->IsCancelled(); }
  // For the loop, at any time: a caller who reads nothing would keep even a finished RPC for ever.
  void TryCancel() {
    const std::lock_guard lock(context_mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }

  void OnCancel() override {
    if (call_ == nullptr) return;  // refused at once
    loop_.Post([call = call_] { call->Cancel(); });
  }
  void OnDone() override {
    {
      const std::lock_guard lock(context_mutex_);
      context_ = nullptr;
    }
    loop_.Post([self = std::unique_ptr<CallReactor>(this)] {});
  }

  EventLoop& loop_;
  std::shared_ptr<Call> call_;

 private:
  // Recursive, because TryCancel may run OnDone before it returns. Guards the pointer against the end of the context.
  std::recursive_mutex context_mutex_;
  grpc::CallbackServerContext* context_;
};

}  // namespace dirlease
