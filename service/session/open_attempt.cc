#include "session/open_attempt.h"

#include <utility>

#include "session/connect_failure.h"
#include "session/no_answer.h"

namespace dirlease {

OpenAttempt::OpenAttempt(Services services, Target& target, BindRequest bind, Options options,
                         Callback callback)
    : services_(services),
      target_(target),
      options_(options),
      bind_(std::move(bind)),
      callback_(std::move(callback)) {
  connecting_ = target_.connector().Connect(
      config(), [this](Connected connected) { OnConnected(std::move(connected)); });
}

OpenAttempt::~OpenAttempt() { DropConnection(); }

void OpenAttempt::OnConnected(Connected connected) {
  if (!options_.elsewhere) target_.OnConnectOutcome(connected.handle != nullptr);
  if (connected.handle == nullptr) {
    Fail(NotConnected(connected.failure, target_.config().name));
    return;
  }
  uri_ = std::move(connected.uri);
  connection_ = std::make_unique<Connection>(services_.loop, services_.budget,
                                             std::move(connected.handle),
                                             static_cast<Connection::Observer&>(*this));
  Bind();
}

void OpenAttempt::Bind() {
  conversation_ = std::make_unique<BindConversation>(services_.loop, *connection_,
                                                     StartSasl(target_.connector(), config(), uri_, *connection_, bind_));
  conversation_->Start(std::move(bind_), [this](BindConversation::Result result) {
    OnBindStep(std::move(result));
  });
}

void OpenAttempt::OnBindStep(BindConversation::Result result) {
  if (auto* error = std::get_if<CallError>(&result)) {
    Fail(std::move(*error));
    return;
  }
  bound_ = std::move(std::get<BindStep>(result));
  if (bound_.more_steps && !options_.more_steps) {
    Fail(OperationEnd{.cause = EndCause::kResult, .result = bound_.result});
  } else if (bound_.more_steps) {
    Succeed();
  } else {
    AskForFeatures();
  }
}

void OpenAttempt::AskForFeatures() {
  query_ = std::make_unique<FeatureQuery>(
      services_.loop, target_, uri_, *connection_,
      [this](FeatureQuery::Result result) { OnFeatures(std::move(result)); });
  query_->Start();
}

void OpenAttempt::OnFeatures(FeatureQuery::Result result) {
  if (auto* error = std::get_if<CallError>(&result)) {
    Fail(std::move(*error));
    return;
  }
  features_ = std::get<std::optional<DirectoryFeatures>>(result).value_or(features_);
  Succeed();
}

void OpenAttempt::OnConnectionLost(const LdapResult& last_word) {
  // Whoever asked something of it was told first, and ended this.
  if (callback_) Fail(LostWith(last_word));
}

void OpenAttempt::Fail(CallError error) {
  DropConnection();
  std::exchange(callback_, nullptr)(std::move(error));
}

void OpenAttempt::Succeed() {
  Opened opened{.connection = std::move(connection_),
                .bind_result = std::move(bound_.result),
                .uri = uri_,
                .features = features_,
                .server_sasl_credentials = std::move(bound_.server_credentials)};
  if (bound_.more_steps) opened.conversation = std::move(conversation_);
  std::exchange(callback_, nullptr)(std::move(opened));
}

void OpenAttempt::DropConnection() {
  // A bind or the root DSE's answer may be under way: unbinding ends both.
  conversation_.reset();
  query_.reset();
  if (connection_ != nullptr) services_.reaper.Take(std::move(connection_));
}

}  // namespace dirlease
