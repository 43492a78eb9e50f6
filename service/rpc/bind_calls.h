// Rebind and ContinueBind. See rpc/call.h for their life; the messages they are given live until they finish.
#pragma once

#include "dirlease/v1/session_service.pb.h"
#include "rpc/call.h"

namespace dirlease {

// Fills `out` with a step's outcome. Consumes the directory's SASL message.
void BindStepToProto(const LdapResult& result, bool more_steps, Secret server_sasl_credentials,
                     v1::BindOutcome& out);

// A bind on a lease that is there. Its cancel ends the lease, after its success too: whoever did not hear of it cannot
// know who the lease is.
class LeaseBindCall : public UnaryCall, public std::enable_shared_from_this<LeaseBindCall> {
 public:
  void Cancel() override;

 protected:
  using UnaryCall::UnaryCall;

  // For the step of `session` that this call starts.
  BindCallback Await(const Session& session);
  // It was refused: the lease is as it was.
  void FailUnstarted(const Failure& failure) {
    lease_ = 0;
    Fail(failure);
  }
  virtual void Succeed(BoundLease bound) = 0;

 private:
  LeaseId lease_ = 0;  // 0 = no step was started
};

class RebindCall final : public LeaseBindCall {
 public:
  // Wipes the secrets in `request`.
  RebindCall(SessionManager& manager, CallInfo info, Responder& responder, v1::RebindRequest& request,
             v1::RebindResponse& response);
  void Run() override;

 private:
  void Succeed(BoundLease bound) override;

  const size_t request_octets_;
  Outcome<RebindRequest> request_;
  const std::string token_;
  v1::RebindResponse& response_;
};

class ContinueBindCall final : public LeaseBindCall {
 public:
  // Wipes the secrets in `request`.
  ContinueBindCall(SessionManager& manager, CallInfo info, Responder& responder,
                   v1::ContinueBindRequest& request, v1::ContinueBindResponse& response);
  void Run() override;

 private:
  void Succeed(BoundLease bound) override;

  const size_t request_octets_;
  Outcome<std::optional<Secret>> credentials_;
  const std::string token_;
  v1::ContinueBindResponse& response_;
};

}  // namespace dirlease
