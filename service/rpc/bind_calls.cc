#include "rpc/bind_calls.h"

#include <utility>

#include "rpc/convert_request.h"
#include "rpc/convert_result.h"
#include "rpc/convert_session.h"

namespace dirlease {

void BindStepToProto(const LdapResult& result, bool more_steps, Secret server_sasl_credentials,
                     v1::BindOutcome& out) {
  ResultToProto(result, *out.mutable_result());
  out.set_more_steps(more_steps);
  out.set_server_sasl_credentials(std::string(server_sasl_credentials.Reveal()));
}

BindCallback LeaseBindCall::Await(const Session& session) {
  lease_ = session.lease();
  return [self = shared_from_this()](std::variant<BoundLease, CallError> result) {
    if (self->finished()) return;
    if (const auto* error = std::get_if<CallError>(&result)) {
      self->lease_ = 0;
      self->Finish(StatusFromCallError(*error, self->context_));
    } else {
      self->Succeed(std::move(std::get<BoundLease>(result)));
      self->FinishOk();
    }
  };
}

void LeaseBindCall::Cancel() {
  if (const LeaseId lease = std::exchange(lease_, 0); lease != 0) manager_.CancelBind(lease);
  FinishCancelled();
}

RebindCall::RebindCall(SessionManager& manager, CallInfo info, Responder& responder,
                       v1::RebindRequest& request, v1::RebindResponse& response)
    : LeaseBindCall(manager, std::move(info), responder, "Rebind"),
      request_octets_(request.SpaceUsedLong()),
      request_(RebindFromProto(request)),
      token_(request.session()),
      response_(response) {}

void RebindCall::Run() {
  if (!request_.ok()) {
    Fail(request_.failure());
    return;
  }
  Session* session = FindSession(token_);
  if (session == nullptr || !Charge(request_octets_)) return;
  const auto refused = manager_.Rebind(*session, info_.caller, std::move(*request_), Await(*session));
  if (refused) FailUnstarted(*refused);
}

void RebindCall::Succeed(BoundLease bound) {
  BindStepToProto(bound.result, bound.more_steps, std::move(bound.server_sasl_credentials),
                  *response_.mutable_bind());
  DescriptionToProto(bound.description, *response_.mutable_session());
}

ContinueBindCall::ContinueBindCall(SessionManager& manager, CallInfo info, Responder& responder,
                                   v1::ContinueBindRequest& request,
                                   v1::ContinueBindResponse& response)
    : LeaseBindCall(manager, std::move(info), responder, "ContinueBind"),
      request_octets_(request.SpaceUsedLong()),
      credentials_(ContinueFromProto(request)),
      token_(request.session()),
      response_(response) {}

void ContinueBindCall::Run() {
  if (!credentials_.ok()) {
    Fail(credentials_.failure());
    return;
  }
  Session* session = FindSession(token_);
  if (session == nullptr || !Charge(request_octets_)) return;
  const auto refused = manager_.ContinueBind(*session, std::move(*credentials_), Await(*session));
  if (refused) FailUnstarted(*refused);
}

void ContinueBindCall::Succeed(BoundLease bound) {
  BindStepToProto(bound.result, bound.more_steps, std::move(bound.server_sasl_credentials),
                  *response_.mutable_bind());
  DescriptionToProto(bound.description, *response_.mutable_session());
}

}  // namespace dirlease
