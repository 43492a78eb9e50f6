// Promise 2 from outside: how leases begin and end, each exactly once.
#include "component/rpc/gateway_test.h"

namespace dirlease::testing {
namespace {

using LeaseTest = GatewayTest;

TEST_F(LeaseTest, IsOpenedBoundUsedAndUnbound) {
  v1::OpenSessionRequest request = SimpleBindRequest("cn=reader,dc=example", "the-password");
  request.set_label("nightly report");
  request.mutable_ttl()->set_seconds(60);
  const auto call = client_->Start(request);
  v1::OpenSessionResponse opened;
  ASSERT_TRUE(call->Read(opened));
  EXPECT_TRUE(call->Finish().ok());
  EXPECT_EQ(call->Header("ldap-session"), opened.token());
  EXPECT_EQ(opened.session().bind_dn(), "cn=reader,dc=example");
  EXPECT_EQ(opened.session().label(), "nightly report");
  EXPECT_EQ(opened.session().ttl().seconds(), 60);
  EXPECT_EQ(opened.bind().result().name(), "success");
  const auto bind = std::get<SentBind>(directory_.connection().requests().at(0).body);
  EXPECT_EQ(bind.name, "cn=reader,dc=example");
  EXPECT_EQ(bind.password, "the-password");

  EXPECT_TRUE(client_->Unbind(opened.token()).was_active());
  EXPECT_EQ(directory_.unbinds(), 1u);
  EXPECT_EQ(gateway_.Leases(), 0u);
}

TEST_F(LeaseTest, TwoDifferentTokensInHeadersNameNoLease) {
  const std::string one = client_->Open().token(), other = client_->Open().token();
  const auto end_with = [&](const std::string& second) {
    return client_->Call(v1::KeepAliveRequest(), nullptr, {.token = one, .deadline = {}, .second_token = second});
  };
  EXPECT_TRUE(end_with(one).ok());
  EXPECT_EQ(end_with(other).reason(), "SESSION_UNKNOWN");
  client_->Unbind(one);
  client_->Unbind(other);
}

TEST_F(LeaseTest, TheTokenMayComeInTheHeaderOrTheField) {
  const std::string token = client_->Open().token();
  v1::KeepAliveRequest request;
  EXPECT_TRUE(client_->Call(request, nullptr, {.token = token}).ok());
  request.set_session(token);
  EXPECT_TRUE(client_->Call(request, nullptr).ok());
  EXPECT_TRUE(client_->Call(request, nullptr, {.token = token}).ok());

  request.set_session("1.another");
  const CallEnd both = client_->Call(request, nullptr, {.token = token});
  EXPECT_EQ(both.code, Code::kInvalidArgument);
  EXPECT_EQ(both.reason(), "SESSION_CONFLICT");
  const CallEnd none = client_->Call(v1::KeepAliveRequest(), nullptr);
  EXPECT_EQ(none.code, Code::kInvalidArgument);
  EXPECT_EQ(none.reason(), "SESSION_MISSING");
  const CallEnd unknown = client_->Call(v1::KeepAliveRequest(), nullptr, {.token = "1.unknown"});
  EXPECT_EQ(unknown.code, Code::kUnauthenticated);
  EXPECT_EQ(unknown.reason(), "SESSION_UNKNOWN");
}

TEST_F(LeaseTest, GetSessionShowsWhatRuns) {
  StartSearch(SubtreeSearch("one"));
  v1::GetSessionResponse response;
  EXPECT_TRUE(client_->Call(v1::GetSessionRequest(), &response, {.token = token_}).ok());
  ASSERT_EQ(response.operations_size(), 1);
  EXPECT_EQ(response.operations(0).operation_id(), "one");
  EXPECT_EQ(response.operations(0).method(), "Search");
  EXPECT_EQ(response.operations(0).ldap_message_id(), message_id_);
  EXPECT_EQ(response.session().state(), v1::Session::STATE_ACTIVE);
}

TEST_F(LeaseTest, KeepAliveRenews) {
  const v1::OpenSessionResponse opened = client_->Open();
  gateway_.Advance(absl::Minutes(4));
  EXPECT_TRUE(KeepAlive(opened.token()).ok());
  gateway_.Advance(absl::Minutes(4));
  v1::KeepAliveResponse response;
  EXPECT_TRUE(client_->Call(v1::KeepAliveRequest(), &response, {.token = opened.token()}).ok());
  EXPECT_EQ(response.expire_time().seconds() - opened.session().expire_time().seconds(), 8 * 60);
}

TEST_F(LeaseTest, CancelWhileConnectingClosesWhatWasHalfOpen) {
  gateway_.connector().AutoSucceed(nullptr);
  const auto call = client_->Start(v1::OpenSessionRequest());
  gateway_.connector().AwaitAttempts(1);
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  gateway_.AwaitOnLoop([&](SessionManager& manager) { return manager.idle(); });
  EXPECT_EQ(gateway_.connector().cancelled(), 1u);
}

TEST_F(LeaseTest, CancelWhileBindingUnbindsOnce) {
  directory_.HoldBinds();
  const auto call = client_->Start(SimpleBindRequest("cn=reader", "the-password"));
  gateway_.connector().AwaitAttempts(1);
  directory_.connection().AwaitCountOf("bind", 1);
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("unbind", 1);
  gateway_.AwaitOnLoop([&](SessionManager& manager) { return manager.idle(); });
  EXPECT_EQ(directory_.connection().history(), (std::vector<std::string>{"bind 1", "unbind"}));
}

TEST_F(LeaseTest, ARefusedBindGrantsNothingAndIsUnbound) {
  LdapResult refused;
  refused.code = 49;
  directory_.AnswerBindsWith(refused);
  const CallEnd end = client_->Call(SimpleBindRequest("cn=reader", "wrong-password"), nullptr);
  EXPECT_EQ(end.code, Code::kUnauthenticated);
  EXPECT_EQ(end.reason(), "INVALID_CREDENTIALS");
  ASSERT_TRUE(end.ldap_result);
  EXPECT_EQ(end.ldap_result->code(), 49);
  gateway_.AwaitOnLoop([&](SessionManager& manager) { return manager.idle(); });
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(LeaseTest, UnbindDuringASearchAbandonsThenUnbindsAndSaysSo) {
  StartSearch();
  Send(Entries(message_id_, 0, 1));
  EXPECT_EQ(ReadEntries(1), 1);
  EXPECT_EQ(client_->Unbind(token_).abandoned_operations(), 1);
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kAborted);
  EXPECT_EQ(end.reason(), "SESSION_CLOSED");
  const auto history = directory_.connection().history();
  ASSERT_GE(history.size(), 2u);
  EXPECT_EQ(history[history.size() - 2], "abandon " + std::to_string(message_id_));
  EXPECT_EQ(history.back(), "unbind");
  EXPECT_EQ(directory_.unbinds(), 1u);
  EXPECT_EQ(KeepAlive(token_).code, Code::kUnauthenticated);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_CLOSED");
}

TEST_F(LeaseTest, ASecondUnbindIsAnAnswer) {
  const std::string token = client_->Open().token();
  client_->Unbind(token);
  v1::UnbindResponse second;
  EXPECT_TRUE(client_->Call(v1::UnbindRequest(), &second, {.token = token}).ok());
  EXPECT_FALSE(second.was_active());
  EXPECT_EQ(directory_.unbinds(), 1u);
  const CallEnd stranger = client_->Call(v1::UnbindRequest(), nullptr, {.token = "1.unknown"});
  EXPECT_EQ(stranger.reason(), "SESSION_UNKNOWN");
}

TEST_F(LeaseTest, UnbindWithWaitLetsTheSearchEnd) {
  StartSearch();
  v1::UnbindRequest request;
  request.mutable_wait()->set_seconds(10);
  const auto unbind = client_->Start(request, {.token = token_});
  // The lease takes nothing new from then on.
  gateway_.AwaitOnLoop([&](SessionManager& manager) { return !manager.Find({}, token_).ok(); });
  Send({EntryMessage(message_id_, "cn=last"), ResultMessage(message_id_)});
  const SearchOutcome outcome = ReadAll(*call_);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), 1);
  v1::UnbindResponse response;
  EXPECT_TRUE(unbind->Read(response));
  EXPECT_TRUE(response.was_active());
  EXPECT_EQ(response.abandoned_operations(), 0);
  EXPECT_EQ(directory_.abandons(), 0u);
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(LeaseTest, IdlenessEndsIt) {
  const std::string token = client_->Open().token();
  gateway_.Advance(absl::Minutes(5));
  directory_.connection().AwaitCountOf("unbind", 1);
  const CallEnd end = KeepAlive(token);
  EXPECT_EQ(end.code, Code::kUnauthenticated);
  EXPECT_EQ(end.reason(), "SESSION_EXPIRED");
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(LeaseTest, ARunningSearchHoldsItUntilItsMaximumAge) {
  StartSearch();
  gateway_.Advance(absl::Hours(11));
  EXPECT_TRUE(KeepAlive(token_).ok());
  gateway_.Advance(absl::Hours(1));
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kAborted);
  EXPECT_EQ(end.reason(), "SESSION_EXPIRED");
  directory_.connection().AwaitCountOf("unbind", 1);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_EXPIRED");
  EXPECT_EQ(directory_.abandons(), 1u);
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(LeaseTest, ALostDirectoryEndsReadsAndTheLease) {
  StartSearch();
  Send(Entries(message_id_, 0, 2));
  EXPECT_EQ(ReadEntries(2), 2);
  directory_.connection().QueueEof();
  const SearchOutcome outcome = ReadAll(*call_);
  EXPECT_EQ(outcome.end.code, Code::kUnavailable);
  EXPECT_EQ(outcome.end.reason(), "LDAP_SERVER_DOWN");
  EXPECT_FALSE(outcome.all.has_done());
  directory_.connection().AwaitCountOf("unbind", 1);
  EXPECT_EQ(KeepAlive(token_).code, Code::kUnauthenticated);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_LOST");
  v1::UnbindResponse late;
  EXPECT_TRUE(client_->Call(v1::UnbindRequest(), &late, {.token = token_}).ok());
  EXPECT_FALSE(late.was_active());
  EXPECT_EQ(directory_.unbinds(), 1u);
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(LeaseTest, ANoticeOfDisconnectionIsPassedOn) {
  StartSearch();
  LdapResult notice;
  notice.code = 52;
  notice.diagnostic_message = "maintenance";
  Send({UnsolicitedMessage("1.3.6.1.4.1.1466.20036", notice)});
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kUnavailable);
  EXPECT_EQ(end.reason(), "LDAP_SERVER_DOWN");
  ASSERT_TRUE(end.ldap_result);
  EXPECT_EQ(end.ldap_result->diagnostic_message(), "maintenance");
}

TEST_F(LeaseTest, DrainLetsRunningSearchesGoOnAndRefusesNewLeases) {
  StartSearch();
  client_->Open();  // idle: ends at once
  gateway_.Drain(absl::Seconds(25));
  gateway_.AwaitOnLoop([&](SessionManager&) { return directory_.unbinds() == 1; });
  EXPECT_EQ(HealthOf(*client_, ""), 2);
  EXPECT_EQ(HealthOf(*client_, "liveness"), 1);

  const CallEnd refused = client_->Call(v1::OpenSessionRequest(), nullptr);
  EXPECT_EQ(refused.code, Code::kUnavailable);
  EXPECT_EQ(refused.reason(), "DRAINING");
  EXPECT_TRUE(refused.retry_info);

  Send({EntryMessage(message_id_, "cn=last"), ResultMessage(message_id_)});
  EXPECT_TRUE(call_->Finish().ok());
  gateway_.AwaitDrained();
  EXPECT_EQ(directory_.unbinds(), 2u);
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(LeaseTest, AfterTheGraceTheSearchEndsDraining) {
  StartSearch();
  gateway_.Drain(absl::Seconds(25));
  gateway_.Advance(absl::Seconds(24));
  EXPECT_FALSE(gateway_.drained());
  gateway_.Advance(absl::Seconds(1));
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kUnavailable);
  EXPECT_EQ(end.reason(), "DRAINING");
  EXPECT_TRUE(end.retry_info);
  gateway_.AwaitDrained();
  EXPECT_EQ(directory_.abandons(), 1u);
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(LeaseTest, ARepeatedRequestIdGetsTheSameLease) {
  v1::OpenSessionRequest request;
  request.set_request_id("123e4567-e89b-12d3-a456-426614174000");
  const std::string token = client_->Open(request).token();
  EXPECT_EQ(client_->Open(request).token(), token);
  EXPECT_EQ(gateway_.connector().attempts(), 1u);
  request.set_label("different");
  EXPECT_EQ(client_->Call(request, nullptr).reason(), "REQUEST_ID_REUSED");
  client_->Unbind(token);
  EXPECT_EQ(directory_.unbinds(), 1u);
}

v1::RebindRequest RebindRequestOf(const std::string& dn, const std::string& password) {
  v1::RebindRequest request;
  *request.mutable_credentials() = SimpleBindRequest(dn, password).credentials();
  return request;
}

TEST_F(LeaseTest, RebindAnswersWhoItIsNow) {
  const std::string token = client_->Open(SimpleBindRequest("cn=a", "password")).token();
  v1::RebindResponse response;
  const CallEnd end = client_->Call(RebindRequestOf("cn=b", "password"), &response, {.token = token});
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(response.session().bind_dn(), "cn=b");
  EXPECT_EQ(response.session().state(), v1::Session::STATE_ACTIVE);
  EXPECT_EQ(response.bind().result().name(), "success");
  client_->Unbind(token);
}

TEST_F(LeaseTest, ACancelledRebindEndsTheLease) {
  token_ = client_->Open(SimpleBindRequest("cn=a", "password")).token();
  directory_.HoldBinds();
  const auto call = client_->Start(RebindRequestOf("cn=b", "password"), {.token = token_});
  directory_.connection().AwaitCountOf("bind", 2);
  EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).reason(), "BIND_IN_PROGRESS");
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("unbind", 1);
  EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).reason(), "SESSION_CLOSED");
}

TEST_F(LeaseTest, AFailedRebindTellsTheResultWholeAndEndsTheLease) {
  token_ = client_->Open(SimpleBindRequest("cn=a", "password")).token();
  LdapResult refused;
  refused.code = 49;
  refused.diagnostic_message = "no";
  refused.controls.push_back({.oid = "1.2.3", .critical = false, .value = "policy"});
  directory_.AnswerBindsWith(refused);
  const CallEnd end = client_->Call(RebindRequestOf("cn=b", "wrong"), nullptr, {.token = token_});
  EXPECT_EQ(end.reason(), "INVALID_CREDENTIALS");
  ASSERT_TRUE(end.ldap_result.has_value());
  ASSERT_EQ(end.ldap_result->controls_size(), 1);
  EXPECT_EQ(end.ldap_result->controls(0).value(), "policy");
  EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).reason(), "SESSION_CLOSED");
}

}  // namespace
}  // namespace dirlease::testing
