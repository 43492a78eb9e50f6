#include "session/referrals/referral_connections.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/log.h"

namespace dirlease {

namespace {
Failure TooManyConnections() {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_CONNECTIONS",
          .message = "the lease has as many connections to other directories as it may"};
}

Failure WhyNotOpened(const CallError& error) {
  if (const auto* failure = std::get_if<Failure>(&error)) return *failure;
  const auto& end = std::get<OperationEnd>(error);
  return {.code = absl::StatusCode::kUnavailable,
          .reason = end.cause == EndCause::kResult ? "BIND_FAILED" : "CONNECTION_LOST",
          .message = "the other directory did not take the bind",
          .metadata = {{"result", std::to_string(end.result.code)}}};
}
}  // namespace

// One of them, from the first wish for it until its socket is closed.
class ReferralConnections::Server final : private Session::Observer {
 public:
  Server(ReferralConnections& owner, const LdapUri& uri, BindPlan plan)
      : owner_(owner),
        config_(plan.config != nullptr ? *plan.config : owner.services_.target.config()),
        identity_(std::move(plan.identity)),
        idle_(loop().NewTimer([this] {
          if (session_ != nullptr) session_->Close(EndCause::kSessionClosed);
        })) {
    config_.uris = {uri};
    opening_ = std::make_unique<OpenAttempt>(
        owner.services_.open, owner.services_.target, std::move(plan.bind),
        OpenAttempt::Options{.config = &config_, .more_steps = false, .elsewhere = true},
        [this](OpenAttempt::Result result) { OnOpened(std::move(result)); });
  }

  const LdapUri& uri() const { return config_.uris.front(); }
  bool closing() const { return session_ != nullptr && session_->state() != Session::State::kActive; }
  bool idle() const { return session_ != nullptr && !session_->busy(); }
  Session* session() { return session_.get(); }  // null = it opens

  void Await(Ticket ticket, Callback callback) { waiters_.emplace_back(ticket, std::move(callback)); }
  // True: it was there. The last one ends the opening.
  bool Forget(Ticket ticket) {
    if (std::erase_if(waiters_, [&](const auto& waiter) { return waiter.first == ticket; }) == 0) return false;
    if (waiters_.empty() && opening_ != nullptr) End();
    return true;
  }
  void End() {
    if (session_ != nullptr) {
      session_->Close(EndCause::kSessionClosed);
    } else {
      opening_.reset();
      owner_.Remove(*this);
    }
  }

 private:
  EventLoop& loop() { return owner_.services_.open.loop; }

  void OnOpened(OpenAttempt::Result result) {
    opening_.reset();
    if (const auto* error = std::get_if<CallError>(&result)) {
      const Failure why = WhyNotOpened(*error);
      log::Warning("referral not followed", {{"session", owner_.lease_.session_id},
                                             {"target", owner_.lease_.target},
                                             {"server", uri().text},
                                             {"reason", why.reason},
                                             {"detail", DetailOf(why)}});
      owner_.Remove(*this);
      Tell(why);
      return;
    }
    auto& opened = std::get<OpenAttempt::Opened>(result);
    session_ = std::make_unique<Session>(loop(), static_cast<Session::Observer&>(*this), LeaseId{},
                                         FactsOf(opened), owner_.services_.limits, std::move(opened.connection));
    session_->Become(identity_);
    idle_->ArmAt(loop().Now() + kIdleTime);  // until the first operation
    Tell(session_.get());
  }

  Session::Facts FactsOf(const OpenAttempt::Opened& opened) const {
    return {.session_id = owner_.lease_.session_id,
            .owner = owner_.lease_.owner,
            .target = owner_.lease_.target,
            .label = owner_.lease_.label,
            .bind_name = "",
            .uri = opened.uri,
            .features = owner_.services_.target.WithConfigured(opened.features)};
  }

  static std::string DetailOf(const Failure& failure) {
    return failure.metadata.empty() ? "" : failure.metadata.back().second;
  }

  void Tell(Outcome<Session*> outcome) {
    while (!waiters_.empty()) {
      Callback callback = std::move(waiters_.front().second);
      waiters_.erase(waiters_.begin());
      callback(outcome);
    }
  }

  void OnSessionBusy(Session&) override { idle_->Disarm(); }
  void OnSessionIdle(Session&) override { idle_->ArmAt(loop().Now() + kIdleTime); }
  void OnOperationEnded(Session& session, const Operation& operation, const OperationEnd& end) override {
    owner_.services_.on_operation_ended(session, operation, end);
  }
  void OnSessionLost(Session&, const LdapResult&) override { idle_->Disarm(); }
  void OnSessionClosed(Session&) override {
    loop().DeferDelete(std::move(session_));
    owner_.Remove(*this);
  }

  ReferralConnections& owner_;
  TargetConfig config_;  // the target's, or the profile's at it, with this one URI
  const BoundIdentity identity_;
  const std::unique_ptr<Timer> idle_;
  std::unique_ptr<OpenAttempt> opening_;  // null = it was opened
  std::unique_ptr<Session> session_;
  std::vector<std::pair<Ticket, Callback>> waiters_;
};

ReferralConnections::ReferralConnections(Services services, const Session::Facts& lease)
    : services_(std::move(services)), lease_(lease) {}

ReferralConnections::~ReferralConnections() { assert(closed()); }

ReferralConnections::Asked ReferralConnections::Ask(const LdapUri& uri, Callback callback) {
  Server* server = Find(uri);
  if (server == nullptr) {
    if (!HasRoom()) return TooManyConnections();
    auto plan = services_.plan_bind();
    if (!plan.ok()) return std::move(plan.failure());
    server = servers_.emplace_back(std::make_unique<Server>(*this, uri, std::move(*plan))).get();
  }
  if (server->session() != nullptr) return server->session();
  server->Await(++last_ticket_, std::move(callback));
  return last_ticket_;
}

void ReferralConnections::Cancel(Ticket ticket) {
  for (const auto& server : servers_) {
    if (server->Forget(ticket)) return;
  }
}

ReferralConnections::Server* ReferralConnections::Find(const LdapUri& uri) {
  const auto found = std::find_if(servers_.begin(), servers_.end(), [&](const auto& server) {
    return !server->closing() && SameServer(server->uri(), uri);
  });
  return found == servers_.end() ? nullptr : found->get();
}

bool ReferralConnections::HasRoom() {
  const auto counts = [](const auto& server) { return !server->closing(); };
  const auto open = std::count_if(servers_.begin(), servers_.end(), counts);
  if (static_cast<size_t>(open) < policy().most_connections) return true;
  const auto idle = std::find_if(servers_.begin(), servers_.end(),
                                 [&](const auto& server) { return counts(server) && server->idle(); });
  if (idle == servers_.end()) return false;
  (*idle)->End();
  return true;
}

void ReferralConnections::CloseAll() {
  std::vector<Server*> open;
  for (const auto& server : servers_) {
    if (!server->closing()) open.push_back(server.get());
  }
  for (Server* server : open) server->End();
}

void ReferralConnections::WhenClosed(absl::AnyInvocable<void()> callback) {
  on_closed_ = std::move(callback);
  if (closed()) std::exchange(on_closed_, nullptr)();
}

void ReferralConnections::Remove(Server& server) {
  const auto place = std::find_if(servers_.begin(), servers_.end(),
                                  [&](const auto& one) { return one.get() == &server; });
  services_.open.loop.DeferDelete(std::move(*place));  // it is on the stack
  servers_.erase(place);
  if (closed() && on_closed_) std::exchange(on_closed_, nullptr)();
}

}  // namespace dirlease
