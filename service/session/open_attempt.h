// From an OpenSession call to a bound connection: connect and secure, bind, learn once per directory what it offers.
//
//   connecting -> binding -> (reading the root DSE, when unknown) -> done
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
#include "session/call_error.h"
#include "session/reaper.h"
#include "session/target.h"

namespace dirlease {

class OpenAttempt final : private Connection::Exchange, private Connection::Observer {
 public:
  // For the bind's answer and for the root DSE's, each.
  static constexpr absl::Duration kStepTimeout = absl::Seconds(30);

  struct Opened {
    std::unique_ptr<Connection> connection;
    LdapResult bind_result;
    std::string uri;
    DirectoryFeatures features;
  };
  using Result = std::variant<Opened, CallError>;
  using Callback = absl::AnyInvocable<void(Result)>;
  struct Services {
    EventLoop& loop;
    ByteBudget& budget;
    Reaper& reaper;  // takes what was opened in vain
  };

  // All of `services` and `target` outlive this. The callback comes once, never inside the constructor; it may destroy
  // this.
  OpenAttempt(Services services, Target& target, BindRequest bind, Callback callback);
  ~OpenAttempt() override;

 private:
  void OnConnected(Connected connected);
  static CallError NotSent(int error);
  void SendBind();
  void OnResponse(const ResponseView& response) override;
  void OnBound(const LdapResult& result);
  void ReadRootDse();
  void OnRootDseEntry(const EntryView& entry);
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnPlaceFree() override {}
  void OnTimeout();
  void Fail(CallError error);
  void Succeed();
  void DropConnection();

  const Services services_;
  Target& target_;
  BindRequest bind_;
  Callback callback_;
  std::unique_ptr<Connector::Attempt> connecting_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<Connection> connection_;
  std::string uri_;
  int message_id_ = 0;  // of the request that is unanswered; 0 = none
  bool bound_ = false;
  LdapResult bind_result_;
  DirectoryFeatures features_;
};

}  // namespace dirlease
