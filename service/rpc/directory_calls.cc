#include "rpc/directory_calls.h"

#include <utility>

#include "base/utf8.h"
#include "rpc/convert_request.h"
#include "rpc/convert_result.h"

namespace dirlease {

OperationCall::OperationCall(SessionManager& manager, CallInfo info, Responder& responder,
                             const char* method, const google::protobuf::Message& message,
                             Outcome<OperationRequest> request, const std::string& session,
                             const std::string& operation_id)
    : UnaryCall(manager, std::move(info), responder, method),
      method_(method),
      request_octets_(message.ByteSizeLong()),
      request_(std::move(request)),
      session_field_(session),
      operation_id_field_(operation_id) {}

void OperationCall::Run() {
  if (!request_.ok()) {
    Fail(request_.failure());
    return;
  }
  Session* session = FindSession(session_field_);
  if (session == nullptr) return;
  auto charge = ChargeRequest(manager_.budget(), request_octets_);
  if (!charge.ok()) {
    Fail(charge.failure());
    return;
  }
  request_charge_ = std::move(charge.value());
  auto begun = session->Begin({operation_id_field_, method_, info_.origin()},
                              std::move(*request_), *this);
  if (!begun.ok()) {
    Fail(begun.failure());
    return;
  }
  operation_ = begun.value();
  context_.operation_id = operation_->id();
  responder_->AddHeader(kOperationIdHeader, operation_->id());
}

void OperationCall::Cancel() {
  if (operation_ != nullptr) {
    operation_->End(EndCause::kCancelled);
  } else {
    FinishCancelled();
  }
}

void OperationCall::OnEnd(const OperationEnd& end) {
  operation_ = nullptr;
  const RpcStatus status = StatusFromEnd(end, context_);
  if (status.code == 0) FillResponse(end);
  Finish(status);
}

CompareCall::CompareCall(SessionManager& manager, CallInfo info, Responder& responder,
                         const v1::CompareRequest& request, v1::CompareResponse& response)
    : OperationCall(manager, std::move(info), responder, "Compare", request,
                    CompareFromProto(request), request.session(), request.operation_id()),
      response_(response) {
  context_.dn = request.dn();
}

void CompareCall::FillResponse(const OperationEnd& end) {
  response_.set_matched(end.result.code == ldap_code::kCompareTrue);
  ResultToProto(end.result, *response_.mutable_result());
}

WhoAmICall::WhoAmICall(SessionManager& manager, CallInfo info, Responder& responder,
                       const v1::WhoAmIRequest& request, v1::WhoAmIResponse& response)
    : OperationCall(manager, std::move(info), responder, "WhoAmI", request,
                    WhoAmIFromProto(request), request.session(), request.operation_id()),
      response_(response) {}

void WhoAmICall::FillResponse(const OperationEnd& end) {
  response_.set_authorization_id(ReplaceInvalidUtf8(end.response_value.value_or("")));
  ResultToProto(end.result, *response_.mutable_result());
}

void AbandonCall::Run() {
  if (request_.operation_id().empty()) {
    Fail(InvalidField("operation_id", "is empty: name the operation to abandon"));
    return;
  }
  if (auto failure = OperationIdFailure(request_.operation_id())) {
    Fail(*failure);
    return;
  }
  Session* session = FindSession(request_.session());
  if (session == nullptr) return;
  manager_.Renew(*session);
  response_.set_found(session->Abandon(request_.operation_id()));
  FinishOk();
}

}  // namespace dirlease
