// All leases of this process: opening, finding by token, renewing, ending, drain. The front door of the session layer.
//
// Loop thread only. Nothing here waits: what takes time comes back by callback, on the loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "base/event_loop.h"
#include "base/byte_budget.h"
#include "base/secret.h"
#include "session/holds.h"
#include "session/lease_table.h"
#include "session/open_request.h"
#include "session/opened_lease.h"
#include "session/openings.h"
#include "session/profiles.h"
#include "session/request_ids.h"
#include "session/session.h"
#include "session/targets.h"
#include "session/telemetry.h"
#include "session/verify/credential_checks.h"

namespace dirlease {

// UNAVAILABLE / DRAINING.
Failure DrainingFailure();

class SessionManager final : private Session::Observer {
 public:
  struct Options {
    absl::Duration min_ttl = absl::Seconds(10);
    absl::Duration default_ttl = absl::Minutes(5);
    absl::Duration max_ttl = absl::Hours(1);
    absl::Duration max_age = absl::Hours(12);
    size_t max_leases = 10'000;
    size_t max_leases_per_owner = 256;  // identified callers only
    bool anonymous = true;              // whether binds without identity are allowed
    Session::Limits session;
    absl::Duration stall_deadline = absl::Seconds(30);  // of callers who do not read
    size_t budget_octets = 256 * 1024 * 1024;  // see base/byte_budget.h
    CredentialChecks::Options checks;
    std::vector<Profile> profiles;
    Telemetry* telemetry = nullptr;  // outlives the manager; null = nobody listens
  };

  // What is held at this moment.
  struct Load {
    size_t opening = 0;
    size_t active = 0;
    size_t binding = 0;  // live leases on which a bind is under way: nothing else can be done with them
    size_t closing = 0;
    size_t running_operations = 0;
    size_t waiting_operations = 0;
    std::vector<std::pair<std::string, size_t>> connections;  // of leases, by target's name
    size_t paused_connections = 0;
    size_t most_leases = 0;
    Holds::Counts holds;
    std::vector<std::pair<std::string, bool>> reachable;  // by target's name
    bool draining = false;
  };

  struct Unbound {
    bool was_active = false;
    int abandoned_operations = 0;
  };
  using UnbindCallback = absl::AnyInvocable<void(Outcome<Unbound>)>;

  // The first target is the default one. `loop` and `connector` must outlive this.
  SessionManager(EventLoop& loop, Connector& connector, Options options,
                 std::vector<TargetConfig> targets);
  // REQUIRES: drained, or idle() and StopProbing().
  ~SessionManager() override;

  // Watches whether the targets can be reached; `on_change` hears whether at least one can, first when it is known.
  void StartProbing(absl::AnyInvocable<void(bool)> on_change) {
    targets_.StartProbing(std::move(on_change));
  }
  void StopProbing() { targets_.StopProbing(); }

  // Grants a lease. The callback comes at most once, possibly within this call. The ticket cancels: whoever is the last
  // to wait for a bind ends it.
  Opening::Ticket Open(const Caller& caller, OpenRequest request, OpenCallback callback);
  // After it no callback comes. Unknown tickets are ignored.
  void CancelOpen(Opening::Ticket ticket);

  // Whether a name and a password belong together, by a bind that no lease comes of. The callback comes at most once,
  // possibly within this call.
  CredentialChecks::Ticket CheckCredentials(const Caller& caller, const std::string& target, BindRequest bind,
                                            CredentialChecks::Callback callback);
  // After it no callback comes. Unknown tickets are ignored.
  void CancelCheck(CredentialChecks::Ticket ticket) { checks_.Cancel(ticket); }

  // The live lease that `token` names for this caller, else SESSION_UNKNOWN and its like. Does not renew.
  Outcome<Session*> Find(const Caller& caller, const std::string& token) const;
  void Renew(Session& session);
  LeaseDescription Describe(const Session& session) const;

  // Binds again (session/lease_bind.h), or gives the directory the next message of a SASL bind. The callback comes once the
  // step has ended; one that failed has ended the lease. Refused at once, with nothing changed: the failure.
  std::optional<Failure> Rebind(Session& session, const Caller& caller, RebindRequest request,
                                BindCallback callback);
  std::optional<Failure> ContinueBind(Session& session, std::optional<Secret> credentials,
                                      BindCallback callback);
  // Whoever waited for a bind of this lease is gone: nobody knows who it is, so it ends. No callback comes any more.
  void CancelBind(LeaseId lease);
  // For binds from now on.
  void SetProfilePassword(std::string_view profile, Secret password) {
    profiles_.SetPassword(profile, std::move(password));
  }

  // Ends a lease: at once, or when its operations have ended but no later than `wait`. The callback comes when the
  // socket is closed.
  void Unbind(const Caller& caller, const std::string& token, absl::Duration wait,
              UnbindCallback callback);

  // Keeps the lease from ending idle, as an operation does, without being one; see session/holds.h. Refused: too many
  // hold it. The ticket goes back when the holder is gone, which may end the lease.
  Outcome<Holds::Ticket> Hold(Session& session, LeaseHolder& holder, Holds::Tether tether);
  void Release(Holds::Ticket ticket);

  // Refuses new leases, ends those that are idle and not held, ends the rest after `grace`; then stops probing and calls
  // back. Again: the shorter grace holds, and this callback comes too.
  void Drain(absl::Duration grace, absl::AnyInvocable<void()> done);
  // As if the grace had passed.
  void EndGrace();
  bool draining() const { return draining_; }
  // REQUIRES: draining.
  absl::Time grace_end() const { return grace_end_; }

  // For operators. Live leases after `after` (0 = from the first) in order of opening; `owner` empty = everybody's.
  std::vector<Session*> LeasesAfter(LeaseId after, size_t most, const std::string& owner) const;
  // Ends the lease of this public id at once. False: there is none.
  bool Revoke(std::string_view session_id);
  size_t ActiveOperations() const;

  // No lease, no opening, no check, no socket.
  bool idle() const { return sessions_.empty() && openings_.empty() && checks_.empty() && reaper_.empty(); }
  size_t size() const { return leases_.size(); }
  Load Measure() const;
  // What every stream to a caller lives with.
  EventLoop& loop() { return loop_; }
  ByteBudget& budget() { return budget_; }
  const ByteBudget& budget() const { return budget_; }
  absl::Duration stall_deadline() const { return options_.stall_deadline; }
  Telemetry& telemetry() { return telemetry_; }

 private:
  struct Entry {
    std::unique_ptr<Session> session;
    std::vector<UnbindCallback> unbinding;
    Unbound unbound;
    std::unique_ptr<Timer> wait_timer;
    std::string end_reason;
    bool opened = true;  // false: its first bind failed
  };

  std::optional<Failure> Refusal(const Caller& caller, const OpenRequest& request) const;
  // How the lease binds at directories that it is referred to, if it may.
  Outcome<BindPlan> PlanReferral(const Session& session) const;
  void FollowReferrals(Session& session, Target& target);
  // Where the target's leases may have several connections.
  void AddConnections(Session& session, Target& target);
  void OnGrown(const Session& session, const CallError* error);
  // How a lease that is bound so binds its further connections. Null: it has none.
  BindAgain PlanAgain(const Caller& caller, const Target& target, const BindPlan& plan) const;
  // How this caller may bind at the target, if he may.
  Outcome<BindPlan> PlanBind(const Caller& caller, const Target& target, Credentials credentials) const;
  Outcome<BindPlan> PlanBindWithoutKeytab(const Caller& caller, const Target& target, Credentials credentials) const;
  // What was opened for this request id before, as long as it lives; or why it cannot be had.
  std::optional<OpenResult> Remembered(const Caller& caller, const std::string& key,
                                       const Digest& digest);
  void OnOpened(Opening& opening, OpenAttempt::Result result);
  Session& Grant(Opening& opening, OpenAttempt::Opened opened, const Secret& token);
  void TellOpened(const Session& session, const Caller& caller);
  LeaseBind& SetBind(Session& session, LeaseBind::Occasion occasion, const Caller& caller,
                     BoundIdentity identity);
  void OnBindStep(Session& session, LeaseBind& bind, BindConversation::Result result);
  void OnBound(Session& session, const LeaseBind& bind);
  // A failed bind leaves nobody who knows who the lease is.
  void EndByBind(Session& session, const CallError& error);
  void TellBindFailed(const Session& session, const LeaseBind::Plan& plan, const CallError& error);
  size_t LeasesOf(const std::string& owner) const;

  void EndLease(Session& session, LeaseEnd how, const OperationEnd& told, std::string_view reason);
  // Ends the lease and closes it at once, its operations told `cause`.
  void EndNow(Session& session, LeaseEnd how, EndCause cause, std::string_view reason);
  void EndUntied(LeaseId lease);
  void CloseByOwner(LeaseId lease);
  void ExpireDue();
  void ArmExpiry();
  void FinishDrainIfIdle();
  // REQUIRES: nothing runs on it.
  void EndIfDrained(Session& session);

  void OnSessionBusy(Session& session) override;
  void OnSessionIdle(Session& session) override;
  void OnOperationEnded(Session& session, const Operation& operation,
                        const OperationEnd& end) override;
  void OnSessionLost(Session& session, const LdapResult& last_word) override;
  void OnSessionClosed(Session& session) override;

  // Constant after construction.
  EventLoop& loop_;
  const Options options_;
  const std::string digest_key_;

  Telemetry nobody_;
  Telemetry& telemetry_;
  ByteBudget budget_;
  Reaper reaper_;
  Profiles profiles_;
  Targets targets_;
  LeaseTable leases_;
  Holds holds_;
  RequestIds request_ids_;
  absl::flat_hash_map<LeaseId, Entry> sessions_;  // also those that are closing
  absl::flat_hash_map<LeaseId, Session*> live_;
  absl::flat_hash_map<LeaseId, BindCallback> binding_;  // who waits for a step of theirs
  Openings openings_;
  CredentialChecks checks_;
  Opening::Ticket last_ticket_ = 0;
  std::unique_ptr<Timer> expiry_;

  bool draining_ = false;
  std::unique_ptr<Timer> grace_;
  absl::Time grace_end_;
  std::vector<absl::AnyInvocable<void()>> drained_;
};

}  // namespace dirlease
