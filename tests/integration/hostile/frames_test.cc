// Attacks by HTTP/2 frames: streams that never get whole, floods, storms of resets, clients that never read.
#include <algorithm>
#include <deque>

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

// gRPC 1.51 heeds its own limits only once the client has acknowledged them.
TEST_F(HostileFramesTest, HeadersWithoutEnd) {
  Start();
  const std::string filler = HeaderBlock({{"x-filler", std::string(kMostPayload - 14, 'x')}});
  constexpr int kFrames = 2048;
  const auto flood = [&](bool accept, int frames) {
    RawHttp2 one(address());
    EXPECT_TRUE(one.SendPreface() && (!accept || one.AcceptSettings()));
    EXPECT_NE(one.StartCall(kSearchMethod, {}, RawHttp2::kNone), 0u);
    for (int i = 0; i < frames; ++i) {
      if (!one.SendFrame(RawHttp2::kContinuation, RawHttp2::kNone, 1, filler)) return true;
    }
    return false;
  };
  UnderAttack("a header block without an end, limits accepted",
              [&] { EXPECT_TRUE(flood(true, kFrames)); });
  bool closed = false;
  UnderAttack("32 MiB of it, limits not accepted", [&] { closed = flood(false, kFrames / kScale); });
  std::printf("the connection was %s\n", closed ? "closed" : "left open");
  ExpectNothingLeft();
}

TEST_F(HostileFramesTest, PingsAndSettingsInFloods) {
  Start();
  UnderAttack("floods of PING until the connection is closed", [&] {
    for (int i = 0; i < std::max(1, 5 / kScale); ++i) {
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

constexpr size_t kRunning = 40;

TEST_F(HostileFramesTest, EverySearchOfAStormOfResetsIsAbandoned) {
  AutoAnswers answers;
  answers.binds = true;
  answers.root_dse = true;
  FakeDirectory silent(answers);
  Start({"--target=silent=" + silent.uri()});
  Client client(address());
  const std::string token = OpenLease(client, "silent");
  const auto storm = [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface());
    const std::string request = LengthPrefixed(SearchMessage("(uid=*)", "dc=silent"));
    std::deque<uint32_t> running;
    for (int i = 0; i < 5000 / kScale; ++i) {
      running.push_back(one.StartCall(kSearchMethod, {{"ldap-session", token}}));
      ASSERT_TRUE(one.SendFrame(RawHttp2::kData, RawHttp2::kEndStream, running.back(), request));
      if (running.size() <= kRunning && i % 10 != 0) continue;
      // The newest, which nobody can have looked at, or the oldest.
      const bool newest = running.size() <= kRunning;
      ASSERT_TRUE(one.Reset(newest ? running.back() : running.front()));
      newest ? running.pop_back() : running.pop_front();
    }
    for (const uint32_t stream : running) ASSERT_TRUE(one.Reset(stream));
    ASSERT_TRUE(one.RoundTrip());
    const auto ended = [&] {
      v1::GetSessionResponse session;
      EXPECT_TRUE(client.Call(v1::GetSessionRequest(), &session, {.token = token}).ok());
      return session.operations().empty();
    };
    Await("the storm's end", ended);
  };
  // What the first leaves behind is the allocator's; a leak would go on growing.
  for (int round = 0; round < 3; ++round) {
    UnderAttack("5,000 searches, each reset soon or at once", storm);
  }
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
  for (size_t i = 0; i < kStreams; ++i) tokens.push_back(OpenLease(client));
  UnderAttack("64 searches for all people without any window", [&] {
    RawHttp2 one(address());
    ASSERT_TRUE(one.SendPreface(0));
    const std::string request = LengthPrefixed(SearchMessage("(uid=*)"));
    for (size_t i = 0; i < kStreams; ++i) {
      const uint32_t stream = one.StartCall(kSearchMethod, {{"ldap-session", tokens[i]}});
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
