// Attacks by connections alone: ones that never get to a call, and very many.
#include <sys/resource.h>

#include <algorithm>

#include "integration/hostile/hostile_test.h"

namespace dirlease::testing {
namespace {

using HostileConnectionsTest = HostileTest;
using Connections = std::vector<std::unique_ptr<RawHttp2>>;

// The test's own limit is raised as far as it goes, which is then the answer.
size_t RaiseOwnLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

TEST_F(HostileConnectionsTest, SlowlorisIsClosedAfterTheHandshakeTime) {
  Start({"--grpc-handshake-timeout=1s", "--grpc-keepalive-time=1s", "--grpc-keepalive-timeout=1s"});
  UnderAttack("500 connections that send nothing, half a preface, or no answer to pings", [&] {
    Connections connections;
    for (int i = 0; i < 500 / kScale; ++i) {
      RawHttp2& one = *connections.emplace_back(std::make_unique<RawHttp2>(address()));
      if (i % 3 == 1) one.Send("PRI * HTTP/2.0\r\n");
      if (i % 3 == 2) one.SendPreface();
    }
    for (const auto& one : connections) one->AwaitClose();
  });
  ExpectNothingLeft();
}

TEST_F(HostileConnectionsTest, ThousandsOfIdleConnectionsAreServedUpToTheLimit) {
  // A few descriptors are the test's own.
  const size_t wanted = 10'000 / kScale;
  const size_t count = std::min(wanted, RaiseOwnLimit() - 500);
  Start({"--max-leases=500", "--grpc-max-connections=" + std::to_string(count + 1)});
  std::printf("%zu connections of %zu wanted\n", count, wanted);
  UnderAttack("10,000 idle connections", [&] {
    Connections connections;
    for (size_t i = 0; i < count; ++i) {
      connections.push_back(std::make_unique<RawHttp2>(address()));
      ASSERT_TRUE(connections.back()->SendPreface());
    }
    for (const auto& one : connections) ASSERT_TRUE(one->RoundTrip());
    // Of them all, the victim's is one.
    RawHttp2 refused(address());
    refused.AwaitClose();
    const double megabytes = daemon().ResidentMegabytes();
    std::printf("resident with %zu connections: %.1f MB\n", count, megabytes);
    EXPECT_EQ(connections.back()->AwaitEnd(connections.back()->StartCall("/nowhere")), 12);
  });
  ExpectNothingLeft();
}

TEST_F(HostileConnectionsTest, OneThatLeavesMakesRoomForTheNext) {
  Start({"--grpc-max-connections=4"});
  UnderAttack("connections beyond a limit of 4", [&] {
    Connections connections;
    for (int i = 0; i < 3; ++i) {
      connections.push_back(std::make_unique<RawHttp2>(address()));
      ASSERT_TRUE(connections.back()->SendPreface());
      ASSERT_TRUE(connections.back()->RoundTrip());
    }
    for (int i = 0; i < 100; ++i) RawHttp2(address()).AwaitClose();
    connections.pop_back();
    Await("room", [&] {
      RawHttp2 next(address());
      return next.SendPreface() && next.RoundTrip();
    });
  });
  EXPECT_FALSE(daemon().log().Matching("connections refused").empty());
  ExpectNothingLeft();
}

// gRPC 1.51's own listener would never accept again after this.
TEST_F(HostileConnectionsTest, AShortageOfDescriptorsPasses) {
  Start({"--max-leases=50", "--grpc-max-connections=5000"});
  const size_t room = Descriptors() + 40;
  const rlimit limit{.rlim_cur = room, .rlim_max = room};
  ASSERT_EQ(prlimit(daemon().pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
  UnderAttack("connections until no descriptor is left", [&] {
    Connections connections;
    for (int i = 0; i < 200; ++i) {
      connections.push_back(std::make_unique<RawHttp2>(address()));
      connections.back()->SendPreface();
    }
    daemon().log().WaitFor("no descriptor left for a connection");
  });
  Client client(address());
  client.Unbind(OpenLease(client));
  ExpectNothingLeft();
}

}  // namespace
}  // namespace dirlease::testing
