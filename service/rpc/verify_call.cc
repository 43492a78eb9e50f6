#include "rpc/verify_call.h"

#include <utility>

#include "model/password_policy.h"
#include "rpc/convert_request.h"
#include "rpc/convert_result.h"

namespace dirlease {

namespace {

// The one error that a directory finds behind the right password only. accountLocked it finds before, of names that there
// are.
bool SaysExpired(const Control& policy) {
  constexpr int kPasswordExpired = 0;
  const auto decoded = DecodePasswordPolicy(policy.value.value_or(""));
  return decoded && decoded->error == kPasswordExpired;
}

}  // namespace

bool SaysInvalid(int code) {
  constexpr int kNoSuchAttribute = 16, kConstraintViolation = 19, kNoSuchObject = 32, kAliasProblem = 33,
                kAliasDereferencingProblem = 36, kInappropriateAuthentication = 48, kInvalidCredentials = 49,
                kInsufficientAccessRights = 50, kUnwillingToPerform = 53;
  switch (code) {
    case kNoSuchAttribute:
    case kConstraintViolation:  // 389 Directory Server: the account is locked
    case kNoSuchObject:
    case kAliasProblem:
    case kAliasDereferencingProblem:
    case kInappropriateAuthentication:  // slapd: the entry has no password
    case kInvalidCredentials:
    case kInsufficientAccessRights:
    case kUnwillingToPerform:  // several: the account is inactive
      return true;
    default:
      return false;
  }
}

LdapResult ToldOfInvalid(const LdapResult& result) {
  constexpr int kInvalidCredentials = 49;
  LdapResult told;
  told.code = kInvalidCredentials;
  const Control* const policy = FindControl(result.controls, kPasswordPolicyOid);
  if (policy != nullptr && SaysExpired(*policy)) told.controls.push_back(*policy);
  return told;
}

CallError ToldOfNoAnswer(CallError answer) {
  auto* const end = std::get_if<OperationEnd>(&answer);
  // What is below zero is the gateway's own word.
  if (end == nullptr || (end->cause != EndCause::kResult && end->result.code < 0)) return answer;
  LdapResult told;
  told.code = end->result.code;
  end->result = std::move(told);
  return answer;
}

VerifyCall::VerifyCall(SessionManager& manager, CallInfo info, Responder& responder,
                       v1::VerifyCredentialsRequest& request, v1::VerifyCredentialsResponse& response)
    : UnaryCall(manager, std::move(info), responder, "VerifyCredentials", request.SpaceUsedLong()),
      target_(request.target()),
      bind_(VerifyFromProto(request)),
      response_(response) {
  if (!target_.empty()) context_.target = target_;
}

void VerifyCall::Run() {
  if (!bind_.ok()) {
    Fail(bind_.failure());
    return;
  }
  if (!ChargeRequest()) return;
  // Cancel takes the callback back before this is destroyed.
  ticket_ = manager_.CheckCredentials(info_.caller, target_, std::move(*bind_),
                                      [this](const CallError& answer) { OnChecked(answer); });
}

void VerifyCall::OnChecked(const CallError& answer) {
  const auto* end = std::get_if<OperationEnd>(&answer);
  const bool answered = end != nullptr && end->cause == EndCause::kResult;
  const bool valid = answered && end->result.code == ldap_code::kSuccess;
  if (!valid && !(answered && SaysInvalid(end->result.code))) {
    Finish(StatusFromCallError(ToldOfNoAnswer(answer), context_));
    return;
  }
  response_.set_valid(valid);
  ResultToProto(valid ? end->result : ToldOfInvalid(end->result), *response_.mutable_bind()->mutable_result());
  FinishOk();
}

void VerifyCall::Cancel() {
  if (finished()) return;
  manager_.CancelCheck(ticket_);
  FinishCancelled();
}

}  // namespace dirlease
