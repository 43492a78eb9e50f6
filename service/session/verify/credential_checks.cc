#include "session/verify/credential_checks.h"

#include <algorithm>
#include <utility>

namespace dirlease {

namespace {

// Without an identity callers are told apart by their host.
std::string_view NameOf(const Caller& caller) { return caller.owner.empty() ? HostOf(caller.peer) : caller.owner; }

// Whether the directory's answer may say that somebody guesses. What says that it could not decide does not.
bool CountsAsFailed(int code) {
  constexpr int kOperationsError = 1, kProtocolError = 2, kBusy = 51, kOther = 80;
  switch (code) {
    case kOperationsError:
    case kProtocolError:
    case ldap_code::kTimeLimitExceeded:
    case ldap_code::kReferral:
    case ldap_code::kAdminLimitExceeded:
    case kBusy:
    case ldap_code::kUnavailable:
    case kOther:
      return false;
    default:
      return code > ldap_code::kSuccess;
  }
}

bool IsLoss(const CallError& answer) {
  const auto* end = std::get_if<OperationEnd>(&answer);
  return end != nullptr && end->cause == EndCause::kLost;
}

Failure TooManyFailedBinds(absl::Duration wait) {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_FAILED_BINDS",
          .message = "too many wrong passwords for this name from you: wait before the next one",
          .retry_delay = wait};
}

Failure TooManyChecks(size_t limit) {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_CHECKS",
          .message = "as many credentials wait for the directory as may: try again later",
          .metadata = {{"limit", std::to_string(limit)}},
          .retry_delay = absl::Seconds(1)};
}

}  // namespace

CredentialChecks::CredentialChecks(const OpenAttempt::Services& services, Options options, Telemetry& telemetry,
                                   absl::AnyInvocable<void()> on_empty)
    : services_(services),
      options_(options),
      telemetry_(telemetry),
      on_empty_(std::move(on_empty)),
      failed_binds_(options.failed_binds) {}

CredentialChecks::Ticket CredentialChecks::Check(const Caller& caller, Target& target, BindRequest bind,
                                                 Callback callback) {
  auto pending = std::make_unique<Pending>(Pending{.ticket = ++last_ticket_,
                                                   .caller = caller,
                                                   .target = &target,
                                                   .bind = std::move(bind),
                                                   .key = {},
                                                   .callback = std::move(callback)});
  const Ticket ticket = pending->ticket;
  pending->key = FailedBinds::KeyOf(NameOf(caller), target.config().name, pending->bind.name);
  std::unique_ptr<Pool>& pool = pools_[&target];
  if (pool == nullptr) pool = std::make_unique<Pool>();
  if (auto refusal = RefusalToWait(*pool, NameOf(caller))) {
    Finish(*pending, *std::move(refusal));
    return ticket;
  }
  pool->waiting.PutLast(NameOf(caller), std::move(pending));
  Pump(target);
  return ticket;
}

std::optional<Failure> CredentialChecks::RefusalToWait(Pool& pool, std::string_view caller) const {
  const size_t share = std::max<size_t>(1, options_.most_waiting / 4);
  if (pool.waiting.size() >= options_.most_waiting) return TooManyChecks(options_.most_waiting);
  if (pool.waiting.CountOf(caller) >= share) return TooManyChecks(share);
  return std::nullopt;
}

void CredentialChecks::Pump(Target& target) {
  Pool& pool = *pools_.at(&target);
  while (!pool.waiting.empty()) {
    if (auto refusal = Refusal(pool.waiting.First()->key)) {
      const auto refused = pool.waiting.TakeFirst();
      Finish(*refused, *std::move(refusal));
      continue;
    }
    Worker* worker = FreeWorker(target, pool);
    if (worker == nullptr) return;
    worker->pending = pool.waiting.TakeFirst();
    worker->connection->Check(worker->pending->bind);
  }
  if (!pool.workers.empty()) return;
  pools_.erase(&target);
  if (pools_.empty() && on_empty_) on_empty_();
}

CredentialChecks::Worker* CredentialChecks::FreeWorker(Target& target, Pool& pool) {
  const auto idle = std::find_if(pool.workers.begin(), pool.workers.end(),
                                 [](const Worker& worker) { return worker.pending == nullptr; });
  if (idle != pool.workers.end()) return &*idle;
  if (pool.workers.size() >= options_.most_connections && !GiveUpCancelled(pool)) return nullptr;
  pool.workers.push_back(
      {.connection = std::make_unique<CheckConnection>(services_, target,
                                                       static_cast<CheckConnection::Owner&>(*this)),
       .pending = nullptr});
  return &pool.workers.back();
}

bool CredentialChecks::GiveUpCancelled(Pool& pool) {
  const auto cancelled = std::find_if(pool.workers.begin(), pool.workers.end(),
                                      [](const Worker& worker) { return !worker.pending->callback; });
  if (cancelled == pool.workers.end()) return false;
  const Worker given_up = std::move(*cancelled);
  pool.workers.erase(cancelled);
  Finish(*given_up.pending, OperationEnd{.cause = EndCause::kCancelled});
  return true;
}

void CredentialChecks::OnChecked(CheckConnection& connection, CallError answer) {
  Target& target = connection.target();
  Pool& pool = *pools_.at(&target);
  const auto worker = std::find_if(pool.workers.begin(), pool.workers.end(), [&](const Worker& one) {
    return one.connection.get() == &connection;
  });
  std::unique_ptr<Pending> pending = std::move(worker->pending);
  const bool was_stale = connection.reused() && IsLoss(answer);
  if (!connection.usable() || (closing_ && pool.waiting.empty())) Remove(pool, connection);
  if (was_stale && !pending->retried && pending->callback) {
    pending->retried = true;
    const std::string caller(NameOf(pending->caller));
    pool.waiting.PutFirst(caller, std::move(pending));
  } else {
    Finish(*pending, std::move(answer));
  }
  Pump(target);
}

void CredentialChecks::OnGone(CheckConnection& connection) {
  Target& target = connection.target();
  Remove(*pools_.at(&target), connection);
  Pump(target);
}

void CredentialChecks::Finish(Pending& pending, CallError answer) {
  pending.bind.password.Clear();
  const auto* end = std::get_if<OperationEnd>(&answer);
  if (end != nullptr && end->cause == EndCause::kResult) {
    if (end->result.code == ldap_code::kSuccess) failed_binds_.AddSuccess(pending.key);
    if (CountsAsFailed(end->result.code)) failed_binds_.AddFailure(pending.key, services_.loop.Now());
  }
  telemetry_.OnCredentialsChecked(pending.target->config().name, pending.bind.name, pending.caller, answer);
  if (pending.callback) pending.callback(std::move(answer));
}

std::optional<Failure> CredentialChecks::Refusal(const FailedBinds::Key& key) const {
  const auto wait = failed_binds_.RefusedFor(key, services_.loop.Now());
  if (!wait) return std::nullopt;
  return TooManyFailedBinds(*wait);
}

void CredentialChecks::Remove(Pool& pool, const CheckConnection& connection) {
  std::erase_if(pool.workers, [&](const Worker& worker) { return worker.connection.get() == &connection; });
}

void CredentialChecks::Cancel(Ticket ticket) {
  const auto his = [ticket](const std::unique_ptr<Pending>& pending) {
    return pending != nullptr && pending->ticket == ticket;
  };
  for (const auto& [target, pool] : pools_) {
    if (pool->waiting.EraseIf(his) > 0) return;
    const auto worker = std::find_if(pool->workers.begin(), pool->workers.end(),
                                     [&](const Worker& one) { return his(one.pending); });
    if (worker == pool->workers.end()) continue;
    worker->pending->callback = nullptr;
    if (worker->connection->connecting()) {
      Remove(*pool, *worker->connection);
    } else {
      worker->pending->bind.controls = {};  // they were sent, and are counted nowhere any more
    }
    Pump(*target);
    return;
  }
}

void CredentialChecks::CloseIdle() {
  closing_ = true;
  std::vector<Target*> targets;
  for (const auto& [target, pool] : pools_) targets.push_back(target);
  for (Target* target : targets) {
    std::erase_if(pools_.at(target)->workers, [](const Worker& worker) { return worker.pending == nullptr; });
    Pump(*target);
  }
}

void CredentialChecks::FailAll(const Failure& failure) {
  // What they connected is the reaper's from here on.
  for (const auto& [target, pool] : std::exchange(pools_, {})) {
    pool->waiting.ForEach([&](const auto& pending) { Finish(*pending, failure); });
    for (const Worker& worker : pool->workers) {
      if (worker.pending != nullptr) Finish(*worker.pending, failure);
    }
  }
}

}  // namespace dirlease
