// Connector without network: attempts wait until the test completes them, or succeed by themselves.
// Thread-safe; results are told on the loop, never inside a call.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/event_loop.h"
#include "ldap/connector.h"
#include "support/fake_ldap_handle.h"
#include "support/fake_sasl_exchange.h"

namespace dirlease::testing {

class FakeConnector final : public Connector {
 public:
  using PeerFactory = std::function<std::shared_ptr<FakeLdapPeer>()>;

  // `loop` must outlive the connector.
  explicit FakeConnector(EventLoop& loop) : loop_(loop) {}
  // Fails the test when an attempt still lives.
  ~FakeConnector() override;

  std::unique_ptr<Attempt> Connect(const TargetConfig& target, Callback callback) override;
  std::unique_ptr<Attempt> Probe(const TargetConfig& target,
                                 absl::AnyInvocable<void(bool)> callback) override;
  // Does what sasl() says.
  std::unique_ptr<SaslExchange> StartSasl(const TargetConfig& target, const std::string& uri,
                                          SaslRequest request) override;

  // Completes the oldest attempt that waits; fails the test when there is none. The result is
  // posted: turn the loop. The answered peer belongs to a handle that exists from then on (never,
  // when the attempt is cancelled before).
  std::shared_ptr<FakeLdapPeer> Succeed(
      std::shared_ptr<FakeLdapPeer> peer = std::make_shared<FakeLdapPeer>());
  void Fail(ConnectFailure::Kind kind, std::string text);
  // Later attempts succeed at once with a peer of `make` (called on the loop); null = wait for the
  // test again.
  void AutoSucceed(PeerFactory make);

  // Answers the oldest probe that waits; fails the test when there is none.
  void AnswerProbe(bool reachable);
  // Later probes are answered so at once.
  void AutoAnswerProbes(bool reachable);

  // What the gateway's side of SASL binds does, and was asked. Loop thread only.
  FakeSasl& sasl() { return sasl_; }

  size_t attempts() const;   // all there ever were, probes not among them
  size_t probes() const;     // all there ever were
  size_t pending() const;    // that wait for the test
  size_t cancelled() const;  // destroyed before their callback
  std::vector<std::shared_ptr<FakeLdapPeer>> peers() const;  // in order of success
  // The names of the targets asked for, in order.
  std::vector<std::string> targets() const;
  // The URIs that each attempt might have tried.
  std::vector<std::vector<std::string>> uris() const;
  // Waits until there were `count` attempts; false (and a failed test) after the safety limit.
  bool AwaitAttempts(size_t count);

 private:
  struct Pending;
  class FakeAttempt;

  std::shared_ptr<Pending> TakeOldest(std::deque<std::shared_ptr<Pending>>& waiting);
  void FinishProbe(const std::shared_ptr<Pending>& pending, bool reachable);
  void Finish(const std::shared_ptr<Pending>& pending, std::shared_ptr<FakeLdapPeer> peer,
              ConnectFailure failure);
  void AttemptDestroyed(const std::shared_ptr<Pending>& pending);

  EventLoop& loop_;
  FakeSasl sasl_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All below guarded by mutex_.
  std::deque<std::shared_ptr<Pending>> waiting_;
  std::deque<std::shared_ptr<Pending>> waiting_probes_;
  std::optional<bool> probe_answer_;
  size_t probes_ = 0;
  std::vector<std::string> targets_;
  std::vector<std::vector<std::string>> uris_;
  std::vector<std::shared_ptr<FakeLdapPeer>> peers_;
  PeerFactory make_peer_;
  size_t live_ = 0;
  size_t cancelled_ = 0;
};

}  // namespace dirlease::testing
