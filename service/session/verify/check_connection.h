// A connection that does nothing but bind, one check of a password after the other (RFC 4511 section 4.2.1 lets a
// connection bind as often as it likes).
//
//   connecting --> checking <--> idle --> gone
//
// Loop thread only. Destroying it in any state cancels: what was opened is unbound.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "ldap/connection.h"
#include "model/requests.h"
#include "session/bind_conversation.h"
#include "session/call_error.h"
#include "session/open_attempt.h"
#include "session/target.h"

namespace dirlease {

class CheckConnection final : private Connection::Observer {
 public:
  // It is closed after so long without a check.
  static constexpr absl::Duration kIdleTime = absl::Seconds(30);

  class Owner {
   public:
    virtual ~Owner() = default;
    // The bind's result, as an OperationEnd, or why there is none. usable() says whether another check may follow. May
    // destroy the connection.
    virtual void OnChecked(CheckConnection& connection, CallError answer) = 0;
    // It was idle, and is of no more use: destroy it.
    virtual void OnGone(CheckConnection& connection) = 0;
  };

  // Connects at once. All of `services`, `target` and `owner` outlive this.
  CheckConnection(const OpenAttempt::Services& services, Target& target, Owner& owner);
  ~CheckConnection() override;

  // OnChecked follows, never within this call; `bind`, a simple one, is read until then. REQUIRES: no check runs, and it
  // connects or is usable.
  void Check(const BindRequest& bind);

  Target& target() const { return target_; }
  bool connecting() const { return connecting_ != nullptr; }
  bool usable() const { return connection_ != nullptr && !connection_->closed(); }
  // A check was answered on it before, so the directory may have closed it meanwhile, as directories do.
  bool reused() const { return answers_ > 0; }

 private:
  void OnConnected(Connected connected);
  void Bind();
  void OnBound(BindConversation::Result result);
  void OnConnectionLost(const LdapResult& last_word) override;
  void OnPlaceFree() override {}
  void End();
  void Answer(CallError answer);
  void DropConnection();

  const OpenAttempt::Services services_;
  Target& target_;
  Owner& owner_;
  std::unique_ptr<Connector::Attempt> connecting_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Timer> idle_timer_;
  std::unique_ptr<BindConversation> conversation_;
  const BindRequest* bind_ = nullptr;  // of the check that runs
  int answers_ = 0;
};

}  // namespace dirlease
