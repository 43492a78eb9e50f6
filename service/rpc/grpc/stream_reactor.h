// gRPC's side of one RPC with a streamed answer. Responses go out as the octets that the stream wrote, without a copy.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string_view>

#include "rpc/grpc/call_info.h"
#include "rpc/grpc/call_reactor.h"
#include "rpc/grpc/octets.h"
#include "rpc/stream_call.h"

namespace dirlease {

// `Call` is a StreamCall, made of a `Request`.
template <typename Request, typename Call>
class StreamReactor final : public CallReactor<grpc::ServerWriteReactor<grpc::ByteBuffer>, StreamCall>,
                            private MessageWriter {
 public:
  StreamReactor(EventLoop& loop, SessionManager& manager, grpc::CallbackServerContext& context,
                const grpc::ByteBuffer& request)
      : CallReactor(loop, context) {
    Request message;
    if (const grpc::Status status = ParseOctets(request, message); !status.ok()) {
      CallReactor::Finish(status);
      return;
    }
    StartCall(std::make_shared<Call>(manager, CallInfoOf(context), static_cast<MessageWriter&>(*this), message));
  }

 private:
  void AddHeader(std::string_view key, std::string_view value) override { AddMetadata(key, value); }
  void Write(WireMessage message) override {
    message_ = TakeOctets(std::move(message));
    StartWrite(&message_);
  }
  void WriteAndFinish(WireMessage message, const RpcStatus& status) override {
    message_ = TakeOctets(std::move(message));
    StartWriteAndFinish(&message_, grpc::WriteOptions(), ToGrpc(status));
  }
  void Finish(const RpcStatus& status) override { CallReactor::Finish(ToGrpc(status)); }
  void CutOff() override { TryCancel(); }
  bool cancelled() const override { return IsCancelled(); }

  void OnWriteDone(bool ok) override {
    message_.Clear();
    loop_.Post([call = call_, ok] { call->OnWriteDone(ok); });
  }

  grpc::ByteBuffer message_;  // the one that is being written
};

}  // namespace dirlease
