// From an OpenSession call to a bound connection: connect and secure, bind, learn once per directory what it offers.
//
//   connecting -> binding -> (reading the root DSE, when unknown) -> done
//                    \--> done with more_steps, where that is wanted
//
// Loop thread only. Destroying it before its callback cancels: what was opened is unbound.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "base/event_loop.h"
#include "ldap/connection.h"
#include "model/requests.h"
#include "session/bind_conversation.h"
#include "session/call_error.h"
#include "session/feature_query.h"
#include "session/reaper.h"
#include "session/target.h"

namespace dirlease {

class OpenAttempt final : private Connection::Observer {
 public:
  // For the bind's answer and for the root DSE's, each.
  static constexpr absl::Duration kStepTimeout = BindConversation::kStepTimeout;

  struct Opened {
    std::unique_ptr<Connection> connection;
    LdapResult bind_result;
    std::string uri;
    DirectoryFeatures features;  // unknown with `conversation`
    Secret server_sasl_credentials;
    // Set: the directory waits for the client's next SASL message, and nobody is bound yet.
    std::unique_ptr<BindConversation> conversation;
  };
  using Result = std::variant<Opened, CallError>;
  using Callback = absl::AnyInvocable<void(Result)>;
  struct Services {
    EventLoop& loop;
    ByteBudget& budget;
    Reaper& reaper;  // takes what was opened in vain
  };
  struct Options {
    // To connect with instead of the target's own, which it outlives: a client certificate of somebody's own.
    const TargetConfig* config = nullptr;
    // Whether `conversation` is of use; else such a bind has failed (saslBindInProgress).
    bool more_steps = false;
    // `config` does not name all the target's directories, or others: it says nothing of whether that can be reached.
    bool elsewhere = false;
  };

  // All of `services` and `target` outlive this. The callback comes once, never inside the constructor; it may destroy
  // this.
  OpenAttempt(Services services, Target& target, BindRequest bind, Callback callback)
      : OpenAttempt(services, target, std::move(bind), Options(), std::move(callback)) {}
  OpenAttempt(Services services, Target& target, BindRequest bind, Options options, Callback callback);
  ~OpenAttempt() override;

 private:
  const TargetConfig& config() const {
    return options_.config != nullptr ? *options_.config : target_.config();
  }
  void OnConnected(Connected connected);
  void Bind();
  void OnBindStep(BindConversation::Result result);
  void AskForFeatures();
  void OnFeatures(FeatureQuery::Result result);
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnPlaceFree() override {}
  void Fail(CallError error);
  void Succeed();
  void DropConnection();

  const Services services_;
  Target& target_;
  const Options options_;
  BindRequest bind_;
  Callback callback_;
  std::unique_ptr<Connector::Attempt> connecting_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<BindConversation> conversation_;
  std::unique_ptr<FeatureQuery> query_;
  std::string uri_;
  BindStep bound_;
  DirectoryFeatures features_;
};

}  // namespace dirlease
