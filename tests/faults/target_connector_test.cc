// The whole way to a connected handle, against sockets of the test and names that resolve as it
// says.
#include "ldap/target_connector.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <optional>

#include "base/epoll_event_loop.h"
#include "ldap/libldap/libldap_init.h"
#include "support/gate.h"
#include "support/loopback.h"
#include "support/wait_for.h"

namespace dirlease {
namespace {

using testing::Gate;
using testing::ListenOnLoopback;
using testing::LocalPort;
using testing::Watched;
using FailureKind = ConnectFailure::Kind;

// Reads until the other side has closed; how many octets came.
size_t ReadToEnd(int fd) {
  size_t total = 0;
  char chunk[4096];
  for (ssize_t count; (count = recv(fd, chunk, sizeof chunk, 0)) > 0;) total += count;
  return total;
}

class TargetConnectorTest : public ::testing::Test {
 protected:
  TargetConnectorTest() {
    InitialiseLibldap();
    target_.name = "default";
    target_.connect_timeout = absl::Milliseconds(200);
    connector_.emplace(loop_, [this](const std::string& host) { return LookUp(host); });
  }
  ~TargetConnectorTest() override {
    OnLoop([this] {
      attempt_.reset();
      if (connected_.handle != nullptr) connected_.handle->Unbind();
      connected_.handle.reset();
    });
    stalled_.Open();
    loop_.Stop();
    connector_.reset();
  }

  Resolution LookUp(const std::string& host) {
    ++lookups_;
    if (host == "unknown") return {{}, "no such name"};
    if (host == "stalled") stalled_.Pass();
    return testing::EveryNameIsLoopback("");
  }
  // Runs it on the loop and waits for it.
  void OnLoop(EventLoop::Task task) {
    Watched<bool> done;
    loop_.Post([&] {
      task();
      done.Update([](bool& value) { value = true; });
    });
    ASSERT_TRUE(done.WaitFor([](bool value) { return value; }));
  }
  void AddUri(const std::string& host, int port) {
    target_.uris.push_back(*ParseLdapUri("ldap://" + host + ":" + std::to_string(port)));
  }
  void Start() {
    OnLoop([this] {
      attempt_ = connector_->Connect(target_, [this](Connected connected) {
        connected_ = std::move(connected);
        answered_.Update([](int& count) { ++count; });
      });
    });
  }
  ConnectFailure Fail() {
    Start();
    EXPECT_TRUE(answered_.WaitFor([](int count) { return count == 1; }));
    EXPECT_EQ(connected_.handle, nullptr);
    return connected_.failure;
  }

  SteadyClock clock_;
  EpollEventLoop loop_{"test", clock_};
  Gate stalled_{"stalled name"};
  std::atomic<int> lookups_ = 0;
  TargetConfig target_;
  std::optional<TargetConnector> connector_;
  std::unique_ptr<Connector::Attempt> attempt_;
  Connected connected_;
  Watched<int> answered_;
};

TEST_F(TargetConnectorTest, ConnectsToTheFirstUriThatAnswers) {
  const UniqueFd listener = ListenOnLoopback();
  const UniqueFd refusing = testing::ReserveLoopbackPort();
  AddUri("unknown", 389);
  AddUri("directory", LocalPort(refusing.get()));
  AddUri("directory", LocalPort(listener.get()));
  Start();
  ASSERT_TRUE(answered_.WaitFor([](int count) { return count == 1; }));
  ASSERT_NE(connected_.handle, nullptr) << connected_.failure.text;
  EXPECT_EQ(connected_.uri, target_.uris[2].text);
  EXPECT_FALSE(connected_.handle->tls());
}

TEST_F(TargetConnectorTest, ProbeConnectsAndClosesWithoutTls) {
  const UniqueFd listener = ListenOnLoopback();
  AddUri("unknown", 389);
  target_.tls = TargetConfig::Tls::kStartTls;
  for (const bool reachable : {false, true}) {
    if (reachable) AddUri("directory", LocalPort(listener.get()));
    Watched<std::optional<bool>> answer;
    OnLoop([&] {
      attempt_ = connector_->Probe(target_, [&](bool reached) {
        answer.Update([reached](std::optional<bool>& value) { value = reached; });
      });
    });
    ASSERT_TRUE(answer.WaitFor([](std::optional<bool> value) { return value.has_value(); }));
    EXPECT_EQ(answer.Get(), reachable);
  }
  const UniqueFd peer(accept(listener.get(), nullptr, nullptr));
  EXPECT_EQ(ReadToEnd(peer.get()), 0u);
}

TEST_F(TargetConnectorTest, FailureTellsOfEachUri) {
  const UniqueFd refusing = testing::ReserveLoopbackPort();
  AddUri("unknown", 389);
  AddUri("directory", LocalPort(refusing.get()));
  const ConnectFailure failure = Fail();
  EXPECT_EQ(failure.kind, FailureKind::kUnreachable);
  EXPECT_EQ(failure.text, "ldap://unknown:389: cannot resolve unknown: no such name; " +
                              target_.uris[1].text + ": 127.0.0.1: Connection refused");
}

TEST_F(TargetConnectorTest, StalledNameEndsAtTheDeadline) {
  AddUri("stalled", 389);
  EXPECT_EQ(Fail().kind, FailureKind::kTimeout);
}

TEST_F(TargetConnectorTest, LookupsOfOneHostAreShared) {
  const UniqueFd listener = ListenOnLoopback();
  AddUri("stalled", LocalPort(listener.get()));
  target_.connect_timeout = absl::Seconds(60);
  std::vector<std::unique_ptr<Connector::Attempt>> attempts;
  OnLoop([&] {
    for (int i = 0; i < 3; ++i) {
      attempts.push_back(connector_->Connect(target_, [this](Connected connected) {
        connected.handle->Unbind();
        answered_.Update([](int& count) { ++count; });
      }));
    }
  });
  stalled_.AwaitArrivals();
  OnLoop([&] { attempts.pop_back(); });
  stalled_.Open();
  EXPECT_TRUE(answered_.WaitFor([](int count) { return count == 2; }));
  OnLoop([&] { attempts.clear(); });
  EXPECT_EQ(lookups_, 1);
  EXPECT_EQ(answered_.Get(), 2);
}

TEST_F(TargetConnectorTest, SilentDirectoryInTlsEndsAtTheDeadline) {
  const UniqueFd listener = ListenOnLoopback();
  AddUri("directory", LocalPort(listener.get()));
  target_.tls = TargetConfig::Tls::kStartTls;
  EXPECT_EQ(Fail().kind, FailureKind::kTimeout);
}

TEST_F(TargetConnectorTest, CancelDuringTlsClosesTheSocketAndTellsNobody) {
  const UniqueFd listener = ListenOnLoopback();
  AddUri("directory", LocalPort(listener.get()));
  target_.tls = TargetConfig::Tls::kStartTls;
  target_.connect_timeout = absl::Seconds(30);  // not what ends it
  Start();
  const UniqueFd peer(accept(listener.get(), nullptr, nullptr));
  char octet;
  ASSERT_EQ(recv(peer.get(), &octet, 1, 0), 1);  // StartTLS is on its way
  OnLoop([this] { attempt_.reset(); });
  EXPECT_GT(ReadToEnd(peer.get()), 0u);
  EXPECT_EQ(answered_.Get(), 0);
}

TEST_F(TargetConnectorTest, UnreadableCertificatesAreATlsFailure) {
  const UniqueFd listener = ListenOnLoopback();
  AddUri("directory", LocalPort(listener.get()));
  target_.tls = TargetConfig::Tls::kLdaps;
  target_.ca_file = "/nonexistent/ca.pem";
  const ConnectFailure failure = Fail();
  EXPECT_EQ(failure.kind, FailureKind::kTls);
  EXPECT_NE(failure.text.find("/nonexistent/ca.pem"), std::string::npos) << failure.text;
}

TEST_F(TargetConnectorTest, MissingDescriptorsAreSaidToBeMissing) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan's check of object types needs a descriptor itself";
#endif
  AddUri("directory", 389);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const ConnectFailure failure = Fail();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(failure.kind, FailureKind::kResources) << failure.text;
}

}  // namespace
}  // namespace dirlease
