#include "rpc/session_calls.h"

#include <utility>

#include "rpc/bind_calls.h"
#include "rpc/convert_request.h"
#include "rpc/convert_session.h"
#include "rpc/convert_time.h"

namespace dirlease {

OpenCall::OpenCall(SessionManager& manager, CallInfo info, Responder& responder,
                   v1::OpenSessionRequest& request, v1::OpenSessionResponse& response)
    : UnaryCall(manager, std::move(info), responder, "OpenSession", request.SpaceUsedLong()),
      request_(OpenFromProto(request)),
      can_be_fetched_(!request.request_id().empty()),
      response_(response) {
  if (!request.target().empty()) context_.target = request.target();
}

void OpenCall::Run() {
  if (!request_.ok()) {
    Fail(request_.failure());
    return;
  }
  if (!ChargeRequest()) return;
  // Cancel takes the callback back before this is destroyed.
  ticket_ = manager_.Open(info_.caller, std::move(*request_), [this](OpenResult result) {
    OnOpened(std::move(result));
  });
}

void OpenCall::OnOpened(OpenResult result) {
  if (const auto* error = std::get_if<CallError>(&result)) {
    Finish(StatusFromCallError(*error, context_));
    return;
  }
  auto& opened = std::get<OpenedLease>(result);
  response_.set_token(std::string(opened.token.Reveal()));
  DescriptionToProto(opened.description, *response_.mutable_session());
  BindStepToProto(opened.bind_result, opened.more_steps, std::move(opened.server_sasl_credentials),
                  *response_.mutable_bind());
  responder_->AddHeader(kSessionHeader, opened.token.Reveal());
  if (!can_be_fetched_) token_ = std::move(opened.token);
  FinishOk();
}

void OpenCall::Cancel() {
  if (!finished()) {
    manager_.CancelOpen(ticket_);
    FinishCancelled();
  } else if (!token_.empty()) {
    manager_.Unbind(info_.caller, std::string(token_.Reveal()), absl::ZeroDuration(),
                    [](Outcome<SessionManager::Unbound>) {});
    token_.Clear();
  }
}

void KeepAliveCall::Run() {
  Session* session = FindSession(request_.session());
  if (session == nullptr) return;
  manager_.Renew(*session);
  const LeaseDescription description = manager_.Describe(*session);
  *response_.mutable_ttl() = DurationToProto(description.lease.ttl);
  *response_.mutable_expire_time() = TimestampToProto(description.lease.expire_time);
  response_.set_state(StateToProto(description));
  FinishOk();
}

void GetSessionCall::Run() {
  Session* session = FindSession(request_.session());
  if (session == nullptr) return;
  DescriptionToProto(manager_.Describe(*session), *response_.mutable_session());
  for (const auto& operation : session->operations()) {
    OperationToProto(*operation, *response_.add_operations());
  }
  FinishOk();
}

void UnbindCall::Run() {
  const auto wait = WaitFromProto(request_);
  const auto token = ChooseToken(info_.token, request_.session());
  if (!wait.ok() || !token.ok()) {
    Fail(wait.ok() ? token.failure() : wait.failure());
    return;
  }
  manager_.Unbind(info_.caller, token.value(), wait.value(),
                  [self = shared_from_this()](Outcome<SessionManager::Unbound> unbound) {
                    if (self->finished()) return;
                    if (!unbound.ok()) {
                      self->Fail(unbound.failure());
                      return;
                    }
                    self->response_.set_was_active(unbound->was_active);
                    self->response_.set_abandoned_operations(unbound->abandoned_operations);
                    self->FinishOk();
                  });
}

}  // namespace dirlease
