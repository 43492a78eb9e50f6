// Promises 3 to 5 from outside: streams are whole and in order or say that they are not, slow
// readers cost themselves only, and what the directory said arrives.
#include "component/rpc/gateway_test.h"

namespace dirlease::testing {
namespace {

using SearchTest = GatewayTest;

TEST_F(SearchTest, EntriesArriveInOrderOnceAndWhole) {
  StartSearch();
  for (int i = 0; i < 1000; i += 10) Send(Entries(message_id_, i, 10));
  Send({ReferenceMessage(message_id_, {"ldap://other/dc=example"}), ResultMessage(message_id_)});
  const SearchOutcome outcome = ReadAll(*call_);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  ASSERT_EQ(outcome.all.entries_size(), 1000);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(outcome.all.entries(i).attributes(0).values(0), std::to_string(i));
  }
  EXPECT_EQ(outcome.all.references_size(), 1);
  EXPECT_EQ(outcome.all.done().entry_count(), 1000);
  EXPECT_EQ(outcome.all.done().reference_count(), 1);
}

TEST_F(SearchTest, OneEntryAMessageOnDemand) {
  v1::SearchRequest request = SubtreeSearch();
  request.set_max_entries_per_message(1);
  StartSearch(request);
  // In one turn of the loop, so that the result is there before the last entry was written.
  std::vector<FakeMessage> answer = Entries(message_id_, 0, 20);
  answer.push_back(ResultMessage(message_id_));
  Send(std::move(answer));
  EXPECT_EQ(ReadAll(*call_).messages, 20);
}

TEST_F(SearchTest, APartialResultIsAFailureUnlessItWasAskedFor) {
  for (const bool accept : {false, true}) {
    v1::SearchRequest request = SubtreeSearch();
    request.set_accept_partial(accept);
    StartSearch(request);
    Send({EntryMessage(message_id_, "cn=first"), ResultMessage(message_id_, 4)});
    const SearchOutcome outcome = ReadAll(*call_);
    EXPECT_EQ(outcome.end.code, accept ? Code::kOk : Code::kResourceExhausted);
    EXPECT_EQ(outcome.end.reason(), accept ? "" : "SIZE_LIMIT_EXCEEDED");
    EXPECT_EQ(outcome.all.entries_size(), 1);
    EXPECT_EQ(outcome.all.done().result().code(), 4);
  }
}

TEST_F(SearchTest, AReaderWhoTakesNothingLosesItsSearchAndNothingElse) {
  StartSearch();
  for (int i = 0; i < 100; ++i) Send(Entries(message_id_, i, 1, 100'000));
  AwaitPaused();
  ASSERT_FALSE(HasFailure());
  EXPECT_GT(directory_.connection().queued_chunks(), 10u);  // the rest stays with the directory
  EXPECT_LT(gateway_.BudgetUsed(), 512u * 1024);
  gateway_.Advance(absl::Seconds(29));
  EXPECT_EQ(directory_.abandons(), 0u);
  for (int i = 0; i < 100 && directory_.abandons() == 0; ++i) {
    AwaitPaused();
    gateway_.Advance(absl::Seconds(30));
  }
  ASSERT_EQ(directory_.abandons(), 1u);
  const SearchOutcome outcome = ReadAll(*call_);
  EXPECT_EQ(outcome.end.code, Code::kResourceExhausted);
  EXPECT_EQ(outcome.end.reason(), "SLOW_CONSUMER");
  EXPECT_FALSE(outcome.all.has_done());
  // What was delivered is in order and without holes.
  for (int i = 0; i < outcome.all.entries_size(); ++i) {
    EXPECT_EQ(outcome.all.entries(i).attributes(0).values(0), std::to_string(i));
  }
  gateway_.AwaitBudgetFree();
  AwaitTaken();
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).ok());
  EXPECT_EQ(directory_.abandons(), 1u);
}

// Over HTTP/2's flow control: the caller's side takes its window full and no more.
TEST_F(SearchTest, WhoReadsNothingIsCutOffAndHoldsNothing) {
  StartSearch();
  for (int i = 0; i < 100; ++i) Send(Entries(message_id_, i, 1, 100'000));
  AwaitPaused();
  gateway_.Advance(absl::Seconds(30));
  directory_.connection().AwaitCountOf("abandon", 1);
  gateway_.Advance(absl::Seconds(30));
  gateway_.AwaitBudgetFree();
  call_->Finish();
}

TEST_F(SearchTest, WhoDoesNotReadTheEndIsCutOffToo) {
  StartSearch();
  Send(Entries(message_id_, 0, 1, 200'000));
  Send({ResultMessage(message_id_)});
  gateway_.AwaitOnLoop(
      [&](SessionManager&) { return directory_.connection().outstanding().empty(); });
  gateway_.Advance(absl::Seconds(30));
  gateway_.Advance(absl::Seconds(30));
  gateway_.AwaitBudgetFree();
  call_->Finish();
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(SearchTest, TheWholeResultIsInTheDetails) {
  StartSearch();
  LdapResult result;
  result.code = 32;
  result.matched_dn = "dc=example";
  result.diagnostic_message = "there is no such thing";
  Send({ResultMessage(message_id_, result)});
  const SearchOutcome outcome = ReadAll(*call_);
  EXPECT_EQ(outcome.end.code, Code::kNotFound);
  EXPECT_EQ(outcome.end.reason(), "NO_SUCH_OBJECT");
  ASSERT_TRUE(outcome.end.error_info);
  EXPECT_EQ(outcome.end.error_info->domain(), "dirlease");
  EXPECT_EQ(outcome.end.error_info->metadata().at("ldapCode"), "32");
  ASSERT_TRUE(outcome.end.ldap_result);
  EXPECT_EQ(outcome.end.ldap_result->name(), "noSuchObject");
  EXPECT_EQ(outcome.end.ldap_result->matched_dn(), "dc=example");
  EXPECT_EQ(outcome.end.ldap_result->diagnostic_message(), "there is no such thing");
  ASSERT_TRUE(outcome.end.resource_info);
  EXPECT_EQ(outcome.end.resource_info->resource_name(), "dc=example");
  // And whole in the stream, where nothing has to be cut.
  EXPECT_EQ(outcome.all.done().result().matched_dn(), "dc=example");
}

TEST_F(SearchTest, HugeResultsArriveAsTheStatusTheyAre) {
  StartSearch();
  LdapResult result;
  result.code = 10;
  result.matched_dn = std::string(3000, 'd');
  result.diagnostic_message = std::string(100'000, 't');
  for (int i = 0; i < 200; ++i) result.referrals.push_back("ldap://host/" + std::string(100, 'r'));
  Send({ResultMessage(message_id_, result)});
  const SearchOutcome outcome = ReadAll(*call_);
  EXPECT_EQ(outcome.end.reason(), "REFERRAL");
  EXPECT_LE(outcome.end.details_octets + outcome.end.message.size(), 4096u);
  ASSERT_TRUE(outcome.end.ldap_result);
  EXPECT_TRUE(outcome.end.ldap_result->truncated());
  EXPECT_EQ(outcome.all.done().result().referrals_size(), 200);
  EXPECT_EQ(outcome.all.done().result().diagnostic_message().size(), 100'000u);
}

TEST_F(SearchTest, ABusyDirectorySaysWhenToComeBack) {
  StartSearch();
  Send({ResultMessage(message_id_, 51)});
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kUnavailable);
  EXPECT_EQ(end.reason(), "BUSY");
  EXPECT_TRUE(end.retry_info);
}

TEST_F(SearchTest, BadRequestsNameTheFieldAndReachNobody) {
  token_ = client_->Open().token();
  const auto refused_field = [&](const v1::SearchRequest& request) {
    const SearchOutcome outcome = RunSearch(*client_, request, token_);
    EXPECT_EQ(outcome.end.code, Code::kInvalidArgument) << request.DebugString();
    if (!outcome.end.bad_request) return std::string("none");
    return outcome.end.bad_request->field_violations(0).field();
  };
  v1::SearchRequest request = SubtreeSearch();
  request.set_filter("(cn=");
  EXPECT_EQ(refused_field(request), "filter");
  request = SubtreeSearch();
  request.set_base_dn("no dn at all");
  EXPECT_EQ(refused_field(request), "base_dn");
  request = SubtreeSearch();
  request.set_size_limit(-1);
  EXPECT_EQ(refused_field(request), "size_limit");
  request = SubtreeSearch("not an id!");
  EXPECT_EQ(refused_field(request), "operation_id");
  request = SubtreeSearch();
  request.set_scope(static_cast<v1::Scope>(99));
  EXPECT_EQ(refused_field(request), "scope");

  v1::OpenSessionRequest open = SimpleBindRequest("cn=reader", "");
  EXPECT_EQ(client_->Call(open, nullptr).bad_request->field_violations(0).field(),
            "credentials.simple.password");
  open = {};
  open.set_target("unknown");
  EXPECT_EQ(client_->Call(open, nullptr).bad_request->field_violations(0).field(), "target");
  EXPECT_EQ(directory_.connection().CountOf("search"), 1u);  // the root DSE's
  EXPECT_EQ(gateway_.connector().attempts(), 1u);
}

TEST_F(SearchTest, AnIdInUseIsRefused) {
  StartSearch(SubtreeSearch("same"));
  const SearchOutcome second = RunSearch(*client_, SubtreeSearch("same"), token_);
  EXPECT_EQ(second.end.code, Code::kInvalidArgument);
  EXPECT_EQ(second.end.bad_request->field_violations(0).field(), "operation_id");
}

TEST_F(SearchTest, OneOperationTooManyIsRefusedAtOnce) {
  StartSearch();
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (int i = 1; i < 64; ++i) calls.push_back(client_->Start(SubtreeSearch(), {.token = token_}));
  AwaitOperations(64);
  const SearchOutcome refused = RunSearch(*client_, SubtreeSearch(), token_);
  EXPECT_EQ(refused.end.code, Code::kResourceExhausted);
  EXPECT_EQ(refused.end.reason(), "TOO_MANY_OPERATIONS");
}

TEST_F(SearchTest, UnaryCallsAnswer) {
  token_ = client_->Open().token();
  v1::WhoAmIResponse me;
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), &me, {.token = token_}).ok());
  EXPECT_EQ(me.authorization_id(), "dn:cn=me");

  v1::CompareRequest compare;
  compare.set_dn("cn=me");
  compare.set_attribute_type("sn");
  for (const bool matched : {true, false}) {
    compare.set_text_value(matched ? "yes" : "no");
    v1::CompareResponse response;
    EXPECT_TRUE(client_->Call(compare, &response, {.token = token_}).ok());
    EXPECT_EQ(response.matched(), matched);
    EXPECT_EQ(response.result().name(), matched ? "compareTrue" : "compareFalse");
  }
}

}  // namespace
}  // namespace dirlease::testing
