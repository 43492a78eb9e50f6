// Attacks by what a call carries: metadata that is forged, malformed or too much, and messages that are too large.
#include "integration/hostile/hostile_test.h"

namespace dirlease::testing {
namespace {

using HostileRequestsTest = HostileTest;

// What a WhoAmI with these headers ends with, on a connection of its own; see RawHttp2::AwaitEnd.
int StatusOf(const std::string& address, const RawHeaders& headers) {
  RawHttp2 connection(address);
  if (!connection.SendPreface() || !connection.AcceptSettings()) return -2;
  const uint32_t stream = connection.StartCall(kWhoAmIMethod, headers);
  connection.SendFrame(RawHttp2::kData, RawHttp2::kEndStream, stream, LengthPrefixed(""));
  return connection.AwaitEnd(stream);
}

TEST_F(HostileRequestsTest, ForgedMetadataNamesNoLease) {
  Start();
  Client client(address());
  const std::string token = OpenLease(client);
  constexpr int kUnauthenticated = 16;
  UnderAttack("2,000 calls with forged lease tokens", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    for (int i = 0; i < 2000 / kScale; ++i) {
      std::string forged = token;
      forged[forged.size() - 1 - static_cast<size_t>(i) % 20] ^= 1;
      const uint32_t stream = one.StartCall(kWhoAmIMethod, {{"ldap-session", forged}});
      ASSERT_TRUE(one.SendFrame(RawHttp2::kData, RawHttp2::kEndStream, stream, LengthPrefixed("")));
      ASSERT_EQ(one.AwaitEnd(stream), kUnauthenticated);
    }
  });
  EXPECT_EQ(StatusOf(address(), {{"ldap-session", token}}), 0);
  EXPECT_EQ(StatusOf(address(), {{"ldap-session", token}, {"ldap-session", "1.other"}}),
            kUnauthenticated);
  EXPECT_EQ(StatusOf(address(), {{"ldap-session", token}, {"traceparent", "00-zz-\"nonsense\"-7"}}), 0);
  client.Unbind(token);
  ExpectNothingLeft();
}

TEST_F(HostileRequestsTest, MalformedAndOversizedMetadataFailsItsCallOnly) {
  Start();
  Client client(address());
  const std::string token = OpenLease(client);
  const RawHeaders lease = {{"ldap-session", token}};
  const auto status = [&](const RawHeaders& more) {
    RawHeaders headers = lease;
    headers.insert(headers.end(), more.begin(), more.end());
    return StatusOf(address(), headers);
  };
  RawHeaders many;
  for (int i = 0; i < 5000; ++i) many.emplace_back("x" + std::to_string(i), "y");
  UnderAttack("headers too large, too many, and malformed", [&] {
    for (int i = 0; i < 20 / kScale; ++i) {
      EXPECT_NE(status({{"x-large", std::string(17 * 1024, 'x')}}), 0);
      EXPECT_NE(status({{"x-huge", std::string(1024 * 1024, 'x')}}), 0);
      EXPECT_NE(status(many), 0);
      EXPECT_EQ(status({{"x-large", std::string(8 * 1024, 'x')}}), 0);
      EXPECT_NE(status({{"x-bin", "!not base64!"}}), 0);
      EXPECT_NE(StatusOf(address(), {{"ldap-session", std::string("1.\0\xff\n\x01", 6)}}), 0);
      EXPECT_EQ(status({{"x-fine", "value"}}), 0);
    }
  });
  client.Unbind(token);
  ExpectNothingLeft();
}

// CVE-2023-1428: such a header, and then more than fits.
TEST_F(HostileRequestsTest, HeadersThatAbortedOlderServers) {
  Start();
  UnderAttack("te, :scheme and grpclb_client_stats of nobody, then too much", [&] {
    const std::string much(20 * 1024, 'x');
    for (int i = 0; i < 20; ++i) {
      EXPECT_NE(StatusOf(address(), {{"te", "x"}, {"x-much", much}}), 0);
      EXPECT_NE(StatusOf(address(), {{":scheme", "x"}, {"x-much", much}}), 0);
      EXPECT_NE(StatusOf(address(), {{"grpclb_client_stats", "x"}, {"x-much", much}}), 0);
    }
  });
  ExpectNothingLeft();
}

TEST_F(HostileRequestsTest, HugeMessagesAreRefusedBeforeTheyTakeMemory) {
  Start();
  Client client(address());
  UnderAttack("20 requests of 9 MiB", [&] {
    v1::AddRequest request;
    request.set_dn("cn=large,dc=example,dc=com");
    request.add_attributes()->add_values(std::string(9 << 20, 'x'));
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(client.Call(request, nullptr, {.token = "1.x"}).code, Code::kResourceExhausted);
    }
  });
  UnderAttack("900 requests that announce 4 GiB", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    for (int i = 0; i < 900 / kScale; ++i) {
      const std::string_view prefix("\0\xff\xff\xff\xff""abc", 8);
      ASSERT_TRUE(one.SendData(one.StartCall(kWhoAmIMethod), prefix, RawHttp2::kNone));
    }
    ASSERT_TRUE(one.RoundTrip());
  });
  ExpectNothingLeft();
}

// gRPC looks at the size only when a message is there as a whole, and opens the window as far as the message needs.
TEST_F(HostileRequestsTest, MessagesThatNeverEndAreBoundByTheMemoryLimit) {
  Start({"--grpc-memory=32MiB"});
  const std::string start = LengthPrefixed("").substr(0, 1) + "\x7f\xff\xff\xff";
  const std::string chunk(1 << 20, 'x');
  size_t sent = 0;
  const auto flood = [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    const uint32_t stream = one.StartCall(kWhoAmIMethod);
    ASSERT_TRUE(one.SendData(stream, start, RawHttp2::kNone));
    while (sent < 256 && one.SendData(stream, chunk, RawHttp2::kNone)) ++sent;
  };
  const double before = daemon().ResidentMegabytes();
  flood();
  std::printf("of 2 GiB %zu MiB were taken, resident %+.1f MB\n", sent,
              daemon().ResidentMegabytes() - before);
  EXPECT_LT(sent, 256u);
  // It is a last resort: other connections may have been closed with that one.
  ReconnectVictim();
  ExpectNothingLeft();
}

TEST_F(HostileRequestsTest, CompressedRequestsAreRefusedUnread) {
  Start();
  constexpr int kUnimplemented = 12;
  EXPECT_EQ(StatusOf(address(), {{"grpc-encoding", "gzip"}}), kUnimplemented);
  const std::string bomb = LengthPrefixed(GzippedZeros(48 << 20), true);
  std::printf("%zu octets that are 48 MiB of zeros\n", bomb.size());
  std::vector<int> statuses;
  UnderAttack("40 compressed requests, 48 MiB each when inflated, 8 at a time", [&] {
    for (int round = 0; round < 5; ++round) {
      std::vector<std::pair<std::unique_ptr<RawHttp2>, uint32_t>> calls;
      for (int i = 0; i < 8; ++i) {
        auto one = std::make_unique<RawHttp2>(address());
        ASSERT_TRUE(one->SendPreface());
        const uint32_t stream = one->StartCall(kWhoAmIMethod, {{"grpc-encoding", "gzip"}});
        one->SendData(stream, bomb);
        calls.emplace_back(std::move(one), stream);
      }
      for (const auto& [one, stream] : calls) statuses.push_back(one->AwaitEnd(stream));
    }
  });
  // The answer can have come before the bomb was sent whole; then it is not looked at.
  for (const int status : statuses) EXPECT_TRUE(status == kUnimplemented || status == -1) << status;
  ExpectNothingLeft();
}

}  // namespace
}  // namespace dirlease::testing
