// The gateway in process, from the gRPC listener on a loopback port down to a connector: the fake
// one (component tier) or the real one (integration). One test thread uses it. Its end asserts that
// nothing lives any more: leases, openings, budget octets, LDAP handles, descriptors.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/epoll_event_loop.h"
#include "ldap/connector.h"
#include "ldap/resolver.h"
#include "ldap/target_connector.h"
#include "rpc/grpc/server.h"
#include "session/session_manager.h"
#include "support/fake_connector.h"
#include "support/leak_check.h"
#include "support/manual_clock.h"
#include "support/wait_for.h"

namespace dirlease::testing {

TargetConfig TargetAt(const std::vector<std::string>& uris, const std::string& name = "default");

// Plaintext.
Server::Options OnFreePort();

class GatewayHarness {
 public:
  struct Options {
    SessionManager::Options sessions;
    Server::Options server = OnFreePort();
    std::optional<Server::Options> admin = {};  // the operators' listener
    // None = a fake directory: FakeConnector, and a clock that stands still until Advance.
    std::vector<TargetConfig> targets = {};
    Resolver::Lookup lookup = LookUpHost;  // of real targets' names
  };

  GatewayHarness() : GatewayHarness(Options()) {}
  explicit GatewayHarness(Options options);
  // Clients must be gone.
  ~GatewayHarness();

  const std::string& address() const;
  // REQUIRES: options.admin.
  const std::string& admin_address() const;

  // --- With a fake directory. ---
  FakeConnector& connector() { return *fake_; }
  // Moves the clock and waits until the loop has run what was due.
  void Advance(absl::Duration duration);

  // --- With real targets. ---
  TargetConnector& target_connector() { return *real_; }

  // --- Looking in, from the test's thread. ---
  void OnLoop(EventLoop::Task task);
  // Waits until it holds on the loop.
  void AwaitOnLoop(std::function<bool(SessionManager&)> condition);
  size_t Leases();
  size_t BudgetUsed();
  // What a finished call held is refunded when gRPC is done with it, a moment later.
  void AwaitBudgetFree();

  // As SIGTERM has it; AwaitDrained waits for the end.
  void Drain(absl::Duration grace);
  void EndGrace();
  bool drained() const { return drained_.Get(); }
  void AwaitDrained();

 private:
  // What gRPC opens for the whole process is open before descriptors are counted, and what its
  // threads close in their own time after a channel or server is gone is waited for.
  class Descriptors {
   public:
    Descriptors();
    ~Descriptors();

   private:
    std::optional<LeakCheck> leaks_;
    size_t at_start_;
  };

  Descriptors descriptors_;
  ManualClock manual_clock_;
  SteadyClock steady_clock_;
  std::unique_ptr<EpollEventLoop> loop_;
  FakeConnector* fake_ = nullptr;
  TargetConnector* real_ = nullptr;
  std::unique_ptr<Connector> connector_;
  std::unique_ptr<SessionManager> manager_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Server> admin_;
  bool draining_ = false;
  Watched<bool> drained_;
};

}  // namespace dirlease::testing
