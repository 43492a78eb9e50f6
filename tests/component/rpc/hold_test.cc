// HoldSession through gRPC: each event that can come, and what the end of the connection does.
#include <thread>

#include "component/rpc/gateway_test.h"

namespace dirlease::testing {
namespace {

using Response = v1::HoldSessionResponse;

class HoldTest : public GatewayTest {
 protected:
  HoldTest() : HoldTest(GatewayHarness::Options()) {}
  explicit HoldTest(GatewayHarness::Options options) : GatewayTest(std::move(options)) {
    token_ = client_->Open().token();
  }

  static v1::HoldSessionRequest Request(bool tether = false, int grace_seconds = 0) {
    v1::HoldSessionRequest request;
    request.mutable_heartbeat_interval();  // zero = none
    request.set_tether(tether);
    if (grace_seconds > 0) request.mutable_tether_grace()->set_seconds(grace_seconds);
    return request;
  }
  // Holds when it returns.
  std::unique_ptr<ClientCall> Hold(Client& client, const v1::HoldSessionRequest& request) {
    auto call = client.Start(request, {.token = token_});
    EXPECT_EQ(Next(*call).event(), Response::EVENT_HELD);
    return call;
  }
  static Response Next(ClientCall& call) {
    Response response;
    EXPECT_TRUE(call.Read(response));
    return response;
  }
  // The last message, then this status.
  static void ExpectEnd(ClientCall& call, Code code, const std::string& reason) {
    Response response;
    ASSERT_TRUE(call.Read(response));
    EXPECT_EQ(response.event(), Response::EVENT_ENDED);
    EXPECT_FALSE(call.Read(response));
    const CallEnd& end = call.Finish();
    EXPECT_EQ(end.code, code) << end;
    EXPECT_EQ(end.reason(), reason);
  }
  // The gateway has noticed that it is held so many times less.
  void AwaitUnbinds(size_t count) {
    gateway_.AwaitOnLoop([&](SessionManager&) { return directory_.unbinds() == count; });
  }
};

class AgelessHoldTest : public HoldTest {
 protected:
  static GatewayHarness::Options Ageless() {
    GatewayHarness::Options options;
    options.sessions.max_age = absl::Hours(1'000'000);
    return options;
  }
  AgelessHoldTest() : HoldTest(Ageless()) {}
};

TEST_F(AgelessHoldTest, KeepsAnIdleLeaseAndBeats) {
  v1::HoldSessionRequest request;
  request.mutable_heartbeat_interval()->set_seconds(600);
  const auto call = Hold(*client_, request);
  Watched<int> beats(0);
  std::thread reader([&] {
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(Next(*call).event(), Response::EVENT_HEARTBEAT);
      beats.Update([](int& count) { ++count; });
    }
  });
  // A beat that comes before the one before it is known to be written is dropped: so as often as it takes.
  while (beats.Get() < 3) gateway_.Advance(absl::Minutes(10));
  reader.join();
  EXPECT_TRUE(KeepAlive(token_).ok());
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  EXPECT_TRUE(KeepAlive(token_).ok());
}

TEST_F(HoldTest, IsNoOperation) {
  const auto call = Hold(*client_, Request());
  v1::GetSessionResponse shown;
  EXPECT_TRUE(client_->Call(v1::GetSessionRequest(), &shown, {.token = token_}).ok());
  EXPECT_EQ(shown.session().active_operations(), 0);
  EXPECT_EQ(shown.operations_size(), 0);
  v1::UnbindRequest patient;
  patient.mutable_wait()->set_seconds(60);
  EXPECT_TRUE(client_->Call(patient, nullptr, {.token = token_}).ok());
  ExpectEnd(*call, Code::kAborted, "SESSION_CLOSED");
}

TEST_F(HoldTest, UnbindEndsIt) {
  const auto call = Hold(*client_, Request(true));
  client_->Unbind(token_);
  ExpectEnd(*call, Code::kAborted, "SESSION_CLOSED");
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(HoldTest, MaximumAgeIsAnnouncedThenEndsIt) {
  const auto call = Hold(*client_, Request());
  gateway_.Advance(absl::Hours(12) - absl::Minutes(5));
  const Response expiring = Next(*call);
  EXPECT_EQ(expiring.event(), Response::EVENT_EXPIRING);
  EXPECT_EQ(expiring.remaining().seconds(), 300);
  gateway_.Advance(absl::Minutes(5));
  ExpectEnd(*call, Code::kAborted, "SESSION_EXPIRED");
}

TEST_F(HoldTest, ALostDirectoryEndsIt) {
  const auto call = Hold(*client_, Request());
  directory_.connection().QueueEof();
  ExpectEnd(*call, Code::kUnavailable, "LDAP_SERVER_DOWN");
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_LOST");
}

TEST_F(HoldTest, ANoticeOfDisconnectionIsPassedOn) {
  const auto call = Hold(*client_, Request());
  LdapResult notice;
  notice.code = 52;
  notice.diagnostic_message = "maintenance";
  Send({UnsolicitedMessage("1.3.6.1.4.1.1466.20036", notice)});
  ExpectEnd(*call, Code::kUnavailable, "LDAP_SERVER_DOWN");
  ASSERT_TRUE(call->Finish().ldap_result);
  EXPECT_EQ(call->Finish().ldap_result->diagnostic_message(), "maintenance");
}

TEST_F(HoldTest, ADrainTellsWaitsAndEndsIt) {
  const auto call = Hold(*client_, Request());
  gateway_.Drain(absl::Seconds(25));
  const Response draining = Next(*call);
  EXPECT_EQ(draining.event(), Response::EVENT_DRAINING);
  EXPECT_EQ(draining.remaining().seconds(), 25);
  gateway_.Advance(absl::Seconds(24));
  EXPECT_FALSE(gateway_.drained());
  gateway_.Advance(absl::Seconds(1));
  ExpectEnd(*call, Code::kUnavailable, "DRAINING");
  EXPECT_TRUE(call->Finish().retry_info);
  gateway_.AwaitDrained();
}

TEST_F(HoldTest, ADrainIsOverWhenTheLastHolderUnbinds) {
  const auto call = Hold(*client_, Request());
  gateway_.Drain(absl::Seconds(25));
  EXPECT_EQ(Next(*call).event(), Response::EVENT_DRAINING);
  client_->Unbind(token_);
  ExpectEnd(*call, Code::kAborted, "SESSION_CLOSED");
  gateway_.AwaitDrained();
}

TEST_F(HoldTest, TooManyHoldsAreRefused) {
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (size_t i = 0; i < Holds::kMostPerLease; ++i) calls.push_back(Hold(*client_, Request()));
  const CallEnd end = client_->Call(Request(), nullptr, {.token = token_});
  EXPECT_EQ(end.code, Code::kResourceExhausted);
  EXPECT_EQ(end.reason(), "TOO_MANY_HOLDS");
  EXPECT_EQ(end.error_info->metadata().at("limit"), "16");
}

TEST_F(HoldTest, BadIntervalsAndTokensAreRefused) {
  v1::HoldSessionRequest request;
  request.mutable_heartbeat_interval()->set_nanos(1'000'000);
  const CallEnd end = client_->Call(request, nullptr, {.token = token_});
  EXPECT_EQ(end.code, Code::kInvalidArgument);
  ASSERT_TRUE(end.bad_request);
  EXPECT_EQ(end.bad_request->field_violations(0).field(), "heartbeat_interval");
  EXPECT_EQ(client_->Call(Request(), nullptr, {.token = "1.other"}).reason(), "SESSION_UNKNOWN");
}

TEST_F(HoldTest, ABrokenConnectionBreaksTheTether) {
  Client crashing(gateway_.address());
  const auto call = Hold(crashing, Request(true));
  crashing.BreakConnection();
  AwaitUnbinds(1);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_CLOSED");
  EXPECT_EQ(call->Finish().code, Code::kUnavailable);
}

TEST_F(HoldTest, WithinTheGraceAReconnectionKeepsTheLease) {
  Client crashing(gateway_.address());
  const auto first = Hold(crashing, Request(true, 10));
  crashing.BreakConnection();
  // Its end starts the idle time.
  gateway_.AwaitOnLoop([&](SessionManager& manager) {
    const LeaseTable::View lease = manager.Describe(**manager.Find({}, token_)).lease;
    return lease.expire_time < lease.max_expire_time;
  });
  gateway_.Advance(absl::Seconds(9));
  const auto second = Hold(*client_, Request(true, 10));
  gateway_.Advance(absl::Minutes(10));
  EXPECT_TRUE(KeepAlive(token_).ok());
  client_->Unbind(token_);
  ExpectEnd(*second, Code::kAborted, "SESSION_CLOSED");
}

TEST_F(HoldTest, AfterTheGraceTheLeaseIsUnbound) {
  auto call = Hold(*client_, Request(true, 10));
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  gateway_.AwaitOnLoop([&](SessionManager& manager) {
    const LeaseTable::View lease = manager.Describe(**manager.Find({}, token_)).lease;
    return lease.expire_time < lease.max_expire_time;
  });
  EXPECT_EQ(directory_.unbinds(), 0u);
  gateway_.Advance(absl::Seconds(10));
  AwaitUnbinds(1);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_CLOSED");
}

TEST_F(HoldTest, ADeadlineBreaksTheTetherToo) {
  const auto call = client_->Start(Request(true), {.token = token_, .deadline = absl::Milliseconds(200)});
  AwaitUnbinds(1);
  call->Finish();
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_CLOSED");
}

}  // namespace
}  // namespace dirlease::testing
