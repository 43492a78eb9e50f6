// The opening half of SessionManager: who may open, request ids, binding, granting.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "fmt/format.h"
#include "session/session_manager.h"

namespace dirlease {

namespace {
Failure TooManySessions(const char* message, size_t limit) {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_SESSIONS",
          .message = message,
          .metadata = {{"limit", std::to_string(limit)}}};
}

Failure RequestIdReused() {
  Failure failure = InvalidField(
      "request_id", "was used for a different request within 10 minutes: take a new UUID");
  failure.reason = "REQUEST_ID_REUSED";
  return failure;
}

// What is remembered for ten minutes has to be small, whatever the directory said beside its success.
LdapResult Small(LdapResult result) {
  constexpr size_t kMostOctets = 1024;
  result.matched_dn.resize(std::min(result.matched_dn.size(), kMostOctets));
  result.diagnostic_message.resize(std::min(result.diagnostic_message.size(), kMostOctets));
  result.referrals.clear();
  size_t octets = 0;
  for (const Control& control : result.controls) octets += control.value.value_or("").size();
  if (octets > kMostOctets) result.controls.clear();
  return result;
}

std::string NewToken() { return "1." + Base64Url(RandomOctets(32)); }
}  // namespace

SessionManager::OpenTicket SessionManager::Open(const Caller& caller, OpenRequest request,
                                                OpenCallback callback) {
  const OpenTicket ticket = ++last_ticket_;
  const std::string key =
      request.request_id.empty() ? "" : RequestIds::KeyOf(caller.owner, request.request_id);
  const Digest digest = key.empty() ? Digest{} : DigestOf(request, digest_key_);
  if (!key.empty() && Replay(caller, key, digest, ticket, callback)) return ticket;
  if (auto refusal = Refusal(caller, request)) {
    callback(CallError(*std::move(refusal)));
    return ticket;
  }
  auto opening = std::make_unique<Opening>();
  opening->caller = caller;
  opening->target = FindTarget(request.target)->config().name;
  opening->label = request.label;
  opening->bind_name = request.bind.name;
  opening->ttl = std::clamp(request.ttl.value_or(options_.default_ttl), options_.min_ttl,
                            options_.max_ttl);
  opening->request_key = key;
  opening->request_digest = digest;
  opening->waiters.push_back({ticket, std::move(callback)});
  const OpeningId id = ++last_opening_;
  Opening& started = *(openings_[id] = std::move(opening));
  started.attempt = std::make_unique<OpenAttempt>(
      OpenAttempt::Services{loop_, budget_, reaper_}, *FindTarget(request.target),
      std::move(request.bind),
      [this, id](OpenAttempt::Result result) { OnOpened(id, std::move(result)); });
  return ticket;
}

bool SessionManager::Replay(const Caller& caller, const std::string& key, const Digest& digest,
                            OpenTicket ticket, OpenCallback& callback) {
  for (auto& [id, opening] : openings_) {
    if (opening->request_key != key) continue;
    if (EqualInConstantTime(opening->request_digest, digest)) {
      opening->waiters.push_back({ticket, std::move(callback)});
    } else {
      callback(CallError(RequestIdReused()));
    }
    return true;
  }
  const RequestIds::Remembered* remembered = request_ids_.Find(key, loop_.Now());
  if (remembered == nullptr) return false;
  if (!EqualInConstantTime(remembered->request_digest, digest)) {
    callback(CallError(RequestIdReused()));
    return true;
  }
  const auto live = Find(caller, std::string(remembered->token.Reveal()));
  if (!live.ok()) {
    request_ids_.Forget(key);  // that lease has ended: a new one opens
    return false;
  }
  callback(Opened{.token = remembered->token.Clone(),
                  .bind_result = remembered->bind_result,
                  .session = live.value(),
                  .description = Describe(*live.value())});
  return true;
}

std::optional<Failure> SessionManager::Refusal(const Caller& caller,
                                               const OpenRequest& request) const {
  if (draining_) return DrainingFailure();
  const auto named = [&](const auto& target) { return target->config().name == request.target; };
  if (!request.target.empty() && std::none_of(targets_.begin(), targets_.end(), named)) {
    return InvalidField("target", "no target of this name is configured; leave it empty for the default one");
  }
  if (request.bind.name.empty() && !options_.anonymous) {
    return Failure{.code = absl::StatusCode::kPermissionDenied,
                   .reason = "ANONYMOUS_BIND_DISABLED",
                   .message = "this gateway allows no anonymous binds: send credentials"};
  }
  if (sessions_.size() + openings_.size() >= options_.max_leases) {
    return TooManySessions("the gateway holds as many leases as it may", options_.max_leases);
  }
  if (!caller.owner.empty() && LeasesOf(caller.owner) >= options_.max_leases_per_owner) {
    return TooManySessions("you hold as many leases as one caller may: unbind some",
                           options_.max_leases_per_owner);
  }
  return std::nullopt;
}

size_t SessionManager::LeasesOf(const std::string& owner) const {
  const auto opening = std::count_if(openings_.begin(), openings_.end(), [&](const auto& entry) {
    return entry.second->caller.owner == owner;
  });
  return leases_.CountOwnedBy(owner) + static_cast<size_t>(opening);
}

Target* SessionManager::FindTarget(const std::string& name) {
  if (name.empty()) return targets_.front().get();
  const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const auto& target) {
    return target->config().name == name;
  });
  return found == targets_.end() ? nullptr : found->get();
}

void SessionManager::CancelOpen(OpenTicket ticket) {
  for (auto entry = openings_.begin(); entry != openings_.end(); ++entry) {
    auto& waiters = entry->second->waiters;
    if (std::erase_if(waiters, [&](const Waiter& w) { return w.ticket == ticket; }) == 0) continue;
    if (!waiters.empty()) return;
    openings_.erase(entry);
    FinishDrainIfIdle();
    return;
  }
}

void SessionManager::OnOpened(OpeningId id, OpenAttempt::Result result) {
  const auto found = openings_.find(id);
  const std::unique_ptr<Opening> opening = std::move(found->second);
  openings_.erase(found);
  if (auto* error = std::get_if<CallError>(&result)) {
    telemetry_.OnOpenFailed(opening->target, opening->bind_name, opening->caller, *error);
    for (Waiter& waiter : opening->waiters) waiter.callback(*error);
    FinishDrainIfIdle();
    return;
  }
  auto& opened = std::get<OpenAttempt::Opened>(result);
  if (draining_) {
    reaper_.Take(std::move(opened.connection));
    for (Waiter& waiter : opening->waiters) waiter.callback(CallError(DrainingFailure()));
    return;
  }
  const LdapResult bind_result = opened.bind_result;
  const Secret token(NewToken());
  Session& session = Grant(*opening, std::move(opened), token);
  for (Waiter& waiter : opening->waiters) {
    waiter.callback(Opened{.token = token.Clone(),
                           .bind_result = bind_result,
                           .session = &session,
                           .description = Describe(session)});
  }
}

Session& SessionManager::Grant(const Opening& opening, OpenAttempt::Opened opened,
                               const Secret& token) {
  const LeaseId lease = leases_.Add({.token_digest = Sha256(token.Reveal()),
                                     .owner = opening.caller.owner,
                                     .ttl = opening.ttl,
                                     .max_age = options_.max_age},
                                    loop_.Now());
  Session::Facts facts{.session_id = "s-" + Hex(RandomOctets(8)),
                       .owner = opening.caller.owner,
                       .target = opening.target,
                       .label = opening.label,
                       .bind_name = opening.bind_name,
                       .uri = opened.uri,
                       .features = opened.features};
  if (!opening.request_key.empty()) {
    request_ids_.Remember(opening.request_key,
                          {opening.request_digest, lease, token.Clone(), Small(opened.bind_result)},
                          loop_.Now());
  }
  const std::optional<bool> tracking = FindTarget(opening.target)->config().session_tracking;
  facts.features.session_tracking = tracking.value_or(facts.features.session_tracking);
  auto session = std::make_unique<Session>(loop_, static_cast<Session::Observer&>(*this), lease,
                                           std::move(facts), options_.session,
                                           std::move(opened.connection));
  Session& granted = *session;
  live_[lease] = &granted;
  sessions_[lease].session = std::move(session);
  FindTarget(opening.target)->OnLeaseConnected();
  ArmExpiry();
  log::Info("lease opened", {{"session", granted.facts().session_id},
                             {"owner", opening.caller.owner},
                             {"peer", opening.caller.peer},
                             {"target", opening.target},
                             {"uri", granted.facts().uri},
                             {"label", opening.label}});
  telemetry_.OnLeaseOpened(granted.facts(), opening.caller);
  return granted;
}

}  // namespace dirlease
