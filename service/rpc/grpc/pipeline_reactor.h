// gRPC's side of one Pipeline. Requests are read and converted on gRPC's threads.
#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rpc/grpc/call_info.h"
#include "rpc/grpc/octets.h"
#include "rpc/grpc/writing_reactor.h"
#include "rpc/pipeline.h"

namespace dirlease {

class PipelineReactor final
    : public WritingReactor<grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>, Pipeline, PipelineCaller> {
 public:
  PipelineReactor(EventLoop& loop, SessionManager& manager, grpc::CallbackServerContext& context)
      : WritingReactor(loop, context), manager_(manager), info_(CallInfoOf(context)) {
    if (info_.deadline_left) deadline_ = absl::Now() + *info_.deadline_left;
    StartCall(std::make_shared<Pipeline>(manager, info_, static_cast<PipelineCaller&>(*this)));
  }

 private:
  void Read() override { StartRead(&request_); }

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

  SessionManager& manager_;
  CallInfo info_;  // one thread at a time: a read follows the other
  std::optional<absl::Time> deadline_;
  grpc::ByteBuffer request_;  // the one that is being read
};

}  // namespace dirlease
