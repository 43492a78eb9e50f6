// gRPC's side of one HoldSession.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>

#include "rpc/grpc/call_info.h"
#include "rpc/grpc/call_reactor.h"
#include "rpc/hold_call.h"

namespace dirlease {

class HoldReactor final
    : public CallReactor<grpc::ServerWriteReactor<v1::HoldSessionResponse>, HoldCall>,
      private HoldWriter {
 public:
  // `request` lives as long as the RPC.
  HoldReactor(EventLoop& loop, SessionManager& manager, grpc::CallbackServerContext& context,
              const v1::HoldSessionRequest& request)
      : CallReactor(loop, context) {
    StartCall(std::make_shared<HoldCall>(manager, CallInfoOf(context),
                                         static_cast<HoldWriter&>(*this), request));
  }

 private:
  void Write(const v1::HoldSessionResponse& message) override {
    message_ = message;
    StartWrite(&message_);
  }
  void WriteAndFinish(const v1::HoldSessionResponse& message, const RpcStatus& status) override {
    message_ = message;
    StartWriteAndFinish(&message_, grpc::WriteOptions(), ToGrpc(status));
  }
  void Finish(const RpcStatus& status) override { CallReactor::Finish(ToGrpc(status)); }
  void CutOff() override { TryCancel(); }

  void OnWriteDone(bool ok) override {
    loop_.Post([call = call_, ok] { call->OnWriteDone(ok); });
  }

  v1::HoldSessionResponse message_;  // the one that is being written
};

}  // namespace dirlease
