// gRPC's side of one unary call.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string_view>

#include "rpc/call.h"
#include "rpc/grpc/call_info.h"
#include "rpc/grpc/call_reactor.h"
#include "rpc/grpc/inline_completion.h"

namespace dirlease {

class UnaryReactor final : public CallReactor<grpc::ServerUnaryReactor, UnaryCall>,
                           private Responder {
 public:
  // Makes a call of type T(manager, info, responder, request, response, more...) and starts it on the loop.
  template <typename T, typename Request, typename Response, typename... More>
  static grpc::ServerUnaryReactor* Run(EventLoop& loop, SessionManager& manager,
                                       grpc::CallbackServerContext* context, Request& request,
                                       Response* response, const More&... more) {
    auto* reactor = new UnaryReactor(loop, *context);
    Responder& responder = *reactor;
    reactor->StartCall(
        std::make_shared<T>(manager, CallInfoOf(*context), responder, request, *response, more...));
    return reactor;
  }

 private:
  using CallReactor::CallReactor;

  void AddHeader(std::string_view key, std::string_view value) override { AddMetadata(key, value); }
  void Finish(const RpcStatus& status) override {
    const InlineCompletion completion;
    CallReactor::Finish(ToGrpc(status));
  }
};

}  // namespace dirlease
