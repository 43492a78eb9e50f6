// One bind on one connection, from its first request to the directory's last word (RFC 4511 section 4.2, RFC 4513 section
// 5.2): simple, SASL relayed step by step, or SASL whose messages the gateway makes.
//
//   Start --> request sent --> result --+--> bound, or refused
//             ^                         |--> more_steps (relayed SASL): waits for Continue
//             +---- managed SASL: next -+
//
// Loop thread only. Destroying it while a Bind is unanswered is silent, and leaves nothing to do with the connection but
// Unbind: a Bind cannot be abandoned.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "base/secret.h"
#include "ldap/connection.h"
#include "ldap/connector.h"
#include "ldap/sasl_exchange.h"
#include "model/requests.h"
#include "session/call_error.h"

namespace dirlease {

// What a step that did not fail came to.
struct BindStep {
  LdapResult result;
  bool more_steps = false;    // the directory waits for the client's next message
  Secret server_credentials;  // serverSaslCreds; empty = none, or managed
};

// What makes the messages of a bind of which `request` says who authenticates, whose secrets it takes; null for others.
// `config`: of the directory at `uri`, to which `connection` leads; outlives it.
std::unique_ptr<SaslExchange> StartSasl(Connector& connector, const TargetConfig& config, const std::string& uri,
                                        const Connection& connection, BindRequest& request);

class BindConversation final : private Connection::Exchange {
 public:
  // For each answer of the directory, and for each message that the gateway makes.
  static constexpr absl::Duration kStepTimeout = absl::Seconds(30);
  // Bind requests in all. GSSAPI takes three or four.
  static constexpr int kMostSteps = 16;
  // Of a message of either side. Kerberos tickets with many groups have some 48 KiB.
  static constexpr size_t kMostSaslOctets = 64 * 1024;

  using Result = std::variant<BindStep, CallError>;
  // Comes once for each step, never within the call that began it. It may destroy this.
  using Callback = absl::AnyInvocable<void(Result)>;

  // `sasl`: as StartSasl has it. `connection` outlives this
  // or is closed. REQUIRES: no other operation is unanswered on it.
  BindConversation(EventLoop& loop, Connection& connection, std::unique_ptr<SaslExchange> sasl);
  ~BindConversation() override;

  // Once. What the request has of secrets is wiped as soon as it was sent. Its controls go with every step of SASL: until
  // the last one they count in the connection's budget.
  void Start(BindRequest request, Callback callback);
  // REQUIRES: more_steps.
  void Continue(std::optional<Secret> credentials, Callback callback);

 private:
  void Send();
  void MakeMessage(std::optional<Secret> challenge);
  void OnMessage(SaslStep step);
  void OnResponse(const ResponseView& response) override;
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnResult(const ResponseView& response);
  void OnTooLarge(const LdapResult& result);
  void OnFurtherStep(const ResponseView& response);
  void OnSuccess(const ResponseView& response);
  void Prove(BindStep bound);
  void Arm();
  void OnTimeout();
  void Refuse(const LdapResult& result);
  void AnswerLater(CallError error);
  void Answer(Result result);

  EventLoop& loop_;
  Connection& connection_;
  const std::unique_ptr<SaslExchange> sasl_;
  const std::unique_ptr<Timer> timer_;
  Callback callback_;
  BindRequest request_;
  BudgetCharge controls_charge_;
  int steps_ = 0;
  int message_id_ = 0;  // of the request that is unanswered; 0 = none
  bool sasl_complete_ = false;      // our side is satisfied
  std::optional<BindStep> bound_;   // the directory said so; a plain request proves it, or the mechanism has the last word
  bool proving_ = false;
  std::optional<CallError> unsent_;  // to be answered in a later turn
};

}  // namespace dirlease
