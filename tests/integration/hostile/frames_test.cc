// Attacks by HTTP/2 frames: streams that never get whole, floods, storms of resets, clients that never read.
#include <algorithm>

#include "integration/hostile/hostile_test.h"
#include "support/fake_directory.h"
#include "support/sample_people.h"

namespace dirlease::testing {
namespace {

using HostileFramesTest = HostileTest;

constexpr size_t kMostPayload = 16'384;

TEST_F(HostileFramesTest, StreamsThatNeverGetWhole) {
  Start();
  const std::string half = LengthPrefixed(std::string(1000, 'x')).substr(0, 500);
  UnderAttack("10 connections with 1,000 calls each whose request never ends", [&] {
    std::vector<std::unique_ptr<RawHttp2>> connections;
    for (int i = 0; i < 10; ++i) {
      RawHttp2& one = *connections.emplace_back(std::make_unique<RawHttp2>(address()));
      ASSERT_TRUE(one.SendPreface());
      for (int call = 0; call < 1000 / kScale; ++call) {
        const uint32_t stream = one.StartCall(kSearchMethod, {{"ldap-session", "1.x"}});
        ASSERT_NE(stream, 0u);
        if (call % 20 == 0) {
          ASSERT_TRUE(one.SendFrame(RawHttp2::kData, RawHttp2::kNone, stream, half));
        }
      }
      ASSERT_TRUE(one.RoundTrip());
    }
  });
  ExpectNothingLeft();
}

TEST_F(HostileFramesTest, HeadersWithoutEnd) {
  Start();
  const std::string filler = HeaderBlock({{"x-filler", std::string(kMostPayload - 14, 'x')}});
  bool closed = false;
  UnderAttack("64 MiB of header block without an end", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    ASSERT_NE(one.StartCall(kSearchMethod, {}, RawHttp2::kNone), 0u);
    for (int i = 0; i < 4096 / kScale && !closed; ++i) {
      closed = !one.SendFrame(RawHttp2::kContinuation, RawHttp2::kNone, 1, filler);
    }
  });
  std::printf("the connection was %s\n", closed ? "closed" : "left open");
  ExpectNothingLeft();
}

TEST_F(HostileFramesTest, PingsAndSettingsInFloods) {
  Start();
  UnderAttack("floods of PING until the connection is closed", [&] {
    for (int i = 0; i < 20; ++i) {
      RawHttp2 one(address());
      ASSERT_TRUE(one.SendPreface());
      while (one.SendFrame(RawHttp2::kPing, RawHttp2::kNone, 0, "12345678")) {
      }
    }
  });
  UnderAttack("200,000 SETTINGS whose answers are not read", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    const std::string_view window("\0\4\0\0\xff\xff", 6);
    for (int i = 0; i < 200'000 / kScale; ++i) {
      if (!one.SendFrame(RawHttp2::kSettings, RawHttp2::kNone, 0, window)) break;
    }
  });
  ExpectNothingLeft();
}

// How many of a kind, but for what the gateway asks by itself.
size_t Count(const FakeDirectory& directory, DirectoryRequest::Kind kind) {
  size_t count = 0;
  for (size_t connection = 0; connection < directory.accepted_connections(); ++connection) {
    for (const DirectoryRequest& request : directory.Requests(connection)) {
      if (request.kind == kind && (kind != FakeDirectory::Kind::kSearch || !request.dn.empty())) {
        ++count;
      }
    }
  }
  return count;
}

TEST_F(HostileFramesTest, EverySearchOfAStormOfResetsIsAbandoned) {
  AutoAnswers answers;
  answers.binds = true;
  answers.root_dse = true;
  FakeDirectory silent(answers);
  Start({"--target=silent=" + silent.uri()});
  Client client(address());
  const std::string token = OpenLease(client, "silent");
  UnderAttack("10,000 searches, each reset at once", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    const std::string request = LengthPrefixed(SearchMessage("(uid=*)", "dc=silent"));
    for (int i = 0; i < 10'000 / kScale; ++i) {
      const uint32_t stream = one.StartCall(kSearchMethod, {{"ldap-session", token}});
      ASSERT_TRUE(one.SendFrame(RawHttp2::kData, RawHttp2::kEndStream, stream, request));
      ASSERT_TRUE(one.Reset(stream));
    }
    ASSERT_TRUE(one.RoundTrip());
    const auto ended = [this] {
      return Metric("dirlease_operations{state=\"running\"}") == 0 &&
             Metric("dirlease_operations{state=\"waiting\"}") == 0;
    };
    Await("the storm's end", ended);
  });
  EXPECT_TRUE(client.Call(v1::KeepAliveRequest(), nullptr, {.token = token}).ok());
  client.Unbind(token);
  silent.AwaitRequestCount(FakeDirectory::Kind::kUnbind, 1);
  std::printf("searches that the directory saw: %zu, of which abandoned: %zu\n",
              Count(silent, FakeDirectory::Kind::kSearch),
              Count(silent, FakeDirectory::Kind::kAbandon));
  EXPECT_EQ(Count(silent, FakeDirectory::Kind::kAbandon),
            Count(silent, FakeDirectory::Kind::kSearch));
  ExpectNothingLeft();
}

TEST_F(HostileFramesTest, WhoNeverReadsIsEndedAfterTheStallDeadline) {
  constexpr size_t kStreams = 64;
  Start({"--stall-deadline=1s"}, 20'000 / kScale);
  Client client(address());
  std::vector<std::string> tokens;
  for (size_t i = 0; i < kStreams / 8; ++i) tokens.push_back(OpenLease(client));
  UnderAttack("64 searches for all people without any window", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface(0));
    const std::string request = LengthPrefixed(SearchMessage("(uid=*)"));
    for (size_t i = 0; i < kStreams; ++i) {
      const uint32_t stream = one.StartCall(kSearchMethod, {{"ldap-session", tokens[i / 8]}});
      ASSERT_TRUE(one.SendFrame(RawHttp2::kData, RawHttp2::kEndStream, stream, request));
    }
    // Not one octet of an entry, then the end.
    for (size_t ended = 0; ended < kStreams;) {
      const auto frame = one.Read();
      ASSERT_TRUE(frame.has_value());
      EXPECT_FALSE(frame->type == RawHttp2::kData && !frame->payload.empty());
      const bool last = frame->type == RawHttp2::kHeaders && (frame->flags & 1) != 0;
      if (last || frame->type == RawHttp2::kResetStream) ++ended;
    }
  });
  for (const std::string& token : tokens) client.Unbind(token);
  ExpectNothingLeft();
}

}  // namespace
}  // namespace dirlease::testing
