#include "cli/failure.h"

#include <iterator>

#include "cli/color.h"
#include "cli/terminal_text.h"
#include "google/rpc/error_details.pb.h"

namespace dirlease::cli {
namespace {

constexpr const char* kCodeNames[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

constexpr int kUnavailableCode = 14;

void AppendLine(std::string_view label, std::string_view text, std::string& out) {
  if (text.empty()) return;
  out += "  ";
  out += label;
  out += ": ";
  out += MaskControls(text);
  out += '\n';
}

void ParseDetail(const google::protobuf::Any& detail, Failure& failure) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  v1::LdapResult ldap;
  if (detail.UnpackTo(&info)) {
    failure.reason = info.reason();
    const auto found = info.metadata().find("detail");
    if (found != info.metadata().end()) failure.detail = found->second;
  } else if (detail.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      failure.violations.emplace_back(violation.field(), violation.description());
    }
  } else if (detail.UnpackTo(&retry)) {
    failure.retry_after = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 +
                                                    retry.retry_delay().nanos() / 1'000'000);
  } else if (detail.UnpackTo(&ldap)) {
    failure.ldap = std::move(ldap);
  }
}

void AppendLdapResult(const v1::LdapResult& result, std::string& out) {
  AppendLine("LDAP result", result.name() + " (" + std::to_string(result.code()) + ")", out);
  AppendLine("matched DN", result.matched_dn(), out);
  AppendLine("directory says", result.diagnostic_message(), out);
  for (const std::string& referral : result.referrals()) AppendLine("referral", referral, out);
  for (const std::string& server : result.followed()) AppendLine("asked too", server, out);
  AppendLine("not followed", result.not_followed(), out);
  if (result.truncated())
    AppendLine("note", "the directory's answer was longer, the gateway cut it", out);
}

void AppendAdvice(const Failure& failure, CallKind kind, std::string& out) {
  constexpr std::string_view kLabel = "what to do";
  if (IsWrite(kind) && MayHaveHappened(failure)) {
    AppendLine(kLabel, OutcomeUnknownAdvice(), out);
    if (failure.code != kUnavailableCode) return;
  }
  AppendLine(kLabel, AdviceFor(failure.reason, failure.code, kind), out);
}

}  // namespace

bool MayHaveHappened(const Failure& failure) {
  if (failure.reason == "OUTCOME_UNKNOWN") return true;
  if (failure.ldap && failure.ldap->code() > 0) return false;
  constexpr int kCancelled = 1, kUnknown = 2, kDeadlineExceeded = 4;
  if (failure.code == kCancelled || failure.code == kUnknown || failure.code == kDeadlineExceeded) return true;
  // With a reason the gateway said it, and it says what it does not know; without, the transport did.
  return failure.code == kUnavailableCode && failure.reason.empty();
}

Failure ParseFailure(const google::rpc::Status& status) {
  Failure failure;
  failure.code = status.code();
  failure.message = status.message();
  for (const google::protobuf::Any& detail : status.details()) ParseDetail(detail, failure);
  return failure;
}

std::string GrpcCodeName(int code) {
  if (code >= 0 && code < static_cast<int>(std::size(kCodeNames))) return kCodeNames[code];
  return "code " + std::to_string(code);
}

std::string RenderFailure(std::string_view action, const Failure& failure, bool color, CallKind kind) {
  std::string out = "dirlease: ";
  if (color) out += kErrorColor;
  out += action;
  out += " failed";
  if (color) out += kEndColor;
  out += ": ";
  out += failure.message.empty() ? GrpcCodeName(failure.code) : MaskControls(failure.message);
  out += '\n';
  const std::string reason = failure.reason.empty() ? "" : ", reason " + failure.reason;
  AppendLine("gRPC status",
             GrpcCodeName(failure.code) + " (" + std::to_string(failure.code) + ")" + reason, out);
  AppendLine("detail", failure.detail, out);
  if (failure.ldap) AppendLdapResult(*failure.ldap, out);
  for (const auto& [field, description] : failure.violations)
    AppendLine("field " + field, description, out);
  if (failure.retry_after) {
    AppendLine("retry",
               "not before " + std::to_string(failure.retry_after->count()) + " ms have passed",
               out);
  }
  AppendAdvice(failure, kind, out);
  return out;
}

}  // namespace dirlease::cli
