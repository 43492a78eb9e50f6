#include "session/bind_conversation.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "session/no_answer.h"

namespace dirlease {

namespace {
// Mechanisms that have no security layer. Others may, and nobody but the two ends knows what they agreed upon.
bool HasNoLayer(std::string_view mechanism) {
  static constexpr std::string_view kPlain[] = {"ANONYMOUS",   "CRAM-MD5", "EXTERNAL", "LOGIN",
                                                "OAUTHBEARER", "PLAIN",    "XOAUTH2"};
  return mechanism.starts_with("SCRAM-") ||
         std::find(std::begin(kPlain), std::end(kPlain), mechanism) != std::end(kPlain);
}

Failure SecurityLayer() {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "SASL_SECURITY_LAYER",
          .message = "the bind seems to have negotiated a SASL security layer, which the gateway cannot carry: "
                     "negotiate none, TLS protects",
          .metadata = {}};
}

Failure SaslFailed(const std::string& error) {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "SASL_FAILED",
          .message = "the gateway's side of the SASL bind failed, see the details",
          .metadata = {{"detail", error}}};
}

Failure TooMuch(const char* what) {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "SASL_FAILED",
          .message = "the SASL bind takes more than any mechanism needs",
          .metadata = {{"detail", what}}};
}

// Codes that are no errors where they belong, which is not here.
bool IsNoErrorOfOthers(int code) {
  return code == ldap_code::kCompareTrue || code == ldap_code::kCompareFalse || code == ldap_code::kNoOperation;
}

// SASL's end belongs to both sides: a directory that calls it a success too early has not proved what it is.
Failure EndedApart() { return SaslFailed("the directory and the mechanism disagree on whether the bind is over"); }
}  // namespace

std::unique_ptr<SaslExchange> StartSasl(Connector& connector, const TargetConfig& config, const std::string& uri,
                                        const Connection& connection, BindRequest& request) {
  if (!request.sasl || !request.sasl->identity) return nullptr;
  SaslIdentity identity = *std::exchange(request.sasl->identity, std::nullopt);
  identity.channel_binding = connection.ChannelBindingOctets(config.sasl_channel_binding);
  return connector.StartSasl(config, uri, {request.sasl->mechanism, std::nullopt, std::move(identity)});
}

BindConversation::BindConversation(EventLoop& loop, Connection& connection,
                                   std::unique_ptr<SaslExchange> sasl)
    : loop_(loop),
      connection_(connection),
      sasl_(std::move(sasl)),
      timer_(loop.NewTimer([this] { OnTimeout(); })) {}

BindConversation::~BindConversation() {
  if (message_id_ != 0) connection_.Forget(message_id_);
}

void BindConversation::Start(BindRequest request, Callback callback) {
  request_ = std::move(request);
  if (request_.sasl) controls_charge_ = {connection_.budget(), ValueOctets(request_.controls)};
  callback_ = std::move(callback);
  if (sasl_ != nullptr) {
    MakeMessage(std::nullopt);
  } else {
    Send();
  }
}

void BindConversation::Continue(std::optional<Secret> credentials, Callback callback) {
  callback_ = std::move(callback);
  request_.sasl->credentials = std::move(credentials);
  Send();
}

void BindConversation::Send() {
  if (++steps_ > kMostSteps) {
    AnswerLater(TooMuch("too many steps"));
    return;
  }
  const LdapHandle::Sent sent =
      connection_.Send(*this, [this](LdapHandle& handle) { return handle.Bind(request_); });
  request_.password.Clear();
  if (request_.sasl) request_.sasl->credentials.reset();
  if (!request_.sasl) request_.controls = {};
  if (sent.error != 0) {
    AnswerLater(NotSent(sent.error));
    return;
  }
  message_id_ = sent.message_id;
  Arm();
}

void BindConversation::MakeMessage(std::optional<Secret> challenge) {
  Arm();
  sasl_->Next(std::move(challenge), [this](SaslStep step) { OnMessage(std::move(step)); });
}

void BindConversation::OnMessage(SaslStep step) {
  if (callback_ == nullptr) return;  // its time was over
  if (!step.error.empty()) {
    log::Warning("SASL failed on the gateway's side", {{"error", step.error}, {"detail", step.detail}});
    Answer(CallError(SaslFailed(step.error)));
    return;
  }
  sasl_complete_ = step.complete;
  if (!bound_) {
    request_.sasl->credentials = std::move(step.credentials);
    Send();
  } else if (step.complete && (!step.credentials || step.credentials->empty())) {
    Answer(std::move(*bound_));
  } else {
    Answer(CallError(EndedApart()));
  }
}

void BindConversation::OnResponse(const ResponseView& response) {
  if (response.kind != ResponseView::Kind::kResult) return;
  message_id_ = 0;
  if (callback_ == nullptr) return;
  if (proving_) {
    Answer(std::move(*bound_));  // whatever it says, it is LDAP
  } else {
    OnResult(response);
  }
}

void BindConversation::OnResult(const ResponseView& response) {
  const bool success = response.result->code == ldap_code::kSuccess;
  const bool step = request_.sasl && response.result->code == ldap_code::kSaslBindInProgress;
  if (!success && !step) {
    Refuse(*response.result);
  } else if (response.value && response.value->size() > kMostSaslOctets) {
    OnTooLarge(*response.result);
  } else if (success) {
    OnSuccess(response);
  } else {
    OnFurtherStep(response);
  }
}

// In the answer to a simple bind there should be nothing at all (RFC 4511 section 4.2.2).
void BindConversation::OnTooLarge(const LdapResult& result) {
  if (request_.sasl) {
    Answer(CallError(TooMuch("too large a message of the directory")));
    return;
  }
  OperationEnd end{.cause = EndCause::kResult, .result = result};
  end.result.code = ldap_code::kDecodingError;
  Answer(CallError(std::move(end)));
}

void BindConversation::OnFurtherStep(const ResponseView& response) {
  Secret challenge(response.value.value_or(""));
  if (sasl_ == nullptr) {
    Answer(BindStep{.result = *response.result,
                    .more_steps = true,
                    .server_credentials = std::move(challenge)});
  } else if (sasl_complete_) {
    Answer(CallError(EndedApart()));
  } else {
    MakeMessage(std::move(challenge));
  }
}

void BindConversation::OnSuccess(const ResponseView& response) {
  BindStep bound{.result = *response.result};
  if (sasl_ == nullptr) {
    bound.server_credentials = Secret(response.value.value_or(""));
    if (request_.sasl && !HasNoLayer(request_.sasl->mechanism)) {
      Prove(std::move(bound));
    } else {
      Answer(std::move(bound));
    }
  } else if (sasl_complete_) {
    Answer(std::move(bound));
  } else {
    bound_ = std::move(bound);
    MakeMessage(Secret(response.value.value_or("")));
  }
}

// A directory that expects wrapped messages takes this one's first octets for a length beyond all bounds.
void BindConversation::Prove(BindStep bound) {
  bound_ = std::move(bound);
  proving_ = true;
  const SearchRequest request{.scope = Scope::kBase, .filter = "(objectClass=*)", .attributes = {"1.1"}};
  const LdapHandle::Sent sent =
      connection_.Send(*this, [&](LdapHandle& handle) { return handle.Search(request, {}); });
  if (sent.error != 0) {
    Answer(NotSent(sent.error));
    return;
  }
  message_id_ = sent.message_id;
  Arm();
}

void BindConversation::OnConnectionLost(const LdapResult& last_word) {
  message_id_ = 0;
  if (callback_ == nullptr) return;
  if (proving_) {
    Answer(CallError(SecurityLayer()));
  } else {
    Answer(LostWith(last_word));
  }
}

void BindConversation::Arm() { timer_->ArmAt(loop_.Now() + kStepTimeout); }

void BindConversation::OnTimeout() {
  if (unsent_) {
    Answer(*std::exchange(unsent_, std::nullopt));
  } else if (proving_) {
    Answer(CallError(SecurityLayer()));
  } else if (message_id_ == 0) {
    Answer(CallError(SaslFailed("it did not come to an end in time")));
  } else {
    Answer(Silent());
  }
}

void BindConversation::Refuse(const LdapResult& result) {
  OperationEnd end{.cause = EndCause::kResult, .result = result};
  // No caller may take these for the success of a bind that granted nothing.
  if (IsNoErrorOfOthers(result.code)) end.result.code = ldap_code::kDecodingError;
  Answer(CallError(std::move(end)));
}

// Whoever began the step need not expect its end within that call.
void BindConversation::AnswerLater(CallError error) {
  unsent_ = std::move(error);
  timer_->ArmAt(loop_.Now());
}

void BindConversation::Answer(Result result) {
  timer_->Disarm();
  std::exchange(callback_, nullptr)(std::move(result));
}

}  // namespace dirlease
