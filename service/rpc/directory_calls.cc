#include "rpc/directory_calls.h"

#include <utility>
#include <variant>

#include "base/utf8.h"
#include "rpc/convert_result.h"
#include "rpc/entry_writer.h"
#include "rpc/password_modify.h"

namespace dirlease {

namespace {
Failure FilterMismatch() {
  return {.code = absl::StatusCode::kNotFound,
          .reason = "FILTER_MISMATCH",
          .message = "the entry does not match the filter, or may not be read"};
}
Failure RangeLost() {
  Failure failure{.code = absl::StatusCode::kFailedPrecondition};
  failure.reason = "RANGE_RESULT_LOST";
  failure.message =
      "the directory sent a part of an attribute's values and not the next one, one that makes no sense, or parts without end: "
      "set follow_ranges = false";
  return failure;
}
// A password that is told wrong locks its owner out.
Failure UntoldPassword() {
  Failure failure{.code = absl::StatusCode::kDataLoss};
  failure.reason = "GENERATED_PASSWORD_UNREADABLE";
  failure.message = "the password was changed, but the directory's answer does not tell the new one: set another";
  return failure;
}
}  // namespace

GetEntryCall::GetEntryCall(SessionManager& manager, CallInfo info, Responder& responder,
                           const v1::GetEntryRequest& request, v1::GetEntryResponse& response)
    : GetEntryCall(manager, info, responder, request, response,
                   GetEntryFromProto(request, info.deadline_left)) {}

GetEntryCall::GetEntryCall(SessionManager& manager, CallInfo info, Responder& responder,
                           const v1::GetEntryRequest& request, v1::GetEntryResponse& response,
                           Outcome<ConvertedSearch> converted)
    : OperationCall(manager, std::move(info), responder, "GetEntry", request,
                    converted.ok() ? Outcome<OperationRequest>(std::move(converted->request))
                                   : Outcome<OperationRequest>(converted.failure()),
                    request.session(), request.operation_id()),
      format_(converted.ok() ? converted->stream.value_format : ValueFormat::kBytes),
      filtered_(!request.filter().empty()),
      request_message_(request),
      response_(response) {
  context_.dn = request.dn();
}

void GetEntryCall::OnEntry(const EntryView& entry) {
  if (std::exchange(entry_came_, true)) return;  // a base object is one entry, whatever a directory says
  entry_octets_ += entry.octets;
  if (entry_octets_ > kMostValueOctets || !Fits(entry)) {
    EndTooLarge();
    return;
  }
  WireMessage message;
  EntryWriter(v1::GetEntryResponse::kEntryFieldNumber, format_).Append(entry, message);
  ChargeResponse(message.capacity());
  const std::string_view octets = message.octets();
  if (response_.has_entry()) {
    v1::GetEntryResponse part;
    part.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
    if (!ranges_.Add(std::move(*part.mutable_entry()), *response_.mutable_entry())) range_lost_ = true;
  } else {
    response_.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
    if (request_message_.follow_ranges() && !ranges_.Begin(*response_.mutable_entry())) range_lost_ = true;
  }
}

// Another search for the values that lack, of the entry whatever it matches now.
std::optional<OperationRequest> GetEntryCall::NextRequest() {
  if (!std::exchange(entry_came_, false) && response_.has_entry()) range_lost_ = true;
  std::vector<std::string> missing = ranges_.Missing();
  if (range_lost_ || missing.empty()) return std::nullopt;
  // It was converted before.
  OperationRequest next = std::move(GetEntryFromProto(request_message_, info_.deadline_left)->request);
  auto& search = std::get<SearchRequest>(next.body);
  search.attributes = std::move(missing);
  search.filter = "(objectClass=*)";
  return next;
}

RpcStatus GetEntryCall::FillResponse(const OperationEnd& end) {
  if (!response_.has_entry()) {
    return StatusFromFailure(filtered_ ? FilterMismatch()
                                       : EntryNotShown("the directory has the entry and does not show it to the bound "
                                                       "identity"),
                             context_);
  }
  if (range_lost_) return StatusFromFailure(RangeLost(), context_);
  ResultToProto(end.result, *response_.mutable_result());
  return {};
}

ExtendedCall::ExtendedCall(SessionManager& manager, CallInfo info, Responder& responder,
                           v1::ExtendedRequest& request, v1::ExtendedResponse& response)
    : OperationCall(manager, std::move(info), responder, "Extended", request,
                    ExtendedFromProto(request), request.session(), request.operation_id()),
      response_(response) {
  context_.extended = true;
  WipeValues(request);
}

void ExtendedCall::OnIntermediate(const IntermediateView& intermediate) {
  constexpr size_t kOctetsAround = 64;
  intermediate_octets_ += intermediate.oid.size() + intermediate.value.size() + kOctetsAround;
  if (intermediate_octets_ > kMostMessageOctets) {
    EndTooLarge();
    return;
  }
  WireMessage message;
  AppendIntermediate(v1::ExtendedResponse::kIntermediatesFieldNumber, intermediate, message);
  ChargeResponse(message.capacity());
  const std::string_view octets = message.octets();
  response_.MergeFromString({octets.data(), octets.size()});
}

RpcStatus ExtendedCall::FillResponse(const OperationEnd& end) {
  response_.set_oid(ReplaceInvalidUtf8(end.response_oid));
  if (end.response_value) {
    if (end.response_value->size() > kMostValueOctets) return TooLarge();
    ChargeResponse(end.response_value->size());
    response_.set_value(*end.response_value);
  }
  ResultToProto(end.result, *response_.mutable_result());
  return {};
}

ChangePasswordCall::ChangePasswordCall(SessionManager& manager, CallInfo info, Responder& responder,
                                       v1::ChangePasswordRequest& request,
                                       v1::ChangePasswordResponse& response)
    : OperationCall(manager, std::move(info), responder, "ChangePassword", request,
                    ChangePasswordFromProto(request), request.session(), request.operation_id()),
      wants_password_(!request.has_new_password()),
      response_(response) {
  context_.extended = true;
  if (request.has_user_identity()) context_.dn = request.user_identity();
}

RpcStatus ChangePasswordCall::FillResponse(const OperationEnd& end) {
  std::optional<Secret> password;
  if (wants_password_ && !DecodeGeneratedPassword(end.response_value, password)) {
    return StatusFromFailure(UntoldPassword(), context_);
  }
  if (password) response_.set_generated_password(std::string(password->Reveal()));
  ResultToProto(end.result, *response_.mutable_result());
  return {};
}

CompareCall::CompareCall(SessionManager& manager, CallInfo info, Responder& responder,
                         const v1::CompareRequest& request, v1::CompareResponse& response)
    : OperationCall(manager, std::move(info), responder, "Compare", request,
                    CompareFromProto(request), request.session(), request.operation_id()),
      response_(response) {
  context_.dn = request.dn();
}

RpcStatus CompareCall::FillResponse(const OperationEnd& end) {
  response_.set_matched(end.result.code == ldap_code::kCompareTrue);
  ResultToProto(end.result, *response_.mutable_result());
  return {};
}

WhoAmICall::WhoAmICall(SessionManager& manager, CallInfo info, Responder& responder,
                       const v1::WhoAmIRequest& request, v1::WhoAmIResponse& response)
    : OperationCall(manager, std::move(info), responder, "WhoAmI", request,
                    WhoAmIFromProto(request), request.session(), request.operation_id()),
      response_(response) {
  context_.extended = true;
}

RpcStatus WhoAmICall::FillResponse(const OperationEnd& end) {
  if (end.response_value.value_or("").size() > kMostNameOctets) return TooLarge();
  response_.set_authorization_id(ReplaceInvalidUtf8(end.response_value.value_or("")));
  ResultToProto(end.result, *response_.mutable_result());
  return {};
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
