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
  void Run() override;
  void Cancel() override;

 protected:
  // `Request` and `Response` are Rebind's or ContinueBind's.
  template <typename Request, typename Response>
  LeaseBindCall(SessionManager& manager, CallInfo info, Responder& responder, const char* rpc, const Request& request,
                Response& response)
      : UnaryCall(manager, std::move(info), responder, rpc, request.SpaceUsedLong()),
        token_(request.session()),
        bind_(*response.mutable_bind()),
        description_(*response.mutable_session()) {}

 private:
  // What is wrong with the request, or null.
  virtual const Failure* problem() const = 0;
  // A refusal leaves the lease as it was, and the callback unused.
  virtual std::optional<Failure> StartStep(Session& session, BindCallback callback) = 0;
  void OnStep(std::variant<BoundLease, CallError> result);

  const std::string token_;
  v1::BindOutcome& bind_;
  v1::Session& description_;
  LeaseId lease_ = 0;  // 0 = no step was started
};

class RebindCall final : public LeaseBindCall {
 public:
  // Wipes the secrets in `request`.
  RebindCall(SessionManager& manager, CallInfo info, Responder& responder, v1::RebindRequest& request,
             v1::RebindResponse& response);
 private:
  const Failure* problem() const override { return request_.ok() ? nullptr : &request_.failure(); }
  std::optional<Failure> StartStep(Session& session, BindCallback callback) override;

  Outcome<RebindRequest> request_;
};

class ContinueBindCall final : public LeaseBindCall {
 public:
  // Wipes the secrets in `request`.
  ContinueBindCall(SessionManager& manager, CallInfo info, Responder& responder,
                   v1::ContinueBindRequest& request, v1::ContinueBindResponse& response);
 private:
  const Failure* problem() const override { return credentials_.ok() ? nullptr : &credentials_.failure(); }
  std::optional<Failure> StartStep(Session& session, BindCallback callback) override;

  Outcome<std::optional<Secret>> credentials_;
};

}  // namespace dirlease
