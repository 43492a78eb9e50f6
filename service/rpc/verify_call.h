// VerifyCredentials: a password check without a lease. See rpc/call.h for its life.
#pragma once

#include "dirlease/v1/session_service.pb.h"
#include "rpc/call.h"

namespace dirlease {

class VerifyCall final : public UnaryCall {
 public:
  // Wipes the password in `request`.
  VerifyCall(SessionManager& manager, CallInfo info, Responder& responder,
             v1::VerifyCredentialsRequest& request, v1::VerifyCredentialsResponse& response);
  void Run() override;
  void Cancel() override;

 private:
  void OnChecked(const CallError& answer);

  const std::string target_;
  Outcome<BindRequest> bind_;
  v1::VerifyCredentialsResponse& response_;
  CredentialChecks::Ticket ticket_ = 0;
};

// Whether a bind with this result proved the password wrong, or might have told that there is no such name. Pure.
bool SaysInvalid(int code);
// What a caller may know of such a result: that it was refused, and what the password policy said of the account. No
// directory's text, matched DN or choice among the codes: they tell an unknown name from a wrong password. Pure.
LdapResult ToldOfInvalid(const LdapResult& result);
// Of one that answers neither yes nor no: its code and nothing else that the directory said. Pure.
CallError ToldOfNoAnswer(CallError answer);

}  // namespace dirlease
