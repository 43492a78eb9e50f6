#include "session/verify/check_connection.h"

#include <utility>

#include "session/connect_failure.h"

namespace dirlease {

CheckConnection::CheckConnection(const OpenAttempt::Services& services, Target& target, Owner& owner)
    : services_(services), target_(target), owner_(owner) {
  connecting_ = target_.connector().Connect(
      target_.config(), [this](Connected connected) { OnConnected(std::move(connected)); });
}

CheckConnection::~CheckConnection() { DropConnection(); }

void CheckConnection::Check(const BindRequest& bind) {
  bind_ = &bind;
  if (!connecting()) Bind();
}

void CheckConnection::OnConnected(Connected connected) {
  const std::unique_ptr<Connector::Attempt> done = std::move(connecting_);
  target_.OnConnectOutcome(connected.handle != nullptr);
  if (connected.handle == nullptr) {
    Answer(NotConnected(connected.failure, target_.config().name));
    return;
  }
  connection_ = std::make_unique<Connection>(services_.loop, services_.budget, std::move(connected.handle),
                                             static_cast<Connection::Observer&>(*this));
  idle_timer_ = services_.loop.NewTimer([this] { End(); });
  Bind();
}

void CheckConnection::Bind() {
  idle_timer_->Disarm();
  conversation_ = std::make_unique<BindConversation>(services_.loop, *connection_, nullptr);
  conversation_->Start({.name = bind_->name, .password = bind_->password.Clone(), .controls = bind_->controls},
                       [this](BindConversation::Result result) { OnBound(std::move(result)); });
}

void CheckConnection::OnBound(BindConversation::Result result) {
  CallError answer = OperationEnd{.cause = EndCause::kResult};
  if (auto* step = std::get_if<BindStep>(&result)) {
    std::get<OperationEnd>(answer).result = std::move(step->result);
  } else {
    answer = std::get<CallError>(std::move(result));
  }
  const auto* end = std::get_if<OperationEnd>(&answer);
  // What the directory did not say itself leaves nobody the wiser about the connection.
  if (end != nullptr && end->cause == EndCause::kResult && end->result.code >= ldap_code::kSuccess) {
    ++answers_;
    idle_timer_->ArmAt(services_.loop.Now() + kIdleTime);
  } else {
    DropConnection();
  }
  Answer(std::move(answer));
}

void CheckConnection::OnConnectionLost(const LdapResult&) {
  // Whoever waits for an answer was told first, and dropped it.
  if (connection_ != nullptr) End();
}

void CheckConnection::End() {
  DropConnection();
  owner_.OnGone(*this);
}

void CheckConnection::Answer(CallError answer) {
  bind_ = nullptr;
  owner_.OnChecked(*this, std::move(answer));
}

void CheckConnection::DropConnection() {
  if (idle_timer_ != nullptr) idle_timer_->Disarm();
  conversation_.reset();
  if (connection_ != nullptr) services_.reaper.Take(std::move(connection_));
}

}  // namespace dirlease
