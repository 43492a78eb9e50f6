// HoldSession without gRPC: its events, what a slow reader gets, one finish.
#include "rpc/hold_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Code = absl::StatusCode;
using Response = v1::HoldSessionResponse;

// Keeps what goes out, and fails the test on what gRPC would not survive.
class FakeHoldWriter final : public HoldWriter {
 public:
  void Write(const Response& message) override {
    if (outstanding || status) ADD_FAILURE() << "a write while one is outstanding, or after the end";
    outstanding = true;
    messages.push_back(message);
  }
  void WriteAndFinish(const Response& message, const RpcStatus& end) override {
    if (outstanding) ADD_FAILURE() << "the last write while one is outstanding";
    messages.push_back(message);
    Finish(end);
  }
  void Finish(const RpcStatus& end) override {
    if (status) ADD_FAILURE() << "a second finish";
    status = end;
  }
  void CutOff() override { ++cut_offs; }

  std::vector<Response> messages;
  std::optional<RpcStatus> status;
  bool outstanding = false;
  int cut_offs = 0;
};

class HoldCallTest : public testing::ManagerFixture {
 protected:
  HoldCallTest() {
    options_.default_ttl = absl::Hours(1);
    options_.stall_deadline = absl::Seconds(30);
    peer_ = Open(opening_);
    info_.token = opening_.token;
  }
  ~HoldCallTest() override {
    if (call_) call_->Cancel();
    call_.reset();
  }
  void Start(const v1::HoldSessionRequest& request = {}) {
    request_ = request;
    call_.emplace(manager(), info_, writer_, request_);
    call_->Start();
    loop_.RunUntilIdle();
  }
  void CompleteWrite(bool ok = true) {
    writer_.outstanding = false;
    call_->OnWriteDone(ok);
    loop_.RunUntilIdle();
  }
  void CompleteAllWrites() {
    while (writer_.outstanding) CompleteWrite();
  }
  // Moves on second by second for a caller who reads.
  void AdvanceReading(absl::Duration duration, absl::Duration step = absl::Seconds(1)) {
    for (absl::Duration gone; gone < duration; gone += step) {
      loop_.Advance(step);
      CompleteAllWrites();
    }
  }
  std::vector<int> Events() const {
    std::vector<int> events;
    for (const Response& message : writer_.messages) events.push_back(message.event());
    return events;
  }
  void ExpectEnd(Code code, const std::string& reason = "") {
    ASSERT_TRUE(writer_.status.has_value());
    EXPECT_EQ(writer_.status->code, static_cast<int>(code));
    EXPECT_THAT(writer_.status->details, HasSubstr(reason));
  }
  static v1::HoldSessionRequest Quiet() {
    v1::HoldSessionRequest request;
    request.mutable_heartbeat_interval();  // zero
    return request;
  }

  std::shared_ptr<testing::FakeLdapPeer> peer_;
  CallInfo info_;
  FakeHoldWriter writer_;
  v1::HoldSessionRequest request_;
  std::optional<HoldCall> call_;
};

TEST_F(HoldCallTest, TheFirstMessageSaysHeldAndDescribesTheLease) {
  Start();
  ASSERT_THAT(Events(), ElementsAre(Response::EVENT_HELD));
  EXPECT_EQ(writer_.messages[0].session().session_id(), opening_.session->facts().session_id);
  EXPECT_EQ(writer_.messages[0].session().state(), v1::Session::STATE_ACTIVE);
  EXPECT_EQ(writer_.messages[0].session().active_operations(), 0);
}

TEST_F(HoldCallTest, BadRequestsNameTheField) {
  const auto refusal_of = [this](const v1::HoldSessionRequest& request) {
    writer_ = {};
    Start(request);
    return writer_.status ? writer_.status->details : "";
  };
  v1::HoldSessionRequest request;
  for (const int64_t nanos : {int64_t{99'999'999}, int64_t{-1}}) {
    request.mutable_heartbeat_interval()->set_nanos(static_cast<int32_t>(nanos));
    EXPECT_THAT(refusal_of(request), HasSubstr("heartbeat_interval"));
  }
  request.mutable_heartbeat_interval()->set_nanos(0);
  request.mutable_heartbeat_interval()->set_seconds(3601);
  EXPECT_THAT(refusal_of(request), HasSubstr("heartbeat_interval"));
  ExpectEnd(Code::kInvalidArgument);
  request.clear_heartbeat_interval();
  request.mutable_tether_grace()->set_seconds(-1);
  EXPECT_THAT(refusal_of(request), HasSubstr("tether_grace"));
  info_.token = "1.unknown";
  EXPECT_THAT(refusal_of({}), HasSubstr("SESSION_UNKNOWN"));
}

TEST_F(HoldCallTest, HeartbeatsComeEveryThirtySecondsUnlessTheCallerSaysOtherwise) {
  Start();
  AdvanceReading(absl::Seconds(61));
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_HEARTBEAT, Response::EVENT_HEARTBEAT));
}

TEST_F(HoldCallTest, HeartbeatsMayBeFastOrNone) {
  v1::HoldSessionRequest request;
  request.mutable_heartbeat_interval()->set_nanos(100'000'000);
  Start(request);
  AdvanceReading(absl::Seconds(1), absl::Milliseconds(50));
  EXPECT_EQ(writer_.messages.size(), 11u);
  call_->Cancel();
  writer_ = {};
  Start(Quiet());
  AdvanceReading(absl::Minutes(10), absl::Minutes(1));
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD));
}

TEST_F(HoldCallTest, ExpiringComesOnceBeforeTheMaximumAgeAndThenTheEnd) {
  Start(Quiet());
  AdvanceReading(absl::Minutes(55) - absl::Seconds(1));
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD));
  AdvanceReading(absl::Seconds(1));
  ASSERT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_EXPIRING));
  EXPECT_EQ(writer_.messages[1].remaining().seconds(), 300);
  AdvanceReading(absl::Minutes(5));
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_EXPIRING, Response::EVENT_ENDED));
  EXPECT_EQ(writer_.messages[2].session().state(), v1::Session::STATE_CLOSED);
  ExpectEnd(Code::kAborted, "SESSION_EXPIRED");
}

TEST_F(HoldCallTest, TheNoticeIsATenthOfAShortMaximumAge) {
  EXPECT_EQ(HoldCall::ExpiryNotice(absl::Seconds(100)), absl::Seconds(10));
  EXPECT_EQ(HoldCall::ExpiryNotice(absl::Hours(12)), absl::Minutes(5));
}

TEST_F(HoldCallTest, AHoldWithinTheNoticeIsToldAfterHeld) {
  Start(Quiet());
  AdvanceReading(absl::Minutes(56));
  call_->Cancel();
  writer_ = {};
  Start(Quiet());
  CompleteAllWrites();
  ASSERT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_EXPIRING));
  EXPECT_EQ(writer_.messages[1].remaining().seconds(), 240);
}

TEST_F(HoldCallTest, DrainingIsToldWithWhatIsLeftAndTheEndIsUnavailable) {
  Start(Quiet());
  CompleteAllWrites();
  manager().Drain(absl::Seconds(25), [] {});
  ASSERT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_DRAINING));
  EXPECT_EQ(writer_.messages[1].remaining().seconds(), 25);
  EXPECT_EQ(writer_.messages[1].session().state(), v1::Session::STATE_DRAINING);
  AdvanceReading(absl::Seconds(25));
  EXPECT_EQ(Events().back(), Response::EVENT_ENDED);
  ExpectEnd(Code::kUnavailable, "DRAINING");
}

TEST_F(HoldCallTest, AHoldDuringADrainIsToldAtItsBegin) {
  Run(*opening_.session, sink_);
  manager().Drain(absl::Seconds(25), [] {});
  loop_.Advance(absl::Seconds(5));
  Start(Quiet());
  CompleteAllWrites();
  ASSERT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_DRAINING));
  EXPECT_EQ(writer_.messages[1].remaining().seconds(), 20);
}

TEST_F(HoldCallTest, EachEndHasItsStatus) {
  Start(Quiet());
  CompleteAllWrites();
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [](auto) {});
  EXPECT_EQ(Events().back(), Response::EVENT_ENDED);
  ExpectEnd(Code::kAborted, "SESSION_CLOSED");
}

TEST_F(HoldCallTest, ALostDirectoryIsUnavailable) {
  Start(Quiet());
  CompleteAllWrites();
  peer_->QueueEof();
  loop_.Signal(peer_->fd(), EPOLLIN);
  EXPECT_EQ(writer_.messages.back().session().state(), v1::Session::STATE_LOST);
  ExpectEnd(Code::kUnavailable, "LDAP_SERVER_DOWN");
}

TEST_F(HoldCallTest, RevocationIsAborted) {
  Start(Quiet());
  CompleteAllWrites();
  manager().Revoke(opening_.session->facts().session_id);
  ExpectEnd(Code::kAborted, "SESSION_REVOKED");
}

TEST_F(HoldCallTest, ASlowReaderGetsTheLatestOfEachKindAndNoOldHeartbeats) {
  Start();  // HELD is not taken
  loop_.Advance(absl::Minutes(10));
  manager().Drain(absl::Seconds(25), [] {});
  manager().Drain(absl::Seconds(20), [] {});
  loop_.Advance(absl::Seconds(5));
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD));
  CompleteWrite();
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_DRAINING));
  EXPECT_EQ(writer_.messages[1].remaining().seconds(), 15);
  manager().Revoke(opening_.session->facts().session_id);
  EXPECT_FALSE(writer_.status.has_value());
  CompleteAllWrites();
  EXPECT_THAT(Events(), ElementsAre(Response::EVENT_HELD, Response::EVENT_DRAINING, Response::EVENT_ENDED));
  ExpectEnd(Code::kAborted, "SESSION_REVOKED");
}

TEST_F(HoldCallTest, WhoDoesNotTakeTheLastMessageIsCutOff) {
  Start(Quiet());  // HELD is not taken
  manager().Revoke(opening_.session->facts().session_id);
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(writer_.status.has_value());
  loop_.Advance(absl::Seconds(1));
  ExpectEnd(Code::kAborted, "SESSION_REVOKED");
  EXPECT_EQ(writer_.cut_offs, 1);
  CompleteWrite(false);
}

TEST_F(HoldCallTest, WhoLeavesTheLastMessageWithGrpcIsCutOffToo) {
  Start(Quiet());
  CompleteAllWrites();
  manager().Revoke(opening_.session->facts().session_id);
  ExpectEnd(Code::kAborted, "SESSION_REVOKED");
  loop_.Advance(absl::Seconds(30));
  EXPECT_EQ(writer_.cut_offs, 1);
}

TEST_F(HoldCallTest, CancelEndsTheHoldOnly) {
  Start();
  call_->Cancel();
  ExpectEnd(Code::kCancelled);
  CompleteWrite(false);
  call_->Cancel();
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(HoldCallTest, CancelBreaksATether) {
  v1::HoldSessionRequest request = Quiet();
  request.set_tether(true);
  Start(request);
  CompleteWrite(false);  // the connection is gone
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(peer_->unbinds(), 1);
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
}

}  // namespace
}  // namespace dirlease
