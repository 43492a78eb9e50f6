// gRPC's side of one Pipeline. Requests are read and converted on gRPC's threads, replies go out as the octets that the
// pipeline wrote, without a copy.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rpc/grpc/call_info.h"
#include "rpc/grpc/call_reactor.h"
#include "rpc/grpc/octets.h"
#include "rpc/pipeline.h"

namespace dirlease {

class PipelineReactor final : public CallReactor<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>, Pipeline>,
                              private PipelineCaller {
 public:
  PipelineReactor(EventLoop& loop, SessionManager& manager, grpc::CallbackServerContext& context)
      : CallReactor(loop, context), manager_(manager), info_(CallInfoOf(context)) {
    if (info_.deadline_left) deadline_ = absl::Now() + *info_.deadline_left;
    StartCall(std::make_shared<Pipeline>(manager, info_, static_cast<PipelineCaller&>(*this)));
  }

 private:
  void Read() override { StartRead(&request_); }
  void AddHeader(std::string_view key, std::string_view value) override { AddMetadata(key, value); }
  void Write(WireMessage message) override {
    response_ = TakeOctets(std::move(message));
    StartWrite(&response_);
  }
  void WriteAndFinish(WireMessage message, const RpcStatus& status) override {
    response_ = TakeOctets(std::move(message));
    StartWriteAndFinish(&response_, grpc::WriteOptions(), ToGrpc(status));
  }
  void Finish(const RpcStatus& status) override { CallReactor::Finish(ToGrpc(status)); }
  void CutOff() override { TryCancel(); }
  bool cancelled() const override { return IsCancelled(); }

  void OnReadDone(bool ok) override {
    if (!ok) {
      loop_.Post([call = call_] { call->OnHalfClose(); });
      return;
    }
    if (deadline_) info_.deadline_left = *deadline_ - absl::Now();
    PipelineMessage message;
    WithOctets(request_, [&](std::string_view octets) { message = ReadPipelineMessage(octets, manager_, info_); });
    request_.Clear();
    loop_.Post([call = call_, message = std::move(message)]() mutable { call->OnMessage(std::move(message)); });
  }
  void OnWriteDone(bool ok) override {
    response_.Clear();
    loop_.Post([call = call_, ok] { call->OnWriteDone(ok); });
  }

  SessionManager& manager_;
  CallInfo info_;  // one thread at a time: a read follows the other
  std::optional<absl::Time> deadline_;
  grpc::ByteBuffer request_;   // the one that is being read
  grpc::ByteBuffer response_;  // the one that is being written
};

}  // namespace dirlease
