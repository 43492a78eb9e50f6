#include "support/fake_connector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "support/limits.h"

namespace dirlease::testing {

// The callback belongs to the loop thread; shared with the posted result, which may find the
// attempt gone.
struct FakeConnector::Pending {
  Callback callback;
  absl::AnyInvocable<void(bool)> probe_callback;
  std::string uri;
};

class FakeConnector::FakeAttempt final : public Attempt {
 public:
  FakeAttempt(FakeConnector& connector, std::shared_ptr<Pending> pending)
      : connector_(connector), pending_(std::move(pending)) {}
  ~FakeAttempt() override { connector_.AttemptDestroyed(pending_); }

 private:
  FakeConnector& connector_;
  const std::shared_ptr<Pending> pending_;
};

FakeConnector::~FakeConnector() {
  if (live_ > 0) ADD_FAILURE() << live_ << " connect attempts outlive their connector";
}

std::unique_ptr<Connector::Attempt> FakeConnector::Connect(const TargetConfig& target,
                                                           Callback callback) {
  auto pending = std::make_shared<Pending>();
  pending->callback = std::move(callback);
  pending->uri = target.uris.empty() ? "ldap://fake" : target.uris[0].text;
  std::shared_ptr<FakeLdapPeer> peer;
  {
    std::lock_guard lock(mutex_);
    ++live_;
    targets_.push_back(target.name);
    uris_.emplace_back();
    for (const LdapUri& uri : target.uris) uris_.back().push_back(uri.text);
    if (make_peer_) {
      peer = make_peer_();
      peers_.push_back(peer);
    } else {
      waiting_.push_back(pending);
    }
    changed_.notify_all();
  }
  if (peer != nullptr) Finish(pending, std::move(peer), {});
  return std::make_unique<FakeAttempt>(*this, std::move(pending));
}

std::shared_ptr<FakeLdapPeer> FakeConnector::Succeed(std::shared_ptr<FakeLdapPeer> peer) {
  const std::shared_ptr<Pending> pending = TakeOldest(waiting_);
  if (pending == nullptr) return peer;
  {
    std::lock_guard lock(mutex_);
    peers_.push_back(peer);
  }
  Finish(pending, peer, {});
  return peer;
}

void FakeConnector::Fail(ConnectFailure::Kind kind, std::string text) {
  const std::shared_ptr<Pending> pending = TakeOldest(waiting_);
  if (pending != nullptr) Finish(pending, nullptr, {.kind = kind, .text = std::move(text)});
}

void FakeConnector::AutoSucceed(PeerFactory make) {
  std::lock_guard lock(mutex_);
  make_peer_ = std::move(make);
}

std::unique_ptr<Connector::Attempt> FakeConnector::Probe(const TargetConfig&,
                                                         absl::AnyInvocable<void(bool)> callback) {
  auto pending = std::make_shared<Pending>();
  pending->probe_callback = std::move(callback);
  std::optional<bool> answer;
  {
    std::lock_guard lock(mutex_);
    ++live_;
    ++probes_;
    answer = probe_answer_;
    if (!answer) waiting_probes_.push_back(pending);
    changed_.notify_all();
  }
  if (answer) FinishProbe(pending, *answer);
  return std::make_unique<FakeAttempt>(*this, std::move(pending));
}

std::unique_ptr<SaslExchange> FakeConnector::StartSasl(const TargetConfig&, const std::string&,
                                                       SaslRequest request) {
  sasl_.mechanisms.push_back(request.mechanism);
  sasl_.passwords.emplace_back(request.identity->password.Reveal());
  return std::make_unique<FakeSaslExchange>(loop_, sasl_);
}

void FakeConnector::AnswerProbe(bool reachable) {
  const std::shared_ptr<Pending> pending = TakeOldest(waiting_probes_);
  if (pending != nullptr) FinishProbe(pending, reachable);
}

void FakeConnector::AutoAnswerProbes(bool reachable) {
  std::lock_guard lock(mutex_);
  probe_answer_ = reachable;
}

void FakeConnector::FinishProbe(const std::shared_ptr<Pending>& pending, bool reachable) {
  loop_.Post([pending, reachable] {
    if (pending->probe_callback) std::exchange(pending->probe_callback, nullptr)(reachable);
  });
}

std::shared_ptr<FakeConnector::Pending> FakeConnector::TakeOldest(
    std::deque<std::shared_ptr<Pending>>& waiting) {
  std::lock_guard lock(mutex_);
  if (waiting.empty()) {
    ADD_FAILURE() << "no connect attempt waits";
    return nullptr;
  }
  std::shared_ptr<Pending> oldest = std::move(waiting.front());
  waiting.pop_front();
  return oldest;
}

// The handle is made only when the callback takes it: a cancelled attempt leaves nothing to unbind.
void FakeConnector::Finish(const std::shared_ptr<Pending>& pending,
                           std::shared_ptr<FakeLdapPeer> peer, ConnectFailure failure) {
  loop_.Post([pending, peer = std::move(peer), failure = std::move(failure)]() mutable {
    if (!pending->callback) return;
    Callback callback = std::exchange(pending->callback, nullptr);
    Connected connected;
    connected.uri = pending->uri;
    if (peer != nullptr) connected.handle = std::make_unique<FakeLdapHandle>(std::move(peer));
    connected.failure = std::move(failure);
    callback(std::move(connected));
  });
}

void FakeConnector::AttemptDestroyed(const std::shared_ptr<Pending>& pending) {
  // Its captures end outside the lock: they may come back here.
  const Callback dropped = std::exchange(pending->callback, nullptr);
  const auto dropped_probe = std::exchange(pending->probe_callback, nullptr);
  std::lock_guard lock(mutex_);
  --live_;
  if (dropped || dropped_probe) ++cancelled_;
  for (auto* waiting : {&waiting_, &waiting_probes_}) {
    waiting->erase(std::remove(waiting->begin(), waiting->end(), pending), waiting->end());
  }
}

size_t FakeConnector::attempts() const {
  std::lock_guard lock(mutex_);
  return targets_.size();
}

size_t FakeConnector::probes() const {
  std::lock_guard lock(mutex_);
  return probes_;
}

size_t FakeConnector::pending() const {
  std::lock_guard lock(mutex_);
  return waiting_.size();
}

size_t FakeConnector::cancelled() const {
  std::lock_guard lock(mutex_);
  return cancelled_;
}

std::vector<std::shared_ptr<FakeLdapPeer>> FakeConnector::peers() const {
  std::lock_guard lock(mutex_);
  return peers_;
}

std::vector<std::string> FakeConnector::targets() const {
  std::lock_guard lock(mutex_);
  return targets_;
}

std::vector<std::vector<std::string>> FakeConnector::uris() const {
  std::lock_guard lock(mutex_);
  return uris_;
}

bool FakeConnector::AwaitAttempts(size_t count) {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kSafetyLimit, [&] { return targets_.size() >= count; })) return true;
  ADD_FAILURE() << "waited for " << count << " connect attempts, saw " << targets_.size();
  return false;
}

}  // namespace dirlease::testing
