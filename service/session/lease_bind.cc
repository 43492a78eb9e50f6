#include "session/lease_bind.h"

#include <utility>

namespace dirlease {

namespace {
CallError CallerTooLate() {
  return Failure{.code = absl::StatusCode::kFailedPrecondition,
                 .reason = "BIND_TIMED_OUT",
                 .message = "the bind's next step did not come in time"};
}
}  // namespace

LeaseBind::LeaseBind(EventLoop& loop, Target& target, Connection& connection, Plan plan, OnStep on_step)
    : loop_(loop),
      target_(target),
      connection_(connection),
      plan_(std::move(plan)),
      on_step_(std::move(on_step)),
      pause_timer_(loop.NewTimer([this] { Tell(CallerTooLate()); })) {}

void LeaseBind::Start(BindRequest request) {
  step_running_ = true;
  conversation_ = std::make_unique<BindConversation>(
      loop_, connection_, StartSasl(target_.connector(), target_.config(), plan_.uri, connection_, request));
  conversation_->Start(std::move(request),
                       [this](BindConversation::Result result) { OnResult(std::move(result)); });
}

void LeaseBind::Await(std::unique_ptr<BindConversation> conversation) {
  conversation_ = std::move(conversation);
  AwaitCaller();
}

void LeaseBind::Continue(std::optional<Secret> credentials) {
  pause_timer_->Disarm();
  step_running_ = true;
  conversation_->Continue(std::move(credentials),
                          [this](BindConversation::Result result) { OnResult(std::move(result)); });
}

void LeaseBind::AwaitCaller() {
  step_running_ = false;
  pause_timer_->ArmAt(loop_.Now() + kMostPause);
}

void LeaseBind::OnResult(BindConversation::Result result) {
  auto* step = std::get_if<BindStep>(&result);
  const bool bound = step != nullptr && !step->more_steps;
  if (!bound || plan_.occasion == Occasion::kRebind) {
    Tell(std::move(result));
    return;
  }
  bound_ = std::move(*step);
  query_ = std::make_unique<FeatureQuery>(
      loop_, target_, plan_.uri, connection_, [this](FeatureQuery::Result found) { OnFeatures(std::move(found)); });
  query_->Start();
}

void LeaseBind::OnFeatures(FeatureQuery::Result result) {
  if (auto* error = std::get_if<CallError>(&result)) {
    Tell(std::move(*error));
    return;
  }
  features_ = std::get<std::optional<DirectoryFeatures>>(result);
  Tell(std::move(bound_));
}

void LeaseBind::End(OperationEnd end) { Tell(CallError(std::move(end))); }

void LeaseBind::Tell(BindConversation::Result result) {
  if (on_step_ == nullptr) return;
  const auto* step = std::get_if<BindStep>(&result);
  if (step != nullptr && step->more_steps) {
    AwaitCaller();
    on_step_(*this, std::move(result));
    return;
  }
  step_running_ = false;
  pause_timer_->Disarm();
  // Out of the connection's way: it may be unbound in the next breath.
  conversation_.reset();
  query_.reset();
  std::exchange(on_step_, nullptr)(*this, std::move(result));
}

}  // namespace dirlease
