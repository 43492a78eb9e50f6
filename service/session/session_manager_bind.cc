// Binds on leases that are there: SessionManager's Rebind and ContinueBind, and who may bind as whom.
#include <utility>

#include "base/crypto.h"
#include "base/log.h"
#include "fmt/format.h"
#include "session/referrals/referral_connections.h"
#include "session/session_manager.h"

namespace dirlease {

namespace {
Failure NoBindInProgress() {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "NO_BIND_IN_PROGRESS",
          .message = "the lease waits for no further step of a bind"};
}

Failure AnonymousDisabled() {
  return {.code = absl::StatusCode::kPermissionDenied,
          .reason = "ANONYMOUS_BIND_DISABLED",
          .message = "this gateway allows no anonymous binds: send credentials"};
}

Failure GatewayIdentityDenied() {
  return {.code = absl::StatusCode::kPermissionDenied,
          .reason = "GATEWAY_IDENTITY_DENIED",
          .message = "this mechanism would bind with the gateway's own certificate or Kerberos credentials, which the "
                     "target does not lend: use a profile"};
}

Failure ProfileNeedsConnection() {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "PROFILE_NEEDS_CONNECTION",
          .message = "the lease's connection shows another TLS certificate than this bind is by: open a lease with it "
                     "instead"};
}

bool IsExternal(const BindRequest& bind) { return bind.sasl && bind.sasl->mechanism == "EXTERNAL"; }

// EXTERNAL is whoever the connection's certificate says, whatever the plan means.
bool FitsConnection(const BindPlan& plan, const Session& session) {
  if (plan.config == session.facts().connected_with) return true;
  return plan.config == nullptr && !IsExternal(plan.bind);
}

Failure CredentialsNotKept() {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "CREDENTIALS_NOT_KEPT",
          .message = "the gateway keeps no caller's credentials, so it cannot bind with them elsewhere"};
}

// What the gateway is, not what the caller knows: EXTERNAL even when it is relayed.
bool IsGatewayIdentity(const BindRequest& bind) {
  return IsExternal(bind) || (bind.sasl && bind.sasl->identity && bind.sasl->mechanism == "GSSAPI");
}
// Where nobody says better it is the target's.
void SetKeytab(const TargetConfig& target, Outcome<BindPlan>& plan) {
  if (!plan.ok() || !plan->bind.sasl || !plan->bind.sasl->identity) return;
  std::string& keytab = plan->bind.sasl->identity->client_keytab;
  if (plan->bind.sasl->mechanism == "GSSAPI" && keytab.empty()) keytab = target.client_keytab;
}
// What a relayed SASL bind says of its identity only the directory knows: such a lease shares nothing.
std::string KeyOf(const BindRequest& bind) {
  if (!bind.sasl) return "simple";
  if (!bind.sasl->identity) return "relayed " + Hex(RandomOctets(16));
  const SaslIdentity& identity = *bind.sasl->identity;
  return fmt::format("{} {}:{}{}:{}{}", bind.sasl->mechanism, identity.authentication_id.size(),
                     identity.authentication_id, identity.realm.size(), identity.realm,
                     identity.authorization_id);
}

void LogLost(const Session& session, const LdapResult& last_word) {
  const Session::Facts& facts = session.facts();
  log::Warning("connection lost", {{"session", facts.session_id},
                                   {"owner", facts.owner},
                                   {"target", facts.target},
                                   {"uri", facts.uri},
                                   {"result", last_word.code},
                                   {"connections", session.connections()}});
}
}  // namespace

Outcome<BindPlan> SessionManager::PlanBind(const Caller& caller, const Target& target,
                                           Credentials credentials) const {
  Outcome<BindPlan> plan = PlanBindWithoutKeytab(caller, target, std::move(credentials));
  SetKeytab(target.config(), plan);
  return plan;
}

Outcome<BindPlan> SessionManager::PlanBindWithoutKeytab(const Caller& caller, const Target& target,
                                                        Credentials credentials) const {
  if (credentials.profile) {
    return profiles_.Use(*credentials.profile, caller, target.config().name,
                         std::move(credentials.bind.controls));
  }
  if (IsAnonymous(credentials.bind) && !options_.anonymous) return AnonymousDisabled();
  if (IsGatewayIdentity(credentials.bind) && !target.config().gateway_identity) {
    return GatewayIdentityDenied();
  }
  BindPlan plan{.bind = std::move(credentials.bind), .identity = {}};
  plan.identity.bind_name = SubjectOf(plan.bind);
  if (plan.bind.sasl) plan.identity.sasl_mechanism = plan.bind.sasl->mechanism;
  plan.identity.key = KeyOf(plan.bind);
  return plan;
}

Outcome<BindPlan> SessionManager::PlanReferral(const Session& session) const {
  const Session::Facts& facts = session.facts();
  const TargetConfig& target = targets_.Find(facts.target)->config();
  if (target.referrals.follow == ReferralPolicy::Follow::kAnonymous) return BindPlan();
  if (!facts.profile.empty()) {
    const Caller caller{.owner = facts.owner, .peer = "", .trace_id = ""};
    auto plan = profiles_.Use({facts.profile, facts.authorization_id}, caller, facts.target, {});
    SetKeytab(target, plan);
    return plan;
  }
  if (facts.bind_name.empty() && facts.sasl_mechanism.empty()) return BindPlan();
  return CredentialsNotKept();
}

void SessionManager::FollowReferrals(Session& session, Target& target) {
  if (target.config().referrals.follow == ReferralPolicy::Follow::kNever) return;
  session.FollowReferrals(std::make_unique<ReferralConnections>(
      ReferralConnections::Services{
          .open = {loop_, budget_, reaper_},
          .target = target,
          .limits = options_.session,
          .plan_bind = [this, &session] { return PlanReferral(session); },
          .on_operation_ended =
              [this](Session& elsewhere, const Operation& operation, const OperationEnd& end) {
                OnOperationEnded(elsewhere, operation, end);
              }},
      session.facts()));
}

void SessionManager::AddConnections(Session& session, Target& target) {
  if (target.config().most_connections <= 1) return;
  const Session::Facts& facts = session.facts();
  TargetConfig config = facts.connected_with != nullptr ? *facts.connected_with : target.config();
  std::erase_if(config.uris, [&](const LdapUri& uri) { return uri.text != facts.uri; });
  session.AddConnections({.open = {loop_, budget_, reaper_},
                          .target = target,
                          .config = std::move(config),
                          .on_grown = [this, &session](const CallError* error) { OnGrown(session, error); },
                          .on_lost = [&session](const LdapResult& word) { LogLost(session, word); }});
}

void SessionManager::OnGrown(const Session& session, const CallError* error) {
  const Session::Facts& facts = session.facts();
  if (error == nullptr) {
    log::Info("connection added", {{"session", facts.session_id},
                                   {"owner", facts.owner},
                                   {"target", facts.target},
                                   {"uri", facts.uri},
                                   {"connections", session.connections()}});
    telemetry_.OnConnectionAdded(facts);
    return;
  }
  const auto* failure = std::get_if<Failure>(error);
  const auto* end = std::get_if<OperationEnd>(error);
  log::Warning("connection not added", {{"session", facts.session_id},
                                        {"owner", facts.owner},
                                        {"target", facts.target},
                                        {"uri", facts.uri},
                                        {"reason", failure != nullptr ? failure->reason : EndCauseName(end->cause)},
                                        {"result", end != nullptr ? end->result.code : 0}});
  telemetry_.OnConnectionNotAdded(facts, *error);
}

// What a profile's binds take is asked for again each time: it is the gateway's, and may have changed.
BindAgain SessionManager::PlanAgain(const Caller& caller, const Target& target, const BindPlan& plan) const {
  if (target.config().most_connections <= 1) return nullptr;
  if (plan.identity.profile.empty()) return Repeat(plan.bind);
  const ProfileUse use{plan.identity.profile, plan.identity.authorization_id};
  return [this, caller, &target, use]() -> Outcome<BindRequest> {
    auto again = PlanBind(caller, target, {.bind = {}, .profile = use});
    if (!again.ok()) return std::move(again.failure());
    return std::move(again->bind);
  };
}

std::optional<Failure> SessionManager::Rebind(Session& session, const Caller& caller,
                                              RebindRequest request, BindCallback callback) {
  Target& target = *targets_.Find(session.facts().target);
  const std::string wanted = SubjectOf(request.credentials.bind);
  auto plan = PlanBind(caller, target, std::move(request.credentials));
  if (plan.ok() && !FitsConnection(*plan, session)) plan = ProfileNeedsConnection();
  if (!plan.ok()) {
    telemetry_.OnRebindFailed(session.facts(), wanted, caller, plan.failure());
    return std::move(plan.failure());
  }
  if (auto refusal = session.RefusalToBind(request.abandon_outstanding)) return refusal;
  OnSessionBusy(session);
  session.AbandonAll();
  BindAgain bind_again = PlanAgain(caller, target, *plan);
  LeaseBind& bind = SetBind(session, LeaseBind::Occasion::kRebind, caller, std::move(plan->identity));
  if (session.has_extras()) session.SetBindAgain(std::move(bind_again));
  binding_[session.lease()] = std::move(callback);
  bind.Start(std::move(plan->bind));
  return std::nullopt;
}

std::optional<Failure> SessionManager::ContinueBind(Session& session, std::optional<Secret> credentials,
                                                    BindCallback callback) {
  if (!session.binding()) return NoBindInProgress();
  if (session.bind()->step_running()) return BindInProgress();
  OnSessionBusy(session);
  binding_[session.lease()] = std::move(callback);
  session.bind()->Continue(std::move(credentials));
  return std::nullopt;
}

void SessionManager::CancelBind(LeaseId lease) {
  binding_.erase(lease);
  const auto live = live_.find(lease);
  if (live == live_.end()) return;
  Session& session = *live->second;
  if (session.binding()) session.bind()->End({.cause = EndCause::kCancelled});  // which ends the lease too
  EndNow(session, LeaseEnd::kClosed, EndCause::kSessionClosed, "bind");
}

LeaseBind& SessionManager::SetBind(Session& session, LeaseBind::Occasion occasion, const Caller& caller,
                                   BoundIdentity identity) {
  return session.SetBind(*targets_.Find(session.facts().target),
                         {.occasion = occasion,
                          .caller = caller,
                          .identity = std::move(identity),
                          .uri = session.facts().uri},
                         [this, &session](LeaseBind& bind, BindConversation::Result result) {
                           OnBindStep(session, bind, std::move(result));
                         });
}

void SessionManager::OnBindStep(Session& session, LeaseBind& bind, BindConversation::Result result) {
  BindCallback callback;
  if (const auto waiting = binding_.find(session.lease()); waiting != binding_.end()) {
    callback = std::move(waiting->second);
    binding_.erase(waiting);
  }
  if (const auto* error = std::get_if<CallError>(&result)) {
    session.DropBind();
    TellBindFailed(session, bind.plan(), *error);
    EndByBind(session, *error);
    if (callback) callback(*error);
    return;
  }
  auto& step = std::get<BindStep>(result);
  if (!step.more_steps) {
    session.DropBind();
    OnBound(session, bind);
  }
  leases_.Release(session.lease(), loop_.Now());
  ArmExpiry();
  if (callback) {
    callback(BoundLease{.result = std::move(step.result),
                        .more_steps = step.more_steps,
                        .server_sasl_credentials = std::move(step.server_credentials),
                        .description = Describe(session)});
  }
  EndIfDrained(session);
}

void SessionManager::EndByBind(Session& session, const CallError& error) {
  const auto* end = std::get_if<OperationEnd>(&error);
  if (end != nullptr && end->cause == EndCause::kLost) {
    OnSessionLost(session, end->result);
    session.Close(EndCause::kLost);
  } else {
    EndNow(session, LeaseEnd::kClosed, EndCause::kSessionClosed, "bind");
  }
}

void SessionManager::OnBound(Session& session, const LeaseBind& bind) {
  const LeaseBind::Plan& plan = bind.plan();
  if (bind.features()) {
    session.SetFeatures(targets_.Find(session.facts().target)->WithConfigured(*bind.features()));
  }
  const std::string before = session.facts().bind_name;
  session.Become(plan.identity);
  if (plan.occasion == LeaseBind::Occasion::kOpen) {
    TellOpened(session, plan.caller);
    return;
  }
  log::Info("lease rebound", {{"session", session.facts().session_id},
                              {"owner", session.facts().owner},
                              {"peer", plan.caller.peer},
                              {"target", session.facts().target}});
  telemetry_.OnRebound(session.facts(), before, plan.caller);
}

void SessionManager::TellBindFailed(const Session& session, const LeaseBind::Plan& plan,
                                    const CallError& error) {
  if (plan.occasion == LeaseBind::Occasion::kOpen) {
    sessions_.at(session.lease()).opened = false;
    telemetry_.OnOpenFailed(session.facts().target, plan.identity.bind_name, plan.caller, error);
  } else {
    telemetry_.OnRebindFailed(session.facts(), plan.identity.bind_name, plan.caller, error);
  }
}

}  // namespace dirlease
