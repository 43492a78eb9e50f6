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

void LeaseBindCall::Run() {
  if (const Failure* const wrong = problem()) {
    Fail(*wrong);
    return;
  }
  Session* session = FindSession(token_);
  if (session == nullptr || !ChargeRequest()) return;
  lease_ = session->lease();
  const auto refused =
      StartStep(*session, [self = shared_from_this()](std::variant<BoundLease, CallError> result) {
        if (!self->finished()) self->OnStep(std::move(result));
      });
  if (!refused) return;
  lease_ = 0;
  Fail(*refused);
}

void LeaseBindCall::OnStep(std::variant<BoundLease, CallError> result) {
  if (const auto* error = std::get_if<CallError>(&result)) {
    lease_ = 0;
    Finish(StatusFromCallError(*error, context_));
    return;
  }
  auto& bound = std::get<BoundLease>(result);
  BindStepToProto(bound.result, bound.more_steps, std::move(bound.server_sasl_credentials), bind_);
  DescriptionToProto(bound.description, description_);
  FinishOk();
}

void LeaseBindCall::Cancel() {
  if (const LeaseId lease = std::exchange(lease_, 0); lease != 0) manager_.CancelBind(lease);
  FinishCancelled();
}

RebindCall::RebindCall(SessionManager& manager, CallInfo info, Responder& responder,
                       v1::RebindRequest& request, v1::RebindResponse& response)
    : LeaseBindCall(manager, std::move(info), responder, "Rebind", request, response),
      request_(RebindFromProto(request)) {}

std::optional<Failure> RebindCall::StartStep(Session& session, BindCallback callback) {
  return manager_.Rebind(session, info_.caller, std::move(*request_), std::move(callback));
}

ContinueBindCall::ContinueBindCall(SessionManager& manager, CallInfo info, Responder& responder,
                                   v1::ContinueBindRequest& request,
                                   v1::ContinueBindResponse& response)
    : LeaseBindCall(manager, std::move(info), responder, "ContinueBind", request, response),
      credentials_(ContinueFromProto(request)) {}

std::optional<Failure> ContinueBindCall::StartStep(Session& session, BindCallback callback) {
  return manager_.ContinueBind(session, std::move(*credentials_), std::move(callback));
}

}  // namespace dirlease
