// The binding half of SessionManager: who may open, request ids, binding, granting; and binds for a check alone.
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
  if (ValueOctets(result.controls) > kMostOctets) result.controls.clear();
  return result;
}

Failure NoSuchTarget() {
  return InvalidField("target", "no target of this name is configured; leave it empty for the default one");
}

std::string NewToken() { return "1." + Base64Url(RandomOctets(32)); }
}  // namespace

Opening::Ticket SessionManager::Open(const Caller& caller, OpenRequest request,
                                     OpenCallback callback) {
  Opening::Waiter waiter{++last_ticket_, std::move(callback)};
  const Opening::Ticket ticket = waiter.ticket;
  Opening opening{.caller = caller,
                  .target = targets_.Find(request.target),
                  .label = request.label,
                  .identity = {.bind_name = SubjectOf(request.bind)},
                  .ttl = std::clamp(request.ttl.value_or(options_.default_ttl), options_.min_ttl,
                                    options_.max_ttl)};
  if (!request.request_id.empty()) {
    opening.request_key = RequestIds::KeyOf(caller.owner, request.request_id);
    opening.request_digest = DigestOf(request, digest_key_);
    const auto joined = openings_.Join(opening.request_key, opening.request_digest, waiter);
    if (joined == Openings::Joined::kYes) return ticket;
    if (joined == Openings::Joined::kDifferent) {
      waiter.callback(CallError(RequestIdReused()));
      return ticket;
    }
    if (auto known = Remembered(caller, opening.request_key, opening.request_digest)) {
      waiter.callback(*std::move(known));
      return ticket;
    }
  }
  auto refusal = Refusal(caller, request);
  BindPlan plan;
  if (!refusal) {
    auto planned = PlanBind(caller, *opening.target, {std::move(request.bind), std::move(request.profile)});
    if (planned.ok()) plan = std::move(*planned);
    if (!planned.ok()) refusal = std::move(planned.failure());
  }
  if (refusal) {
    // A target that there is not is the caller's text: it names nothing of ours.
    telemetry_.OnOpenFailed(opening.target == nullptr ? "" : opening.target->config().name,
                            opening.identity.bind_name, caller, *refusal);
    waiter.callback(CallError(*std::move(refusal)));
    return ticket;
  }
  opening.bind_again = PlanAgain(caller, *opening.target, plan);
  opening.identity = std::move(plan.identity);
  opening.config = plan.config;
  opening.waiters.push_back(std::move(waiter));
  openings_.Start(std::move(opening), std::move(plan.bind));
  return ticket;
}

std::optional<OpenResult> SessionManager::Remembered(const Caller& caller, const std::string& key,
                                                     const Digest& digest) {
  const RequestIds::Remembered* remembered = request_ids_.Find(key, loop_.Now());
  if (remembered == nullptr) return std::nullopt;
  if (!EqualInConstantTime(remembered->request_digest, digest)) return CallError(RequestIdReused());
  const auto live = Find(caller, std::string(remembered->token.Reveal()));
  if (!live.ok()) {
    request_ids_.Forget(key);  // that lease has ended: a new one opens
    return std::nullopt;
  }
  return OpenedLease{.token = remembered->token.Clone(),
                     .bind_result = remembered->bind_result,
                     .session = live.value(),
                     .description = Describe(*live.value())};
}

std::optional<Failure> SessionManager::Refusal(const Caller& caller,
                                               const OpenRequest& request) const {
  if (draining_) return DrainingFailure();
  if (targets_.Find(request.target) == nullptr) return NoSuchTarget();
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
  return leases_.CountOwnedBy(owner) + openings_.CountOwnedBy(owner);
}

CredentialChecks::Ticket SessionManager::CheckCredentials(const Caller& caller, const std::string& target,
                                                          BindRequest bind, CredentialChecks::Callback callback) {
  Target* const found = targets_.Find(target);
  if (found != nullptr && !draining_) {
    return checks_.Check(caller, *found, std::move(bind), std::move(callback));
  }
  callback(draining_ ? DrainingFailure() : NoSuchTarget());
  return 0;
}

void SessionManager::CancelOpen(Opening::Ticket ticket) {
  if (openings_.Cancel(ticket)) FinishDrainIfIdle();
}

void SessionManager::OnOpened(Opening& opening, OpenAttempt::Result result) {
  const auto refuse = [&opening](const CallError& error) {
    for (Opening::Waiter& waiter : opening.waiters) waiter.callback(error);
  };
  if (const auto* error = std::get_if<CallError>(&result)) {
    refuse(*error);
    FinishDrainIfIdle();
    return;
  }
  auto& opened = std::get<OpenAttempt::Opened>(result);
  if (draining_) {
    reaper_.Take(std::move(opened.connection));
    openings_.TellFailed(opening, DrainingFailure());
    refuse(DrainingFailure());
    return;
  }
  const LdapResult bind_result = opened.bind_result;
  const Secret server_sasl_credentials = std::move(opened.server_sasl_credentials);
  const bool more_steps = opened.conversation != nullptr;
  const Secret token(NewToken());
  Session& session = Grant(opening, std::move(opened), token);
  for (Opening::Waiter& waiter : opening.waiters) {
    waiter.callback(OpenedLease{.token = token.Clone(),
                                .bind_result = bind_result,
                                .session = &session,
                                .description = Describe(session),
                                .more_steps = more_steps,
                                .server_sasl_credentials = server_sasl_credentials.Clone()});
  }
}

Session& SessionManager::Grant(Opening& opening, OpenAttempt::Opened opened, const Secret& token) {
  const LeaseId lease = leases_.Add({.token_digest = Sha256(token.Reveal()),
                                     .owner = opening.caller.owner,
                                     .ttl = opening.ttl,
                                     .max_age = options_.max_age},
                                    loop_.Now());
  Session::Facts facts{.session_id = "s-" + Hex(RandomOctets(8)),
                       .owner = opening.caller.owner,
                       .target = opening.target->config().name,
                       .label = opening.label,
                       .bind_name = "",
                       .uri = opened.uri,
                       .features = opening.target->WithConfigured(opened.features),
                       .connected_with = opening.config};
  // Where steps are missing, whoever asks again opens another one: the last step's answer is not kept.
  if (!opening.request_key.empty() && opened.conversation == nullptr) {
    request_ids_.Remember(opening.request_key,
                          {opening.request_digest, lease, token.Clone(), Small(opened.bind_result)},
                          loop_.Now());
  }
  Session::Limits limits = options_.session;
  limits.stall_deadline = options_.stall_deadline;
  auto session = std::make_unique<Session>(loop_, static_cast<Session::Observer&>(*this), lease,
                                           std::move(facts), limits,
                                           std::move(opened.connection));
  Session& granted = *session;
  live_[lease] = &granted;
  sessions_[lease].session = std::move(session);
  granted.TakeTurns(opening.target->TurnsAt(opened.uri));
  FollowReferrals(granted, *opening.target);
  AddConnections(granted, *opening.target);
  if (granted.has_extras()) granted.SetBindAgain(std::move(opening.bind_again));
  opening.target->OnLeaseConnected();
  ArmExpiry();
  if (opened.conversation != nullptr) {
    SetBind(granted, LeaseBind::Occasion::kOpen, opening.caller, opening.identity)
        .Await(std::move(opened.conversation));
    return granted;
  }
  granted.Become(opening.identity);
  TellOpened(granted, opening.caller);
  return granted;
}

void SessionManager::TellOpened(const Session& session, const Caller& caller) {
  log::Info("lease opened", {{"session", session.facts().session_id},
                             {"owner", caller.owner},
                             {"peer", caller.peer},
                             {"target", session.facts().target},
                             {"uri", session.facts().uri},
                             {"label", session.facts().label}});
  telemetry_.OnLeaseOpened(session.facts(), caller);
}

}  // namespace dirlease
