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

bool CheckConnection::Check(const BindRequest& bind) {
  bind_ = &bind;
  return connecting() || SendBind() == 0;
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
  timer_ = services_.loop.NewTimer([this] { OnTimeout(); });
  const int error = SendBind();
  if (error == 0) return;
  OperationEnd end{.cause = error == ldap_code::kServerDown ? EndCause::kLost : EndCause::kInternal};
  end.result.code = error;
  Answer(std::move(end));
}

int CheckConnection::SendBind() {
  const LdapHandle::Sent sent =
      connection_->Send(*this, [this](LdapHandle& handle) { return handle.Bind(*bind_); });
  if (sent.error != 0) {
    DropConnection();
    return sent.error;
  }
  message_id_ = sent.message_id;
  timer_->ArmAt(services_.loop.Now() + kAnswerTimeout);
  return 0;
}

void CheckConnection::OnResponse(const ResponseView& response) {
  if (response.kind != ResponseView::Kind::kResult) return;
  message_id_ = 0;
  ++answers_;
  timer_->ArmAt(services_.loop.Now() + kIdleTime);
  OperationEnd end{.cause = EndCause::kResult, .result = *response.result};
  // Answers to a compare: nobody may take them for the success of a bind.
  if (end.result.code == ldap_code::kCompareTrue || end.result.code == ldap_code::kCompareFalse) {
    end.result.code = ldap_code::kDecodingError;
  }
  Answer(std::move(end));
}

void CheckConnection::OnConnectionLost(const LdapResult& last_word) {
  // Comes as exchange first, then as observer: dropping it ends the second one.
  message_id_ = 0;
  DropConnection();
  if (bind_ == nullptr) {
    owner_.OnGone(*this);
  } else {
    Answer(OperationEnd{.cause = EndCause::kLost, .result = last_word});
  }
}

void CheckConnection::OnTimeout() {
  DropConnection();
  if (bind_ == nullptr) {
    owner_.OnGone(*this);
    return;
  }
  LdapResult silent;
  silent.code = ldap_code::kTimeout;
  silent.diagnostic_message = "the directory did not answer in time";
  Answer(OperationEnd{.cause = EndCause::kResult, .result = std::move(silent)});
}

void CheckConnection::Answer(CallError answer) {
  bind_ = nullptr;
  owner_.OnChecked(*this, std::move(answer));
}

void CheckConnection::DropConnection() {
  if (timer_ != nullptr) timer_->Disarm();
  if (connection_ == nullptr) return;
  if (message_id_ != 0) connection_->Forget(message_id_);
  message_id_ = 0;
  services_.reaper.Take(std::move(connection_));
}

}  // namespace dirlease
