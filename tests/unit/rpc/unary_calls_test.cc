// The unary calls over a scripted directory, without gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "rpc/bind_calls.h"
#include "rpc/directory_calls.h"
#include "rpc/root_dse_call.h"
#include "rpc/search_call.h"
#include "rpc/session_calls.h"
#include "rpc/verify_call.h"
#include "rpc/write_calls.h"
#include "unit/rpc/fake_responder.h"
#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::FakeLdapPeer;
using testing::FakeResponder;
using testing::RecordingSink;
using testing::ResultMessage;
using Code = absl::StatusCode;

class UnaryCallsTest : public testing::ManagerFixture {
 protected:
  // Most tests call on this lease.
  void OpenLease() {
    peer_ = Open(opening_);
    info_.token = opening_.token;
  }
  template <typename Call, typename Request, typename Response>
  std::shared_ptr<Call> Begin(Request& request, Response& response) {
    responder_ = {};
    auto call = std::make_shared<Call>(manager(), info_, responder_, request, response);
    call->Start();
    loop_.RunUntilIdle();
    return call;
  }
  void ExpectEnd(Code code, const std::string& reason = "") {
    ASSERT_TRUE(responder_.status.has_value());
    EXPECT_EQ(responder_.status->code, static_cast<int>(code));
    EXPECT_THAT(responder_.status->details, HasSubstr(reason));
  }
  v1::CompareRequest Compare() const {
    v1::CompareRequest request;
    request.set_dn("cn=a");
    request.set_attribute_type("cn");
    request.set_text_value("a");
    return request;
  }
  // Runs a compare that the directory answers with `code`.
  v1::CompareResponse CompareAnswered(int code) {
    v1::CompareRequest request = Compare();
    v1::CompareResponse response;
    const auto call = Begin<CompareCall>(request, response);
    AnswerLast(peer_, code);
    return response;
  }

  CallInfo info_;
  FakeResponder responder_;
  std::shared_ptr<FakeLdapPeer> peer_;
};

TEST_F(UnaryCallsTest, CompareSaysYesOrNo) {
  OpenLease();
  const auto yes = CompareAnswered(ldap_code::kCompareTrue);
  ExpectEnd(Code::kOk);
  EXPECT_TRUE(yes.matched());
  EXPECT_EQ(yes.result().code(), ldap_code::kCompareTrue);
  EXPECT_FALSE(CompareAnswered(ldap_code::kCompareFalse).matched());
  ExpectEnd(Code::kOk);
}

TEST_F(UnaryCallsTest, ACompareAnsweredWithPlainSuccessIsNoAnswer) {
  OpenLease();
  CompareAnswered(ldap_code::kSuccess);
  ExpectEnd(Code::kInternal, "DECODING_ERROR");
}

TEST_F(UnaryCallsTest, CompareTellsTheDirectorysError) {
  OpenLease();
  CompareAnswered(32);
  ExpectEnd(Code::kNotFound, "NO_SUCH_OBJECT");
}

TEST_F(UnaryCallsTest, WhoAmIGivesTheAuthorizationId) {
  OpenLease();
  v1::WhoAmIRequest request;
  v1::WhoAmIResponse response;
  const auto call = Begin<WhoAmICall>(request, response);
  EXPECT_EQ(std::get<testing::SentExtended>(peer_->last_request().body).oid,
            "1.3.6.1.4.1.4203.1.11.3");
  Answer(peer_, {testing::ExtendedResultMessage(peer_->last_request().message_id, {}, "", "dn:cn=app")});
  ExpectEnd(Code::kOk);
  EXPECT_EQ(response.authorization_id(), "dn:cn=app");
}

TEST_F(UnaryCallsTest, AnExtendedOperationThatTheDirectoryLacksIsUnimplemented) {
  OpenLease();
  v1::ExtendedRequest request;
  request.set_oid("1.2.3");
  v1::ExtendedResponse response;
  const auto call = Begin<ExtendedCall>(request, response);
  AnswerLast(peer_, 2);
  ExpectEnd(Code::kUnimplemented, "PROTOCOL_ERROR");
}

TEST_F(UnaryCallsTest, AnExtendedAnswerHasAllThatTheDirectorySaid) {
  OpenLease();
  v1::ExtendedRequest request;
  request.set_oid("1.2.3");
  request.set_value("secret");
  v1::ExtendedResponse response;
  const auto call = Begin<ExtendedCall>(request, response);
  EXPECT_EQ(request.value(), "");
  const int id = peer_->last_request().message_id;
  Answer(peer_, {testing::IntermediateMessage(id, "1.9", "\xff"), testing::IntermediateMessage(id, "1.9", "b"),
                 testing::ExtendedResultMessage(id, {}, "1.2.4", "\xfe")});
  ExpectEnd(Code::kOk);
  ASSERT_EQ(response.intermediates_size(), 2);
  EXPECT_EQ(response.intermediates(0).value(), "\xff");
  EXPECT_EQ(response.oid(), "1.2.4");
  EXPECT_EQ(response.value(), "\xfe");
}

TEST_F(UnaryCallsTest, AnExtendedAnswerBeyondAnyMessageIsSaidToBeSo) {
  OpenLease();
  v1::ExtendedRequest request;
  request.set_oid("1.2.3");
  v1::ExtendedResponse response;
  auto call = Begin<ExtendedCall>(request, response);
  const std::string large(kMostValueOctets + 1, 'x');
  Answer(peer_, {testing::ExtendedResultMessage(peer_->last_request().message_id, {}, "", large)});
  ExpectEnd(Code::kResourceExhausted, "ENTRY_TOO_LARGE");
  call = Begin<ExtendedCall>(request, response);
  Answer(peer_, {testing::IntermediateMessage(peer_->last_request().message_id, "1.9", large)});
  ExpectEnd(Code::kResourceExhausted, "ENTRY_TOO_LARGE");
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(UnaryCallsTest, TheMadeUpPasswordIsTold) {
  OpenLease();
  v1::ChangePasswordRequest request;
  v1::ChangePasswordResponse response;
  const auto call = Begin<ChangePasswordCall>(request, response);
  Answer(peer_, {testing::ExtendedResultMessage(peer_->last_request().message_id, {}, "", "\x30\x05\x80\x03pwd")});
  ExpectEnd(Code::kOk);
  EXPECT_EQ(response.generated_password(), "pwd");
}

TEST_F(UnaryCallsTest, AMadeUpPasswordIsNeverToldWrong) {
  OpenLease();
  v1::ChangePasswordRequest request;
  v1::ChangePasswordResponse response;
  for (const std::string value : {"\x30\x04\x80\x02p\xff", "\x30\x05\x80\x03p", "pwd", ""}) {
    const auto call = Begin<ChangePasswordCall>(request, response);
    Answer(peer_, {testing::ExtendedResultMessage(peer_->last_request().message_id, {}, "", value)});
    ExpectEnd(Code::kDataLoss, "GENERATED_PASSWORD_UNREADABLE");
    EXPECT_EQ(response.generated_password(), "");
  }
  request.set_new_password("own");
  const auto call = Begin<ChangePasswordCall>(request, response);
  Answer(peer_, {testing::ExtendedResultMessage(peer_->last_request().message_id, {}, "", "pwd")});
  ExpectEnd(Code::kOk);
}

class FollowRangesTest : public UnaryCallsTest {
 protected:
  void SetUp() override {
    OpenLease();
    request_.set_dn("cn=g");
    request_.set_filter("(cn=g)");
    request_.set_follow_ranges(true);
    request_.set_value_format(v1::VALUE_FORMAT_TEXT);
    call_ = Begin<GetEntryCall>(request_, response_);
  }
  // One part, as the directory sends it.
  void AnswerPart(const testing::FakeAttributes& attributes) {
    const int id = peer_->last_request().message_id;
    Answer(peer_, {testing::EntryMessage(id, "cn=g", attributes), ResultMessage(id)});
  }
  SearchRequest LastSearch() const { return std::get<SearchRequest>(peer_->last_request().body); }

  v1::GetEntryRequest request_;
  v1::GetEntryResponse response_;
  std::shared_ptr<GetEntryCall> call_;
};

// Seconds of the one loop, if each attribute were looked for among all others.
TEST_F(FollowRangesTest, ThousandsOfAttributesAreNoMoreWorkThanTheirNumber) {
  testing::FakeAttributes attributes;
  for (int i = 0; i < 60'000; ++i) attributes.push_back({"a" + std::to_string(i), {}});
  AnswerPart(attributes);
  ExpectEnd(Code::kOk);
  EXPECT_EQ(response_.entry().attributes_size(), 60'000);
}

TEST_F(FollowRangesTest, AllPartsComeUnderOneName) {
  AnswerPart({{"cn", {"g"}}, {"member", {}}, {"member;range=0-1", {"a", "b"}}});
  EXPECT_FALSE(responder_.status);
  EXPECT_THAT(LastSearch().attributes, ElementsAre("member;range=2-*"));
  EXPECT_EQ(LastSearch().filter, "(objectClass=*)");
  EXPECT_EQ(LastSearch().scope, Scope::kBase);
  AnswerPart({{"member;range=2-3", {"c", "d"}}});
  EXPECT_THAT(LastSearch().attributes, ElementsAre("member;range=4-*"));
  AnswerPart({{"member;range=4-*", {"e"}}});
  ExpectEnd(Code::kOk);
  ASSERT_EQ(response_.entry().attributes_size(), 2);
  EXPECT_EQ(response_.entry().attributes(1).type(), "member");
  EXPECT_THAT(response_.entry().attributes(1).text_values(), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_EQ(peer_->CountOf("search"), 3u + 1u);  // and the root DSE's
}

TEST_F(FollowRangesTest, OneListOfValuesHoldsThemAll) {
  AnswerPart({{"data;range=0-0", {"text"}}});
  AnswerPart({{"data;range=1-*", {"\xff"}}});
  ExpectEnd(Code::kOk);
  EXPECT_THAT(response_.entry().attributes(0).values(), ElementsAre("text", "\xff"));
  EXPECT_EQ(response_.entry().attributes(0).text_values_size(), 0);
}

TEST_F(FollowRangesTest, SeveralAttributesAtOnce) {
  AnswerPart({{"a;range=0-0", {"1"}}, {"b;range=0-1", {"2", "3"}}});
  EXPECT_THAT(LastSearch().attributes, ElementsAre("a;range=1-*", "b;range=2-*"));
  AnswerPart({{"b;range=2-*", {"4"}}, {"a;range=1-1", {"5"}}});
  EXPECT_THAT(LastSearch().attributes, ElementsAre("a;range=2-*"));
  AnswerPart({{"a;range=2-*", {}}});
  ExpectEnd(Code::kOk);
  EXPECT_THAT(response_.entry().attributes(0).text_values(), ElementsAre("1", "5"));
  EXPECT_THAT(response_.entry().attributes(1).text_values(), ElementsAre("2", "3", "4"));
}

TEST_F(FollowRangesTest, ADirectoryThatDoesNotGoOnIsToldOf) {
  AnswerPart({{"member;range=0-1", {"a", "b"}}});
  AnswerPart({{"member;range=3-*", {"d"}}});
  ExpectEnd(Code::kFailedPrecondition, "RANGE_RESULT_LOST");
}

TEST_F(FollowRangesTest, SoIsOneThatFallsSilent) {
  AnswerPart({{"member;range=0-1", {"a", "b"}}});
  AnswerLast(peer_);
  ExpectEnd(Code::kFailedPrecondition, "RANGE_RESULT_LOST");
}

TEST_F(FollowRangesTest, SoIsOneWhosePartsBringNothing) {
  AnswerPart({{"member;range=0-1", {"a", "b"}}});
  AnswerPart({{"member;range=2-3", {}}});
  ExpectEnd(Code::kFailedPrecondition, "RANGE_RESULT_LOST");
}

TEST_F(FollowRangesTest, SoIsOneThatNeverEnds) {
  AnswerPart({{"member;range=0-0", {"v"}}});
  int asked = 0;
  while (!responder_.status) {
    ++asked;
    const std::string at = std::to_string(asked);
    AnswerPart({{"member;range=" + at + "-" + at, {"v"}}});
  }
  EXPECT_EQ(asked, RangeMerge::kMostParts + 1);
  ExpectEnd(Code::kFailedPrecondition, "RANGE_RESULT_LOST");
}

TEST_F(FollowRangesTest, SoIsOneWhoseRangeMakesNoSense) {
  AnswerPart({{"member;range=2-1", {"a", "b"}}});
  ExpectEnd(Code::kFailedPrecondition, "RANGE_RESULT_LOST");
}

TEST_F(FollowRangesTest, AFailureOnTheWayIsTheCalls) {
  AnswerPart({{"member;range=0-1", {"a", "b"}}});
  AnswerLast(peer_, 32);
  ExpectEnd(Code::kNotFound, "NO_SUCH_OBJECT");
}

TEST_F(FollowRangesTest, ACancelAbandonsThePartThatRuns) {
  AnswerPart({{"member;range=0-1", {"a", "b"}}});
  const int id = peer_->last_request().message_id;
  call_->Cancel();
  ExpectEnd(Code::kCancelled);
  EXPECT_THAT(peer_->abandoned(), ElementsAre(id));
}

TEST_F(UnaryCallsTest, WithoutBeingAskedRangesComeAsTheyAre) {
  OpenLease();
  v1::GetEntryRequest request;
  request.set_dn("cn=g");
  v1::GetEntryResponse response;
  const auto call = Begin<GetEntryCall>(request, response);
  const int id = peer_->last_request().message_id;
  Answer(peer_, {testing::EntryMessage(id, "cn=g", {{"member;range=0-1", {"a", "b"}}}), ResultMessage(id)});
  ExpectEnd(Code::kOk);
  EXPECT_EQ(response.entry().attributes(0).type(), "member;range=0-1");
}

TEST_F(UnaryCallsTest, GetEntryFindsTheEntryOrSaysWhyNot) {
  OpenLease();
  v1::GetEntryRequest request;
  request.set_dn("cn=a");
  v1::GetEntryResponse response;
  auto call = Begin<GetEntryCall>(request, response);
  const int id = peer_->last_request().message_id;
  Answer(peer_, {testing::EntryMessage(id, "cn=a", {{"photo", {"\xff"}}}), ResultMessage(id)});
  ExpectEnd(Code::kOk);
  EXPECT_EQ(response.entry().attributes(0).values(0), "\xff");
  EXPECT_EQ(response.result().name(), "success");

  response.Clear();
  call = Begin<GetEntryCall>(request, response);
  AnswerLast(peer_, 0);
  ExpectEnd(Code::kNotFound, "ENTRY_NOT_SHOWN");
  request.set_filter("(cn=b)");
  call = Begin<GetEntryCall>(request, response);
  AnswerLast(peer_, 0);
  ExpectEnd(Code::kNotFound, "FILTER_MISMATCH");
  call = Begin<GetEntryCall>(request, response);
  AnswerLast(peer_, 32);
  ExpectEnd(Code::kNotFound, "NO_SUCH_OBJECT");
}

TEST_F(UnaryCallsTest, TheRootDseIsToldWholeAndTyped) {
  OpenLease();
  const v1::GetRootDseRequest request;
  v1::GetRootDseResponse response;
  auto call = Begin<GetRootDseCall>(request, response);
  const int id = peer_->last_request().message_id;
  Answer(peer_, {testing::EntryMessage(id, "",
                                       {{"namingcontexts", {"dc=a", "dc=b"}},
                                        {"supportedControl", {"1.2"}},
                                        {"vendorName", {"\xffoo"}},
                                        {"vendorVersion", {}},
                                        {"x", {"y"}}}),
                 ResultMessage(id)});
  ExpectEnd(Code::kOk);
  EXPECT_EQ(response.entry().attributes_size(), 5);
  EXPECT_THAT(response.naming_contexts(), ElementsAre("dc=a", "dc=b"));
  EXPECT_THAT(response.supported_controls(), ElementsAre("1.2"));
  EXPECT_EQ(response.vendor_name(), "\uFFFDoo");
  EXPECT_EQ(response.vendor_version(), "");

  response.Clear();
  call = Begin<GetRootDseCall>(request, response);
  AnswerLast(peer_, 0);
  ExpectEnd(Code::kNotFound, "ENTRY_NOT_SHOWN");
}

TEST_F(UnaryCallsTest, AWriteWhoseConnectionDiesHasNoKnownOutcome) {
  OpenLease();
  v1::DeleteRequest request;
  request.set_dn("cn=a");
  v1::DeleteResponse response;
  responder_ = {};
  const auto call = std::make_shared<ResultCall<v1::DeleteRequest, v1::DeleteResponse>>(
      manager(), info_, responder_, request, response, "Delete", DeleteFromProto);
  call->Start();
  loop_.RunUntilIdle();
  peer_->QueueEof();
  PumpInput(loop_, *peer_);
  ExpectEnd(Code::kUnknown, "OUTCOME_UNKNOWN");
}

TEST_F(UnaryCallsTest, CancelOfARunningCallAbandonsOnceAndFinishesOnce) {
  OpenLease();
  v1::CompareRequest request = Compare();
  v1::CompareResponse response;
  const auto call = Begin<CompareCall>(request, response);
  call->Cancel();
  call->Cancel();
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(UnaryCallsTest, CancelAfterTheAnswerChangesNothing) {
  OpenLease();
  v1::CompareRequest request = Compare();
  v1::CompareResponse response;
  const auto call = Begin<CompareCall>(request, response);
  AnswerLast(peer_, ldap_code::kCompareTrue);
  call->Cancel();
  ExpectEnd(Code::kOk);
  EXPECT_EQ(peer_->CountOf("abandon"), 0u);
}

TEST_F(UnaryCallsTest, OperationsAreNamedInTheHeader) {
  OpenLease();
  v1::CompareRequest request = Compare();
  request.set_operation_id("mine");
  v1::CompareResponse response;
  const auto call = Begin<CompareCall>(request, response);
  EXPECT_THAT(responder_.headers,
              ElementsAre(std::pair<std::string, std::string>("ldap-operation-id", "mine")));
  call->Cancel();
}

TEST_F(UnaryCallsTest, BadInputReachesNoDirectory) {
  OpenLease();
  v1::CompareRequest request = Compare();
  request.clear_assertion();
  v1::CompareResponse response;
  Begin<CompareCall>(request, response);
  ExpectEnd(Code::kInvalidArgument, "assertion");
  EXPECT_EQ(peer_->CountOf("compare"), 0u);
}

TEST_F(UnaryCallsTest, ACallWithoutTokenNamesNoLease) {
  v1::WhoAmIRequest request;
  v1::WhoAmIResponse response;
  Begin<WhoAmICall>(request, response);
  ExpectEnd(Code::kInvalidArgument, "SESSION_MISSING");
}

TEST_F(UnaryCallsTest, TheFieldServesAsWellAsTheHeader) {
  OpenLease();
  info_.token.clear();
  v1::KeepAliveRequest request;
  request.set_session(opening_.token);
  v1::KeepAliveResponse response;
  Begin<KeepAliveCall>(request, response);
  ExpectEnd(Code::kOk);
}

TEST_F(UnaryCallsTest, TokensInHeaderAndFieldThatDifferAreRefused) {
  OpenLease();
  v1::KeepAliveRequest request;
  request.set_session("1.another");
  v1::KeepAliveResponse response;
  Begin<KeepAliveCall>(request, response);
  ExpectEnd(Code::kInvalidArgument, "SESSION_CONFLICT");
}

TEST_F(UnaryCallsTest, AnUnknownTokenIsUnauthenticatedAndNotRepeated) {
  info_.token = "1.secret-token";
  v1::KeepAliveRequest request;
  v1::KeepAliveResponse response;
  Begin<KeepAliveCall>(request, response);
  ExpectEnd(Code::kUnauthenticated, "SESSION_UNKNOWN");
  EXPECT_EQ(responder_.status->details.find("secret-token"), std::string::npos);
}

TEST_F(UnaryCallsTest, AbandonFindsARunningOperationAndNoOther) {
  OpenLease();
  RecordingSink sink;
  const std::string id = Run(*opening_.session, sink)->id();
  v1::AbandonRequest request;
  v1::AbandonResponse response;
  request.set_operation_id(id);
  Begin<AbandonCall>(request, response);
  ExpectEnd(Code::kOk);
  EXPECT_TRUE(response.found());
  EXPECT_EQ(sink.end().cause, EndCause::kAbandoned);
  Begin<AbandonCall>(request, response);
  EXPECT_FALSE(response.found());
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(UnaryCallsTest, AbandonWantsANameItCanRead) {
  OpenLease();
  v1::AbandonRequest request;
  v1::AbandonResponse response;
  Begin<AbandonCall>(request, response);
  ExpectEnd(Code::kInvalidArgument, "operation_id");
  request.set_operation_id("a/b");
  Begin<AbandonCall>(request, response);
  ExpectEnd(Code::kInvalidArgument, "operation_id");
}

TEST_F(UnaryCallsTest, OpenGivesATokenOnceInTheResponseAndInTheHeader) {
  v1::OpenSessionRequest request;
  request.mutable_credentials()->mutable_simple()->set_dn("cn=app");
  request.mutable_credentials()->mutable_simple()->set_password("pw");
  request.set_label("job");
  v1::OpenSessionResponse response;
  const auto call = Begin<OpenCall>(request, response);
  Finish();
  ExpectEnd(Code::kOk);
  EXPECT_THAT(responder_.headers,
              ElementsAre(std::pair<std::string, std::string>("ldap-session", response.token())));
  EXPECT_EQ(Missing(response.token()), "");
  EXPECT_EQ(response.session().bind_dn(), "cn=app");
  EXPECT_EQ(response.session().label(), "job");
  EXPECT_EQ(response.session().state(), v1::Session::STATE_ACTIVE);
  EXPECT_EQ(response.session().ttl().seconds(), 60);
}

TEST_F(UnaryCallsTest, ARefusedBindTellsTheDirectorysResult) {
  v1::OpenSessionRequest request;
  v1::OpenSessionResponse response;
  const auto call = Begin<OpenCall>(request, response);
  AnswerLast(Connect(), 49);
  ExpectEnd(Code::kUnauthenticated, "invalidCredentials");
  EXPECT_EQ(response.token(), "");
}

TEST_F(UnaryCallsTest, CancelOfAnOpenUnbindsWhatWasOpened) {
  v1::OpenSessionRequest request;
  v1::OpenSessionResponse response;
  const auto call = Begin<OpenCall>(request, response);
  const auto peer = Connect();
  call->Cancel();
  LetSocketsClose();
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(peer->unbinds(), 1);
  EXPECT_TRUE(manager().idle());
}

TEST_F(UnaryCallsTest, AGrantThatItsCallerDidNotHearOfIsUnbound) {
  v1::OpenSessionRequest request;
  v1::OpenSessionResponse response;
  const auto call = Begin<OpenCall>(request, response);
  const auto peer = Finish();
  call->Cancel();
  LetSocketsClose();
  EXPECT_EQ(peer->unbinds(), 1);
  EXPECT_EQ(manager().size(), 0u);
}

TEST_F(UnaryCallsTest, AGrantThatARequestIdCanFetchStays) {
  v1::OpenSessionRequest request;
  request.set_request_id("123e4567-e89b-12d3-a456-426614174000");
  v1::OpenSessionResponse response;
  const auto call = Begin<OpenCall>(request, response);
  Finish();
  call->Cancel();
  EXPECT_EQ(manager().size(), 1u);
}

TEST_F(UnaryCallsTest, KeepAliveRenewsAndTellsTheTimes) {
  OpenLease();
  loop_.Advance(absl::Seconds(50));
  v1::KeepAliveRequest request;
  v1::KeepAliveResponse response;
  Begin<KeepAliveCall>(request, response);
  EXPECT_EQ(response.ttl().seconds(), 60);
  EXPECT_EQ(response.state(), v1::Session::STATE_ACTIVE);
  loop_.Advance(absl::Seconds(50));
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(UnaryCallsTest, GetSessionListsOperationsAndDoesNotRenew) {
  OpenLease();
  RecordingSink sink;
  Run(*opening_.session, sink);
  v1::GetSessionRequest request;
  v1::GetSessionResponse response;
  Begin<GetSessionCall>(request, response);
  ASSERT_EQ(response.operations_size(), 1);
  EXPECT_EQ(response.operations(0).method(), "Search");
  EXPECT_EQ(response.operations(0).ldap_message_id(), peer_->last_request().message_id);
  EXPECT_EQ(response.session().active_operations(), 1);
  AnswerLast(peer_);
  loop_.Advance(absl::Seconds(59));
  Begin<GetSessionCall>(request, response);
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(Missing(opening_.token), "SESSION_EXPIRED");
}

TEST_F(UnaryCallsTest, GetSessionNeverTellsTheToken) {
  OpenLease();
  v1::GetSessionRequest request;
  v1::GetSessionResponse response;
  Begin<GetSessionCall>(request, response);
  EXPECT_EQ(response.SerializeAsString().find(opening_.token), std::string::npos);
}

TEST_F(UnaryCallsTest, BindsCountInTheMemoryBudgetAndAreRefusedWhereItIsScarce) {
  options_.budget_octets = 100'000;
  OpenLease();
  const auto fill = [](auto& request) {
    v1::RawControl& control = *request.add_controls()->mutable_raw();
    control.set_oid("1.2.3");
    control.set_value(std::string(40'000, 'x'));
    request.mutable_credentials()->mutable_simple()->set_dn("cn=a");
    request.mutable_credentials()->mutable_simple()->set_password("secret");
  };
  v1::VerifyCredentialsRequest verify, second_verify;
  v1::VerifyCredentialsResponse verified;
  fill(verify);
  fill(second_verify);
  const auto check = Begin<VerifyCall>(verify, verified);
  EXPECT_GT(manager().budget().used(), 80'000u);
  EXPECT_FALSE(responder_.status.has_value());
  FakeResponder responder;
  const auto call = [&](auto call) {
    responder = {};
    call(responder)->Start();
    ASSERT_TRUE(responder.status.has_value());
    EXPECT_THAT(responder.status->details, HasSubstr("MEMORY_SCARCE"));
  };
  v1::OpenSessionRequest open;
  v1::OpenSessionResponse opened;
  v1::RebindRequest rebind;
  v1::RebindResponse rebound;
  v1::ContinueBindRequest more;
  v1::ContinueBindResponse answer;
  fill(open);
  fill(rebind);
  more.set_credentials(std::string(40'000, 'x'));
  call([&](auto& to) { return std::make_shared<VerifyCall>(manager(), info_, to, second_verify, verified); });
  call([&](auto& to) { return std::make_shared<OpenCall>(manager(), info_, to, open, opened); });
  call([&](auto& to) { return std::make_shared<RebindCall>(manager(), info_, to, rebind, rebound); });
  call([&](auto& to) { return std::make_shared<ContinueBindCall>(manager(), info_, to, more, answer); });
  check->Cancel();
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(UnaryCallsTest, UnbindAnswersWhatItEndedAndASecondOneThatNothingWasLeft) {
  OpenLease();
  RecordingSink sink;
  Run(*opening_.session, sink);
  v1::UnbindRequest request;
  v1::UnbindResponse response;
  Begin<UnbindCall>(request, response);
  EXPECT_FALSE(responder_.status.has_value());
  LetSocketsClose();
  ExpectEnd(Code::kOk);
  EXPECT_TRUE(response.was_active());
  EXPECT_EQ(response.abandoned_operations(), 1);
  v1::UnbindResponse second;
  Begin<UnbindCall>(request, second);
  ExpectEnd(Code::kOk);
  EXPECT_FALSE(second.was_active());
}

TEST_F(UnaryCallsTest, AnUnbindWhoseCallerLeavesGoesOn) {
  OpenLease();
  v1::UnbindRequest request;
  v1::UnbindResponse response;
  const auto call = Begin<UnbindCall>(request, response);
  call->Cancel();
  ExpectEnd(Code::kCancelled);
  LetSocketsClose();
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(UnaryCallsTest, UnbindWithABadWaitEndsNothing) {
  OpenLease();
  v1::UnbindRequest request;
  request.mutable_wait()->set_seconds(-1);
  v1::UnbindResponse response;
  Begin<UnbindCall>(request, response);
  ExpectEnd(Code::kInvalidArgument, "wait");
  EXPECT_EQ(Missing(opening_.token), "");
}

}  // namespace
}  // namespace dirlease
