// A server-streaming call: begins it, begins it again on a lost lease, cancels it. Internal.
#pragma once

#include <memory>
#include <utility>

#include "session.h"

namespace dirlease::client {

template <typename Request, typename Response>
class ServerStream {
 public:
  using Method = std::unique_ptr<grpc::ClientReader<Response>> (*)(Session&, grpc::ClientContext*, const Request&);

  // Without `bounded` and without a timeout in `options` it lives until it is cancelled.
  ServerStream(std::shared_ptr<Session> session, Method method, Request request, CallOptions options, bool bounded)
      : session_(std::move(session)), method_(method), request_(std::move(request)), options_(std::move(options)) {
    if (bounded || options_.timeout) deadline_ = session_->DeadlineOf(options_);
    Begin();
  }

  ~ServerStream() {
    if (!reader_) return;
    context_->TryCancel();
    Response rest;
    while (reader_->Read(&rest)) {}
    reader_->Finish();
  }

  // False after the last message of a stream that ended well.
  bool Read(Response* response) {
    while (reader_) {
      if (reader_->Read(response)) {
        settled_ = true;
        return true;
      }
      const grpc::Status status = std::exchange(reader_, nullptr)->Finish();
      session_->Touch();
      if (status.ok()) break;
      if (std::exchange(settled_, true)) throw ToError(status);
      session_->Recover(ToError(status), token_, deadline_.value_or(session_->DeadlineOf({})));
      Begin();
    }
    return false;
  }

 private:
  void Begin() {
    context_ = std::make_unique<grpc::ClientContext>();
    token_ = session_->Dress(context_.get(), options_, deadline_);
    reader_ = method_(*session_, context_.get(), request_);
  }

  const std::shared_ptr<Session> session_;
  const Method method_;
  const Request request_;
  const CallOptions options_;
  std::optional<Deadline> deadline_;
  bool settled_ = false;  // it has begun, or was made again: not to be repeated
  std::string token_;
  std::unique_ptr<grpc::ClientContext> context_;  // outlives the reader
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
};

}  // namespace dirlease::client
