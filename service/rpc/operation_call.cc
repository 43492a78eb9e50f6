#include "rpc/operation_call.h"

#include <google/protobuf/message.h>

#include <utility>

#include "rpc/convert_request.h"

namespace dirlease {

OperationCall::OperationCall(SessionManager& manager, CallInfo info, Responder& responder,
                             const char* method, const google::protobuf::Message& message,
                             Outcome<OperationRequest> request, const std::string& session,
                             const std::string& operation_id)
    : UnaryCall(manager, std::move(info), responder, method, message.SpaceUsedLong()),
      method_(method),
      request_(std::move(request)),
      session_field_(session),
      operation_id_field_(operation_id) {}

void OperationCall::Run() {
  if (!request_.ok()) {
    Fail(request_.failure());
    return;
  }
  Session* session = FindSession(session_field_);
  if (session == nullptr || !ChargeRequest()) return;
  session_ = session;
  if (!Begin(std::move(*request_), operation_id_field_)) return;
  context_.operation_id = operation_->id();
  responder_->AddHeader(kOperationIdHeader, operation_->id());
}

bool OperationCall::Begin(OperationRequest request, const std::string& id) {
  auto begun = session_->Begin({id, method_, info_.origin()}, std::move(request), *this);
  if (!begun.ok()) {
    Fail(begun.failure());
    return false;
  }
  operation_ = begun.value();
  return true;
}

void OperationCall::End(EndCause cause) {
  if (operation_ != nullptr) {
    operation_->End(cause);
  } else if (!finished()) {
    Finish(StatusFromEnd({.cause = cause}, context_));
  }
}

void OperationCall::SetPaused(bool paused) {
  if (operation_ == nullptr) return;
  if (paused) {
    operation_->Pause();
  } else {
    operation_->Resume();
  }
}

void OperationCall::OnEnd(const OperationEnd& end) {
  upstream_time_ = operation_->upstream_time();
  operation_ = nullptr;
  RpcStatus status = StatusOf(end);
  if (status.code == 0) {
    // A session that this end closes refuses it.
    if (auto next = NextRequest()) {
      Begin(std::move(*next), *context_.operation_id);
      return;
    }
    status = FillResponse(end);
  }
  Finish(status);
}

const std::string& OperationCall::NoOperationId() {
  static const std::string empty;
  return empty;
}

void OperationCall::EndTooLarge() {
  if (operation_ != nullptr) operation_->End(EndCause::kEntryTooLarge);
}

}  // namespace dirlease
