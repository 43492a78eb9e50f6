#include "rpc/rpc_status.h"

#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "rpc/convert_result.h"
#include "rpc/end_status.h"
#include "rpc/status_details.h"

namespace dirlease {

namespace {

constexpr size_t kMostTextOctets = 256;

void AddContext(const StatusContext& context, absl::StatusCode code, StatusDetails& details) {
  details.AddMetadata("operation", context.operation.value_or(""));
  details.AddMetadata("sessionId", context.session_id.value_or(""));
  details.AddMetadata("operationId", context.operation_id.value_or(""));
  details.AddMetadata("target", context.target.value_or(""));
  if (code == absl::StatusCode::kNotFound && context.dn) details.SetMissingEntry(*context.dn);
}

void AddResult(const LdapResult& result, StatusDetails& details) {
  v1::LdapResult proto;
  ResultToProto(result, proto);
  details.AddMetadata("ldapCode", std::to_string(result.code));
  details.AddMetadata("ldapName", proto.name());
  details.AddMetadata("matchedDn", proto.matched_dn());
  details.SetLdapResult(std::move(proto));
}

// An answer always has what the directory said; another end only if there is something to tell.
bool HasResult(const OperationEnd& end) {
  return end.cause == EndCause::kResult || end.result.code != ldap_code::kSuccess;
}

// RFC 4511 section 4.12: so says a directory that does not know the operation's name.
bool NotThere(const OperationEnd& end) {
  constexpr int kProtocolError = 2;
  return end.cause == EndCause::kResult && end.result.code == kProtocolError;
}

RpcStatus Finish(absl::StatusCode code, std::string_view message, StatusDetails& details) {
  RpcStatus status;
  status.code = static_cast<int>(code);
  status.message = std::string(TruncateUtf8(ReplaceInvalidUtf8(message), kMostTextOctets));
  status.details =
      details.Serialize(status.code, status.message, kMaxStatusOctets - status.message.size());
  return status;
}

}  // namespace

RpcStatus StatusFromFailure(const Failure& failure, const StatusContext& context) {
  StatusDetails details(failure.reason);
  AddContext(context, failure.code, details);
  for (const auto& [key, value] : failure.metadata) details.AddMetadata(key, value);
  details.SetViolations(failure.violations);
  if (failure.retry_delay) details.SetRetryDelay(*failure.retry_delay);
  return Finish(failure.code, failure.message, details);
}

RpcStatus StatusFromEnd(const OperationEnd& end, const StatusContext& context) {
  EndStatus status = StatusOfEnd(end);
  if (context.extended && NotThere(end)) {
    status.code = absl::StatusCode::kUnimplemented;
    status.message = "the directory answered protocolError: it lacks this extended operation, or cannot read its value";
  }
  if (status.code == absl::StatusCode::kOk) return {};
  StatusDetails details(status.reason);
  if (HasResult(end)) AddResult(end.result, details);
  AddContext(context, status.code, details);
  if (status.retry_delay) details.SetRetryDelay(*status.retry_delay);
  return Finish(status.code, status.message, details);
}

}  // namespace dirlease
