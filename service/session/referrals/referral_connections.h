// The connections of one lease to other directories than its own, those it was referred to. Each is opened and bound when it
// is first needed, is a Session without a lease of its own, and closes when nothing ran on it for a while.
//
// Loop thread only. Owned by its lease's Session, which outlives it.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "ldap/ldap_uri.h"
#include "ldap/referral_policy.h"
#include "model/failure.h"
#include "session/open_attempt.h"
#include "session/profiles.h"
#include "session/session.h"

namespace dirlease {

class ReferralConnections final {
 public:
  static constexpr absl::Duration kIdleTime = absl::Minutes(1);

  struct Services {
    OpenAttempt::Services open;
    Target& target;
    Session::Limits limits;  // of each
    // How the lease binds elsewhere, or why it cannot.
    absl::AnyInvocable<Outcome<BindPlan>()> plan_bind;
    // Of what was asked elsewhere.
    absl::AnyInvocable<void(Session&, const Operation&, const OperationEnd&)> on_operation_ended;
  };
  using Ticket = uint64_t;
  using Callback = absl::AnyInvocable<void(Outcome<Session*>)>;
  using Asked = std::variant<Session*, Failure, Ticket>;

  // `lease` are its facts as they are at any time.
  ReferralConnections(Services services, const Session::Facts& lease);
  // REQUIRES: closed().
  ~ReferralConnections();

  const ReferralPolicy& policy() const { return services_.target.config().referrals; }

  // The connection to `server`, one of the policy's: at once, never, or by `callback` in a later turn, once, unless it is
  // cancelled. It takes operations within that turn.
  Asked Ask(const LdapUri& server, Callback callback);
  // Unknown tickets are ignored.
  void Cancel(Ticket ticket);

  // Closes them all, because the lease is over or becomes another's. REQUIRES: no operation on them, nobody waits.
  void CloseAll();
  bool closed() const { return servers_.empty(); }
  // `callback` comes once, within this call or later, when every socket is closed. REQUIRES: CloseAll was called.
  void WhenClosed(absl::AnyInvocable<void()> callback);

 private:
  class Server;
  // Null: one more would be too many.
  Server* Find(const LdapUri& server);
  bool HasRoom();
  void Remove(Server& server);

  Services services_;
  const Session::Facts& lease_;
  std::vector<std::unique_ptr<Server>> servers_;  // those that close too
  Ticket last_ticket_ = 0;
  absl::AnyInvocable<void()> on_closed_;
};

}  // namespace dirlease
