// gRPC's side of one unary call: an adapter and nothing else. Its reactions only post to the loop.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <utility>

#include "base/event_loop.h"
#include "rpc/grpc/call_info.h"

namespace dirlease {

// Deletes itself in OnDone, which comes once, after Finish. The call is destroyed on the loop, where it may be on the
// stack at that moment.
class UnaryReactor final : public grpc::ServerUnaryReactor, private Responder {
 public:
  // Makes a call of type T(manager, info, responder, request, response) and starts it on the loop.
  template <typename T, typename Request, typename Response>
  static grpc::ServerUnaryReactor* Run(EventLoop& loop, SessionManager& manager,
                                       grpc::CallbackServerContext* context, Request& request,
                                       Response* response) {
    auto* reactor = new UnaryReactor(loop, *context);
    Responder& responder = *reactor;
    auto call = std::make_shared<T>(manager, CallInfoOf(*context), responder, request, *response);
    reactor->call_ = call;
    loop.Post([call] { call->Start(); });
    return reactor;
  }

 private:
  UnaryReactor(EventLoop& loop, grpc::CallbackServerContext& context)
      : loop_(loop), context_(context) {}

  void AddHeader(std::string_view key, std::string_view value) override {
    context_.AddInitialMetadata(std::string(key), std::string(value));
  }
  void Finish(const RpcStatus& status) override {
    grpc::ServerUnaryReactor::Finish(ToGrpc(status));
  }
  void OnCancel() override {
    loop_.Post([call = call_] { call->Cancel(); });
  }
  void OnDone() override {
    loop_.Post([call = std::move(call_)] {});
    delete this;
  }

  EventLoop& loop_;
  grpc::CallbackServerContext& context_;
  std::shared_ptr<UnaryCall> call_;
};

}  // namespace dirlease
