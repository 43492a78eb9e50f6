#include "rpc/convert_request.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "fmt/format.h"
#include "model/names.h"
#include "rpc/convert_controls.h"
#include "rpc/convert_time.h"

namespace dirlease {

namespace {
// RFC 4122's text form, any version.
bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !IsHexDigit(text[i])) return false;
  }
  return true;
}

Failure NoToken() {
  Failure failure = InvalidField(
      "session", "is empty and so is the metadata key ldap-session: send the token of OpenSession in one of them");
  failure.reason = "SESSION_MISSING";
  failure.message = "the call names no lease";
  return failure;
}

Failure TokensDiffer() {
  Failure failure = InvalidField(
      "session", "differs from the metadata key ldap-session: send the token in one of them");
  failure.reason = "SESSION_CONFLICT";
  failure.message = "the call names two leases";
  return failure;
}
}  // namespace

Outcome<OpenRequest> OpenFromProto(v1::OpenSessionRequest& request) {
  OpenRequest out;
  auto credentials = CredentialsFromProto(*request.mutable_credentials(), request.controls());
  if (!credentials.ok()) return credentials.failure();
  out.bind = std::move(credentials->bind);
  out.profile = std::move(credentials->profile);
  out.target = request.target();
  if (request.has_ttl()) {
    const auto ttl = DurationFromProto(request.ttl());
    if (!ttl || *ttl <= absl::ZeroDuration()) {
      return InvalidField("ttl", "is not above zero or no valid duration; leave it unset for the default");
    }
    out.ttl = *ttl;
  }
  if (request.label().size() > kMostLabelOctets) {
    return InvalidField("label", fmt::format("is longer than {} octets", kMostLabelOctets));
  }
  out.label = request.label();
  if (!request.request_id().empty() && !IsUuid(request.request_id())) {
    return InvalidField("request_id", "is no UUID such as 123e4567-e89b-12d3-a456-426614174000");
  }
  out.request_id = request.request_id();
  return out;
}

Outcome<BindRequest> VerifyFromProto(v1::VerifyCredentialsRequest& request) {
  auto credentials = CredentialsFromProto(*request.mutable_credentials(), request.controls());
  if (!credentials.ok()) return credentials.failure();
  if (credentials->bind.name.empty()) {
    return InvalidField("credentials", "name nobody: set `simple` with the bind name and the password to check");
  }
  return std::move(credentials->bind);
}

Outcome<OperationRequest> CompareFromProto(const v1::CompareRequest& request) {
  if (auto failure = OperationIdFailure(request.operation_id())) return *failure;
  CompareRequest compare;
  if (const auto problem = DnProblem(request.dn())) return InvalidField("dn", *problem);
  compare.dn = request.dn();
  if (const auto problem = AttributeDescriptionProblem(request.attribute_type())) {
    return InvalidField("attribute_type", *problem);
  }
  compare.attribute_type = request.attribute_type();
  switch (request.assertion_case()) {
    case v1::CompareRequest::kValue:
      compare.value = request.value();
      break;
    case v1::CompareRequest::kTextValue:
      compare.value = request.text_value();
      break;
    case v1::CompareRequest::ASSERTION_NOT_SET:
      return InvalidField("assertion", "is empty: set `value` or `text_value`");
  }
  if (compare.value.size() > kMostAssertionOctets) {
    return InvalidField("assertion", fmt::format("is longer than {} octets", kMostAssertionOctets));
  }
  auto controls = ControlsFromProto(request.controls());
  if (!controls.ok()) return controls.failure();
  return OperationRequest{std::move(compare), std::move(controls.value())};
}

Outcome<absl::Duration> WaitFromProto(const v1::UnbindRequest& request) {
  const auto wait = DurationFromProto(request.wait());
  if (!wait || *wait < absl::ZeroDuration()) {
    return InvalidField("wait", "is negative or no valid duration; leave it unset to end at once");
  }
  return *wait;
}

std::optional<Failure> OperationIdFailure(const std::string& operation_id) {
  if (operation_id.empty()) return std::nullopt;
  const auto problem = OperationIdProblem(operation_id);
  if (!problem) return std::nullopt;
  return InvalidField("operation_id", *problem);
}

Outcome<std::string> ChooseToken(std::string_view from_metadata, const std::string& from_field) {
  if (from_metadata.empty() && from_field.empty()) return NoToken();
  if (from_metadata.empty()) return from_field;
  if (!from_field.empty() && from_field != from_metadata) return TokensDiffer();
  return std::string(from_metadata);
}

}  // namespace dirlease
