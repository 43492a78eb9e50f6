#include "session/session_manager.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "base/log.h"
#include "session/operation_log.h"

namespace dirlease {

namespace {
Failure NoSuchSession(std::optional<LeaseEnd> ended) {
  Failure failure{.code = absl::StatusCode::kUnauthenticated,
                  .reason = "SESSION_UNKNOWN",
                  .message = "no lease of yours has this token: open a new one"};
  if (!ended) return failure;
  switch (*ended) {
    case LeaseEnd::kClosed:
      failure.reason = "SESSION_CLOSED";
      failure.message = "the lease was closed: open a new one";
      break;
    case LeaseEnd::kExpired:
      failure.reason = "SESSION_EXPIRED";
      failure.message = "the lease has expired: open a new one and keep it alive every ttl/3 when idle";
      break;
    case LeaseEnd::kLost:
      failure.reason = "SESSION_LOST";
      failure.message = "the directory ended the lease's connection: open a new one";
      break;
    case LeaseEnd::kRevoked:
      failure.reason = "SESSION_REVOKED";
      failure.message = "an operator ended the lease";
      break;
  }
  return failure;
}
}  // namespace

Failure DrainingFailure() {
  return {.code = absl::StatusCode::kUnavailable,
          .reason = "DRAINING",
          .message = "this gateway is going away: open the lease at another one",
          .retry_delay = absl::Seconds(1)};
}

SessionManager::SessionManager(EventLoop& loop, Connector& connector, Options options,
                               std::vector<TargetConfig> targets)
    : loop_(loop),
      options_(options),
      digest_key_(RandomOctets(32)),
      telemetry_(options.telemetry == nullptr ? nobody_ : *options.telemetry),
      budget_(options.budget_octets),
      reaper_(loop, [this] { FinishDrainIfIdle(); }),
      profiles_(options_.profiles, targets),
      targets_(loop, connector, std::move(targets)),
      holds_(loop, [this](LeaseId lease) { EndUntied(lease); }),
      openings_({loop, budget_, reaper_}, telemetry_,
                [this](Opening& opening, OpenAttempt::Result result) {
                  OnOpened(opening, std::move(result));
                }),
      checks_({loop, budget_, reaper_}, options_.checks, telemetry_, [this] { FinishDrainIfIdle(); }) {
  expiry_ = loop_.NewTimer([this] { ExpireDue(); });
}

SessionManager::~SessionManager() { assert(idle()); }

Outcome<Session*> SessionManager::Find(const Caller& caller, const std::string& token) const {
  const LeaseTable::LookUp found = leases_.Find(Sha256(token), caller.owner, loop_.Now());
  if (found.live == 0) return NoSuchSession(found.ended);
  return live_.at(found.live);
}

void SessionManager::Renew(Session& session) {
  leases_.Renew(session.lease(), loop_.Now());
  ArmExpiry();
}

LeaseDescription SessionManager::Describe(const Session& session) const {
  return {.facts = &session.facts(),
          .lease = leases_.Describe(session.lease()),
          .draining = draining_,
          .tls = session.tls(),
          .active_operations = static_cast<int>(session.operations().size()),
          .binding = session.binding()};
}

void SessionManager::Unbind(const Caller& caller, const std::string& token, absl::Duration wait,
                            UnbindCallback callback) {
  const LeaseTable::LookUp found = leases_.Find(Sha256(token), caller.owner, loop_.Now());
  if (found.live == 0) {
    // Whose lease it was learns that it is over; anybody else, that there is none.
    if (found.ended) {
      callback(Unbound{});
    } else {
      callback(NoSuchSession(std::nullopt));
    }
    return;
  }
  Entry& entry = sessions_.at(found.live);
  Session* session = entry.session.get();
  // Waiting must not outlive the maximum age, which nobody watches any more once the lease is ended.
  wait = std::min(wait, leases_.Describe(found.live).max_expire_time - loop_.Now());
  entry.unbinding.push_back(std::move(callback));
  entry.unbound.was_active = true;
  EndLease(*session, LeaseEnd::kClosed, {.cause = EndCause::kSessionClosed}, "unbind");
  if (wait <= absl::ZeroDuration()) {
    CloseByOwner(session->lease());
    return;
  }
  entry.wait_timer = loop_.NewTimer([this, lease = session->lease()] { CloseByOwner(lease); });
  entry.wait_timer->ArmAt(loop_.Now() + wait);
  session->CloseWhenIdle(EndCause::kSessionClosed);
}

void SessionManager::CloseByOwner(LeaseId lease) {
  const int ended = sessions_.at(lease).session->Close(EndCause::kSessionClosed);
  sessions_.at(lease).unbound.abandoned_operations += ended;
}

void SessionManager::EndLease(Session& session, LeaseEnd how, const OperationEnd& told,
                              std::string_view reason) {
  if (!live_.contains(session.lease())) return;
  holds_.End(session.lease(), told);  // holders describe it for the last time
  live_.erase(session.lease());
  leases_.End(session.lease(), how, loop_.Now());
  sessions_.at(session.lease()).end_reason = reason;
}

void SessionManager::EndNow(Session& session, LeaseEnd how, EndCause cause,
                            std::string_view reason) {
  EndLease(session, how, {.cause = cause}, reason);
  session.Close(cause);
}

void SessionManager::ExpireDue() {
  for (const LeaseTable::Due& due : leases_.Expire(loop_.Now())) {
    Session& session = *live_.at(due.lease);
    EndNow(session, LeaseEnd::kExpired, EndCause::kExpired,
           due.by_maximum ? "maximum age" : "idle");
  }
  ArmExpiry();
}

void SessionManager::ArmExpiry() { expiry_->ArmAt(leases_.NextExpiry()); }

void SessionManager::OnSessionBusy(Session& session) {
  if (!live_.contains(session.lease())) return;
  leases_.Hold(session.lease(), loop_.Now());
  ArmExpiry();
}

void SessionManager::OnSessionIdle(Session& session) {
  if (!live_.contains(session.lease())) return;
  leases_.Release(session.lease(), loop_.Now());
  ArmExpiry();
  EndIfDrained(session);
}

void SessionManager::EndIfDrained(Session& session) {
  if (!draining_ || !live_.contains(session.lease()) || holds_.IsHeld(session.lease())) return;
  EndLease(session, LeaseEnd::kLost, {.cause = EndCause::kDraining}, "drain");
  session.CloseWhenIdle(EndCause::kDraining);
}

void SessionManager::OnOperationEnded(Session& session, const Operation& operation,
                                      const OperationEnd& end) {
  LogOperation(session.facts(), operation, end);
  telemetry_.OnOperationEnded(session.facts(), operation, end);
}

void SessionManager::OnSessionLost(Session& session, const LdapResult& last_word) {
  // It says nothing of the directory's other connections: when no lease is left, a probe asks.
  EndLease(session, LeaseEnd::kLost, {.cause = EndCause::kLost, .result = last_word}, "directory");
}

void SessionManager::OnSessionClosed(Session& session) {
  const auto found = sessions_.find(session.lease());
  Entry entry = std::move(found->second);
  sessions_.erase(found);
  targets_.Find(session.facts().target)->OnLeaseGone();
  log::Info("lease ended", {{"session", session.facts().session_id},
                            {"owner", session.facts().owner},
                            {"target", session.facts().target},
                            {"reason", entry.end_reason}});
  if (entry.opened) telemetry_.OnLeaseEnded(session.facts(), entry.end_reason);
  for (UnbindCallback& callback : entry.unbinding) callback(entry.unbound);
  loop_.DeferDelete(std::move(entry.session));
  FinishDrainIfIdle();
}

SessionManager::Load SessionManager::Measure() const {
  Load load{.opening = openings_.size(),
            .active = live_.size(),
            .closing = sessions_.size() - live_.size(),
            .most_leases = options_.max_leases,
            .holds = holds_.Count(),
            .reachable = targets_.Reachable(),
            .draining = draining_};
  std::map<std::string, size_t> connections;
  for (const auto& [target, reachable] : load.reachable) connections[target] = 0;
  for (const auto& [lease, entry] : sessions_) {
    const Session& session = *entry.session;
    load.waiting_operations += session.waiting_operations();
    load.running_operations += session.operations().size() - session.waiting_operations();
    load.paused_connections += session.paused_connections();
    connections[session.facts().target] += session.connections();
    if (session.binding() && live_.contains(lease)) ++load.binding;
  }
  load.active -= load.binding;
  load.connections.assign(connections.begin(), connections.end());
  return load;
}

void SessionManager::Drain(absl::Duration grace, absl::AnyInvocable<void()> done) {
  drained_.push_back(std::move(done));
  loop_.Post([this] { FinishDrainIfIdle(); });
  const bool first = !std::exchange(draining_, true);
  const absl::Time end = loop_.Now() + grace;
  if (!first && end >= grace_end_) return;
  grace_end_ = end;
  if (grace_ == nullptr) grace_ = loop_.NewTimer([this] { EndGrace(); });
  grace_->ArmAt(grace_end_);
  std::vector<Session*> idle_ones;
  for (const auto& [lease, session] : live_) {
    if (!session->busy() && !holds_.IsHeld(lease)) idle_ones.push_back(session);
  }
  for (Session* session : idle_ones) {
    EndNow(*session, LeaseEnd::kLost, EndCause::kDraining, "drain");
  }
  checks_.CloseIdle();
  holds_.TellDraining(grace_end_);
}

void SessionManager::EndGrace() {
  openings_.FailAll(DrainingFailure());  // what they connected keeps the drain open
  checks_.FailAll(DrainingFailure());
  std::vector<Session*> left;
  for (const auto& [lease, session] : live_) left.push_back(session);
  for (Session* session : left) {
    EndNow(*session, LeaseEnd::kLost, EndCause::kDraining, "drain");
  }
  // Those that an Unbind waits with.
  for (auto& [lease, entry] : sessions_) {
    entry.unbound.abandoned_operations += entry.session->Close(EndCause::kDraining);
  }
  FinishDrainIfIdle();
}

void SessionManager::FinishDrainIfIdle() {
  if (!draining_ || !idle() || drained_.empty()) return;
  grace_.reset();
  StopProbing();
  for (auto& done : std::exchange(drained_, {})) done();
}

}  // namespace dirlease
