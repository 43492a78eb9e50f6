#include "support/grpc/gateway_harness.h"

#include <grpc/grpc.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>

#include "ldap/libldap/libldap_init.h"
#include "ldap/target_connector.h"
#include "support/fake_ldap_handle.h"

namespace dirlease::testing {

TargetConfig TargetAt(const std::vector<std::string>& uris, const std::string& name) {
  TargetConfig target;
  target.name = name;
  for (const std::string& uri : uris) target.uris.push_back(ParseLdapUri(uri).value());
  if (target.uris[0].ldaps) target.tls = TargetConfig::Tls::kLdaps;
  return target;
}

Server::Options OnFreePort() {
  Server::Options options;
  options.listen = "127.0.0.1:0";
  return options;
}

GatewayHarness::Descriptors::Descriptors() {
  grpc_init();
  leaks_.emplace(LeakCheck::Fewer::kPass);
  at_start_ = OpenDescriptors().size();
}

GatewayHarness::Descriptors::~Descriptors() {
  const auto give_up = std::chrono::steady_clock::now() + kSafetyLimit;
  while (OpenDescriptors().size() > at_start_ && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
  }
  leaks_.reset();
  grpc_shutdown();
}

GatewayHarness::GatewayHarness(Options options) {
  InitialiseLibldap();
  const bool fake = options.targets.empty();
  const Clock& clock = fake ? static_cast<const Clock&>(manual_clock_) : steady_clock_;
  loop_ = std::make_unique<EpollEventLoop>("gateway", clock);
  if (fake) {
    auto connector = std::make_unique<FakeConnector>(*loop_);
    connector->AutoAnswerProbes(true);
    fake_ = connector.get();
    connector_ = std::move(connector);
    options.targets.push_back(TargetAt({"ldap://fake"}));
  } else {
    auto connector = std::make_unique<TargetConnector>(*loop_, options.lookup);
    real_ = connector.get();
    connector_ = std::move(connector);
  }
  OnLoop([&] {
    manager_ = std::make_unique<SessionManager>(*loop_, *connector_, options.sessions,
                                                std::move(options.targets));
  });
  Server::Started started = Server::Start(options.server, *loop_, *manager_);
  server_ = std::move(started.server);
  if (server_ == nullptr) {
    fprintf(stderr, "%s\n", started.error.c_str());
    abort();
  }
  if (options.admin) {
    AdminHooks hooks{.drain_grace = absl::Seconds(25), .on_drain = [this] { server_->SetServing(false); }};
    admin_ = Server::StartAdmin(*options.admin, *loop_, *manager_, std::move(hooks)).server;
    if (admin_ == nullptr) abort();
  }
  OnLoop([this] {
    manager_->StartProbing([this](bool reachable) { server_->SetServing(reachable); });
  });
}

GatewayHarness::~GatewayHarness() {
  if (!draining_) Drain(absl::ZeroDuration());
  EndGrace();
  AwaitDrained();
  for (std::unique_ptr<Server>* server : {&admin_, &server_}) {
    if (*server == nullptr) continue;
    (*server)->Shutdown(absl::Seconds(10));
    server->reset();
  }
  OnLoop([this] {
    EXPECT_TRUE(manager_->idle());
    EXPECT_EQ(manager_->size(), 0u);
    EXPECT_EQ(manager_->budget().used(), 0u);
    manager_.reset();
  });
  loop_->Stop();
  if (fake_ != nullptr) {
    for (const auto& peer : fake_->peers()) EXPECT_LE(peer->unbinds(), 1);
    EXPECT_EQ(FakeLdapHandle::LiveCount(), 0);
    EXPECT_EQ(FakeLdapHandle::DestroyedWithoutUnbind(), 0);
  }
  connector_.reset();
  loop_.reset();
}

const std::string& GatewayHarness::address() const { return server_->address(); }
const std::string& GatewayHarness::admin_address() const { return admin_->address(); }

void GatewayHarness::Advance(absl::Duration duration) {
  manual_clock_.Advance(duration);
  // Timers run behind the posted tasks of a turn, so they have run when the second turn comes.
  OnLoop([] {});
  OnLoop([] {});
}

void GatewayHarness::OnLoop(EventLoop::Task task) {
  Watched<bool> done;
  loop_->Post([&] {
    task();
    done.Update([](bool& value) { value = true; });
  });
  if (!done.WaitFor([](bool value) { return value; })) abort();
}

void GatewayHarness::AwaitOnLoop(std::function<bool(SessionManager&)> condition) {
  const auto give_up = std::chrono::steady_clock::now() + kSafetyLimit;
  for (bool holds = false; !holds;) {
    OnLoop([&] { holds = condition(*manager_); });
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "what the test waits for did not come";
      return;
    }
  }
}

size_t GatewayHarness::Leases() {
  size_t leases = 0;
  OnLoop([&] { leases = manager_->size(); });
  return leases;
}

size_t GatewayHarness::BudgetUsed() {
  size_t used = 0;
  OnLoop([&] { used = manager_->budget().used(); });
  return used;
}

void GatewayHarness::AwaitBudgetFree() {
  AwaitOnLoop([](SessionManager& manager) { return manager.budget().used() == 0; });
}

void GatewayHarness::Drain(absl::Duration grace) {
  draining_ = true;
  OnLoop([&] {
    server_->SetServing(false);
    manager_->Drain(grace, [this] { drained_.Update([](bool& value) { value = true; }); });
  });
}

void GatewayHarness::EndGrace() {
  OnLoop([this] { manager_->EndGrace(); });
}

void GatewayHarness::AwaitDrained() {
  EXPECT_TRUE(drained_.WaitFor([](bool value) { return value; }));
}

}  // namespace dirlease::testing
