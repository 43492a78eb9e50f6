// What the reactors with a streamed answer share. Messages go out as the octets that the call wrote, without a copy.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <string_view>

#include "rpc/grpc/call_reactor.h"
#include "rpc/grpc/inline_completion.h"
#include "rpc/grpc/octets.h"
#include "rpc/message_queue.h"

namespace dirlease {

// `Base` and `Call` as CallReactor's; the call is a MessageQueue that writes to a `Writer`, which is a MessageWriter.
template <typename Base, typename Call, typename Writer>
class WritingReactor : public CallReactor<Base, Call>, protected Writer {
 protected:
  using CallReactor<Base, Call>::CallReactor;

 private:
  void AddHeader(std::string_view key, std::string_view value) override { this->AddMetadata(key, value); }
  void Write(WireMessage message) override {
    message_ = TakeOctets(std::move(message));
    const InlineCompletion completion;
    this->StartWrite(&message_);
  }
  void WriteAndFinish(WireMessage message, const RpcStatus& status) override {
    message_ = TakeOctets(std::move(message));
    const InlineCompletion completion;
    this->StartWriteAndFinish(&message_, grpc::WriteOptions(), ToGrpc(status));
  }
  void Finish(const RpcStatus& status) override {
    const InlineCompletion completion;
    Base::Finish(ToGrpc(status));
  }
  void CutOff() override { this->TryCancel(); }
  bool cancelled() const override { return this->IsCancelled(); }

  void OnWriteDone(bool ok) override {
    message_.Clear();
    this->loop_.Post([call = this->call_, ok] { call->OnWriteDone(ok); });
  }

  grpc::ByteBuffer message_;  // the one that is being written
};

}  // namespace dirlease
