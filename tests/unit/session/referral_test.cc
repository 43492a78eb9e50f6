// What a lease asks of other directories where its target follows referrals, and what it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/paged_results.h"
#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::EntryMessage;
using testing::FakeLdapPeer;
using testing::FakeMessage;
using testing::RecordingSink;
using testing::ReferenceMessage;
using testing::ResultMessage;
using testing::SentBind;
using testing::SentRequest;
using Peer = std::shared_ptr<FakeLdapPeer>;

constexpr char kAtB[] = "ldap://b/ou=b,dc=example";
constexpr char kAtC[] = "ldap://c/ou=c,dc=example";

class ReferralTest : public testing::ManagerFixture {
 protected:
  ReferralTest() {
    policy().follow = ReferralPolicy::Follow::kAnonymous;
    for (const char* server : {"ldap://a", "ldap://b", "ldap://c"}) policy().servers.push_back(*ParseLdapUri(server));
  }
  ReferralPolicy& policy() { return targets_[0].referrals; }

  void OpenLease(OpenRequest request = Request(), Caller caller = {}) {
    a_ = Open(opening_, std::move(request), std::move(caller));
  }
  static OperationRequest SubtreeSearch(SearchRequest search = {}) {
    search.base_dn = "dc=example";
    search.filter = "(cn=*)";
    return {.body = std::move(search), .controls = {}};
  }
  Operation* Begin(OperationRequest request = SubtreeSearch()) {
    auto begun = opening_.session->Begin({"", "Search"}, std::move(request), sink_);
    loop_.RunUntilIdle();
    EXPECT_TRUE(begun.ok());
    return begun.ok() ? begun.value() : nullptr;
  }
  static int LastId(const Peer& peer) { return peer->last_request().message_id; }
  // A search at the first directory, which sends one entry, then these references and its result.
  Operation* SearchReferredTo(std::vector<std::string> urls, SearchRequest search = {}) {
    Operation* operation = Begin(SubtreeSearch(std::move(search)));
    const int id = LastId(a_);
    std::vector<FakeMessage> messages = {EntryMessage(id, "cn=a")};
    for (std::string& url : urls) messages.push_back(ReferenceMessage(id, {std::move(url)}));
    messages.push_back(ResultMessage(id));
    Answer(a_, std::move(messages));
    return operation;
  }
  static LdapResult Referral(std::vector<std::string> urls) {
    LdapResult result;
    result.code = ldap_code::kReferral;
    result.referrals = std::move(urls);
    return result;
  }
  // Until the other directory has the request.
  Peer Reach() { return Finish(); }
  static SearchRequest LastSearch(const Peer& peer) { return std::get<dirlease::SearchRequest>(peer->last_request().body); }

  Peer a_;
};

TEST_F(ReferralTest, AReferenceIsFollowedWhenTheDirectorysOwnAnswerIsThere) {
  OpenLease();
  SearchReferredTo({"ldap://b/ou=b,dc=example"});
  EXPECT_THAT(sink_.entries, ElementsAre("cn=a"));
  EXPECT_FALSE(sink_.ended());
  const Peer b = Reach();
  const auto bind = std::get<SentBind>(b->requests()[0].body);
  EXPECT_EQ(bind.name + bind.password, "");
  EXPECT_EQ(LastSearch(b).base_dn, "ou=b,dc=example");
  EXPECT_EQ(LastSearch(b).filter, "(cn=*)");
  EXPECT_EQ(LastSearch(b).scope, Scope::kSubtree);
  Answer(b, {EntryMessage(LastId(b), "cn=b"), ResultMessage(LastId(b))});
  EXPECT_THAT(sink_.entries, ElementsAre("cn=a", "cn=b"));
  EXPECT_EQ(sink_.end().cause, EndCause::kResult);
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSuccess);
  EXPECT_THAT(sink_.end().result.followed, ElementsAre("ldap://b"));
  EXPECT_THAT(sink_.left, IsEmpty());
}

TEST_F(ReferralTest, NothingIsFollowedUnlessItIsSaid) {
  policy() = ReferralPolicy();
  OpenLease();
  SearchReferredTo({kAtB});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example "));
  EXPECT_THAT(sink_.end().result.followed, IsEmpty());
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(ReferralTest, OnlyToServersThatTheConfigurationNames) {
  OpenLease();
  SearchReferredTo({"ldap://evil/dc=example", "ldaps://b/dc=example", "ldap://b:1389/dc=example", "ldap:///dc=example"});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://evil/dc=example SERVER_NOT_ALLOWED", "ldaps://b/dc=example SERVER_NOT_ALLOWED",
                                      "ldap://b:1389/dc=example SERVER_NOT_ALLOWED", "ldap:///dc=example INVALID_URL"));
  EXPECT_TRUE(sink_.ended());
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(ReferralTest, ALoopEnds) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  Answer(b, {ReferenceMessage(LastId(b), {"ldap://a/dc=example??sub"}), ReferenceMessage(LastId(b), {"LDAP://B/OU=b,DC=example"}),
             ResultMessage(LastId(b))});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://a/dc=example??sub LOOP", "LDAP://B/OU=b,DC=example LOOP"));
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSuccess);
}

TEST_F(ReferralTest, HopsAreCounted) {
  policy().most_hops = 1;
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  Answer(b, {ReferenceMessage(LastId(b), {kAtC}), ResultMessage(LastId(b))});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://c/ou=c,dc=example HOP_LIMIT"));
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, ReferencesAreCounted) {
  policy().most_followed = 1;
  OpenLease();
  SearchReferredTo({kAtB, kAtC});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://c/ou=c,dc=example TOO_MANY_REFERENCES"));
  const Peer b = Reach();
  AnswerLast(b);
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, AReferenceThatIsTooLargeIsTheCallers) {
  OpenLease();
  const std::string large = kAtB + std::string(16 * 1024, 'x');
  SearchReferredTo({large});
  EXPECT_THAT(sink_.left, ElementsAre(large + " TOO_MANY_REFERENCES"));
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(ReferralTest, EightPlacesOfAReferenceAreTried) {
  std::vector<std::string> urls;
  for (char server = 'b'; server <= 'j'; ++server) {
    urls.push_back(std::string("ldap://") + server);
    policy().servers.push_back(*ParseLdapUri(urls.back()));
  }
  OpenLease();
  Begin();
  Answer(a_, {ReferenceMessage(LastId(a_), urls), ResultMessage(LastId(a_))});
  for (int i = 0; i < 8; ++i) {
    connector_.Fail(ConnectFailure::Kind::kUnreachable, "refused");
    loop_.RunUntilIdle();
  }
  EXPECT_TRUE(sink_.ended());
  EXPECT_EQ(connector_.attempts(), 1u + 8u);
}

TEST_F(ReferralTest, ConnectionsOfALeaseAreCounted) {
  policy().most_connections = 1;
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  // Another operation, while the one connection is in use.
  RecordingSink other;
  auto begun = opening_.session->Begin({"", "Search"}, SubtreeSearch(), other);
  ASSERT_TRUE(begun.ok());
  loop_.RunUntilIdle();
  Answer(a_, {ReferenceMessage(LastId(a_), {kAtC}), ResultMessage(LastId(a_))});
  EXPECT_THAT(other.left, ElementsAre("ldap://c/ou=c,dc=example TOO_MANY_CONNECTIONS"));
  EXPECT_TRUE(other.ended());
  AnswerLast(b);
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, AnIdleConnectionMakesRoomForAnother) {
  policy().most_connections = 1;
  OpenLease();
  SearchReferredTo({kAtB, kAtC});
  const Peer b = Reach();
  AnswerLast(b);
  EXPECT_EQ(b->unbinds(), 1);
  const Peer c = Reach();
  AnswerLast(c);
  EXPECT_THAT(sink_.end().result.followed, ElementsAre("ldap://b", "ldap://c"));
}

TEST_F(ReferralTest, AReferralIsFollowedToItsAnswer) {
  OpenLease();
  Begin({.body = CompareRequest{.dn = "cn=x,dc=example", .attribute_type = "cn", .value = "x"}, .controls = {}});
  Answer(a_, {ResultMessage(LastId(a_), Referral({"ldap://evil/", "ldap://b/cn=x,dc=b"}))});
  const Peer b = Reach();
  EXPECT_EQ(std::get<CompareRequest>(b->last_request().body).dn, "cn=x,dc=b");
  AnswerLast(b, ldap_code::kCompareTrue);
  EXPECT_EQ(sink_.end().result.code, ldap_code::kCompareTrue);
  EXPECT_THAT(sink_.end().result.followed, ElementsAre("ldap://b"));
  EXPECT_EQ(sink_.end().result.not_followed, "");
}

TEST_F(ReferralTest, AReferralThatIsNotFollowedSaysWhy) {
  OpenLease();
  Begin();
  Answer(a_, {ResultMessage(LastId(a_), Referral({"ldap://evil/dc=example"}))});
  EXPECT_EQ(sink_.end().result.code, ldap_code::kReferral);
  EXPECT_THAT(sink_.end().result.referrals, ElementsAre("ldap://evil/dc=example"));
  EXPECT_EQ(sink_.end().result.not_followed, "SERVER_NOT_ALLOWED");
}

TEST_F(ReferralTest, TheLastReferralIsTheOneThatIsLeft) {
  policy().most_hops = 1;
  OpenLease();
  Begin();
  Answer(a_, {ResultMessage(LastId(a_), Referral({kAtB}))});
  const Peer b = Reach();
  Answer(b, {ResultMessage(LastId(b), Referral({kAtC}))});
  EXPECT_THAT(sink_.end().result.referrals, ElementsAre(kAtC));
  EXPECT_EQ(sink_.end().result.not_followed, "HOP_LIMIT");
  EXPECT_THAT(sink_.end().result.followed, ElementsAre("ldap://b"));
}

TEST_F(ReferralTest, AReferenceMayLeadFartherByAReferral) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  Answer(b, {ResultMessage(LastId(b), Referral({kAtC}))});
  const Peer c = Reach();
  EXPECT_EQ(LastSearch(c).base_dn, "ou=c,dc=example");
  Answer(c, {EntryMessage(LastId(c), "cn=c"), ResultMessage(LastId(c))});
  EXPECT_THAT(sink_.entries, ElementsAre("cn=a", "cn=c"));
  EXPECT_THAT(sink_.left, IsEmpty());
}

TEST_F(ReferralTest, WhatADirectoryRefersToComesBeforeTheRest) {
  OpenLease();
  SearchReferredTo({kAtB, "ldap://b/ou=last,dc=example"});
  const Peer b = Reach();
  Answer(b, {ReferenceMessage(LastId(b), {"ldap://b/ou=x,dc=example"}), ReferenceMessage(LastId(b), {"ldap://b/ou=y,dc=example"}),
             ResultMessage(LastId(b))});
  for (const char* base : {"ou=x,dc=example", "ou=y,dc=example", "ou=last,dc=example"}) {
    EXPECT_EQ(LastSearch(b).base_dn, base);
    AnswerLast(b);
  }
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, AServerThatCannotBeReachedIsTriedOnceAndItsReferencesAreLeft) {
  OpenLease();
  SearchReferredTo({kAtB, "ldap://b/ou=more,dc=example"});
  connector_.Fail(ConnectFailure::Kind::kUnreachable, "refused");
  loop_.RunUntilIdle();
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example LDAP_CONNECT_ERROR",
                                      "ldap://b/ou=more,dc=example LDAP_CONNECT_ERROR"));
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSuccess);
  EXPECT_THAT(sink_.end().result.followed, IsEmpty());
  EXPECT_EQ(Missing(opening_.token), "") << "the lease lives on";
}

TEST_F(ReferralTest, TheNextUriOfAReferenceIsTried) {
  OpenLease();
  Begin();
  Answer(a_, {ReferenceMessage(LastId(a_), {kAtB, kAtC}), ResultMessage(LastId(a_))});
  connector_.Fail(ConnectFailure::Kind::kUnreachable, "refused");
  loop_.RunUntilIdle();
  const Peer c = Reach();
  AnswerLast(c);
  EXPECT_THAT(sink_.left, IsEmpty());
  EXPECT_THAT(sink_.end().result.followed, ElementsAre("ldap://c"));
}

TEST_F(ReferralTest, ARefusedBindLeavesTheReference) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Connect();
  AnswerLast(b, 49);
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example BIND_FAILED"));
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, AnotherAnswerThanSuccessLeavesTheReference) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  Answer(b, {EntryMessage(LastId(b), "cn=b"), ResultMessage(LastId(b), 4)});
  EXPECT_THAT(sink_.entries, ElementsAre("cn=a", "cn=b"));
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example LDAP_RESULT_4"));
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSuccess);
}

TEST_F(ReferralTest, AServerThatDiesLeavesTheReferenceAndTheLease) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  Answer(b, {EntryMessage(LastId(b), "cn=b")});
  b->QueueEof();
  PumpInput(loop_, *b);
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example CONNECTION_LOST"));
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSuccess);
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(ReferralTest, WhatTheDirectoryItselfDidNotFinishIsNotFollowed) {
  OpenLease();
  Begin();
  Answer(a_, {ReferenceMessage(LastId(a_), {kAtB}), ResultMessage(LastId(a_), 4)});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example OPERATION_FAILED"));
  EXPECT_EQ(sink_.end().result.code, 4);
}

TEST_F(ReferralTest, ASizeLimitIsOneForAll) {
  OpenLease();
  SearchRequest limited;
  limited.size_limit = 2;
  SearchReferredTo({kAtB, kAtC}, limited);
  const Peer b = Reach();
  EXPECT_EQ(LastSearch(b).size_limit, 1);
  Answer(b, {EntryMessage(LastId(b), "cn=b"), ResultMessage(LastId(b))});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://c/ou=c,dc=example SIZE_LIMIT"));
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, PagesBelongToTheirDirectory) {
  OpenLease();
  OperationRequest request = SubtreeSearch();
  request.controls.push_back({std::string(kPagedResultsOid), true, EncodePagedResults(10, "")});
  Begin(std::move(request));
  Answer(a_, {ReferenceMessage(LastId(a_), {kAtB}), ResultMessage(LastId(a_))});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example NOT_THIS_REQUEST"));
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, ACancelIsOneAbandonWhereARequestIsUnanswered) {
  OpenLease();
  Operation* operation = SearchReferredTo({kAtB, kAtC});
  const Peer b = Reach();
  operation->End(EndCause::kCancelled);
  EXPECT_EQ(sink_.end().cause, EndCause::kCancelled);
  EXPECT_THAT(b->abandoned(), ElementsAre(LastId(b)));
  EXPECT_THAT(a_->abandoned(), IsEmpty());
  loop_.RunUntilIdle();
  EXPECT_EQ(connector_.attempts(), 2u) << "the second reference is nobody's any more";
}

TEST_F(ReferralTest, ACancelWhileConnectingLeavesNothingBehind) {
  OpenLease();
  Operation* operation = SearchReferredTo({kAtB});
  ASSERT_EQ(connector_.pending(), 1u);
  operation->End(EndCause::kCancelled);
  EXPECT_EQ(sink_.end().cause, EndCause::kCancelled);
  EXPECT_EQ(connector_.cancelled(), 1u);
}

TEST_F(ReferralTest, ACancelDuringTheBindUnbinds) {
  OpenLease();
  Operation* operation = SearchReferredTo({kAtB});
  const Peer b = Connect();
  operation->End(EndCause::kCancelled);
  EXPECT_THAT(b->history(), ElementsAre("bind 1", "unbind"));
}

TEST_F(ReferralTest, TheEndOfTheLeaseEndsWhatRunsElsewhere) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  bool unbound = false;
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [&](auto) { unbound = true; });
  EXPECT_EQ(sink_.end().cause, EndCause::kSessionClosed);
  EXPECT_EQ(b->abandoned().size(), 1u);
  EXPECT_EQ(b->unbinds(), 1);
  EXPECT_EQ(a_->unbinds(), 1);
  LetSocketsClose();
  EXPECT_TRUE(unbound);
}

TEST_F(ReferralTest, TheLossOfTheLeaseEndsWhatRunsElsewhere) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  a_->QueueEof();
  PumpInput(loop_, *a_);
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
  EXPECT_EQ(b->abandoned().size(), 1u);
  EXPECT_EQ(b->unbinds(), 1);
}

TEST_F(ReferralTest, AConnectionIsKeptForAWhile) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  AnswerLast(b);
  ASSERT_TRUE(sink_.ended());
  sink_ = RecordingSink();
  SearchReferredTo({kAtB});
  EXPECT_EQ(connector_.attempts(), 2u);
  AnswerLast(b);
  EXPECT_TRUE(sink_.ended());
  manager().Renew(*opening_.session);
  loop_.Advance(absl::Seconds(50));
  manager().Renew(*opening_.session);
  EXPECT_EQ(b->unbinds(), 0);
  loop_.Advance(absl::Seconds(20));
  EXPECT_EQ(b->unbinds(), 1);
}

TEST_F(ReferralTest, NothingIsAskedWhileTheReaderHoldsEnough) {
  OpenLease();
  Operation* operation = SearchReferredTo({kAtB, kAtC});
  const Peer b = Reach();
  operation->Pause();
  Answer(b, {ResultMessage(LastId(b))});
  EXPECT_EQ(b->queued_chunks(), 1u) << "not even the result is taken";
  EXPECT_EQ(connector_.attempts(), 2u);
  operation->Resume();
  PumpInput(loop_, *b);
  loop_.RunUntilIdle();
  const Peer c = Reach();
  AnswerLast(c);
  EXPECT_TRUE(sink_.ended());
}

// --- As whom. ---

TEST_F(ReferralTest, AnAnonymousLeaseIsThatElsewhereToo) {
  policy().follow = ReferralPolicy::Follow::kSameIdentity;
  OpenLease(OpenRequest());
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  EXPECT_EQ(std::get<SentBind>(b->requests()[0].body).name, "");
  AnswerLast(b);
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, ACallersPasswordIsNotKeptForIt) {
  policy().follow = ReferralPolicy::Follow::kSameIdentity;
  OpenLease();
  SearchReferredTo({kAtB});
  EXPECT_THAT(sink_.left, ElementsAre("ldap://b/ou=b,dc=example CREDENTIALS_NOT_KEPT"));
  EXPECT_TRUE(sink_.ended());
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(ReferralTest, AProfileBindsElsewhereAsHere) {
  policy().follow = ReferralPolicy::Follow::kSameIdentity;
  options_.profiles = {{.name = "reader", .targets = {"default"}, .dn = "cn=reader", .any_caller = true,
                        .authorization_ids = {"u:*"}}};
  manager().SetProfilePassword("reader", Secret("profile password"));
  OpenRequest request;
  request.profile = {"reader", "u:alice"};
  OpenLease(std::move(request));
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  EXPECT_EQ(std::get<SentBind>(b->requests()[0].body).name, "cn=reader");
  EXPECT_EQ(std::get<SentBind>(b->requests()[0].body).password, "profile password");
  ASSERT_EQ(b->last_request().controls.size(), 1u);
  EXPECT_EQ(b->last_request().controls[0].value, "u:alice");
  AnswerLast(b);
  EXPECT_TRUE(sink_.ended());
}

TEST_F(ReferralTest, ARebindClosesWhatWasBoundAsBefore) {
  OpenLease();
  SearchReferredTo({kAtB});
  const Peer b = Reach();
  AnswerLast(b);
  RebindRequest rebind;
  rebind.credentials.bind.name = "cn=other";
  rebind.credentials.bind.password = Secret("other");
  EXPECT_FALSE(manager().Rebind(*opening_.session, {}, std::move(rebind), [](auto) {}));
  EXPECT_EQ(b->unbinds(), 1);
  AnswerLast(a_);
}

// --- Writes. ---

OperationRequest ReferableWrite() {
  return {.body = ModifyRequest{.dn = "cn=x,dc=example",
                                .modifications = {{.attribute = {.type = "sn", .values = {"value"}}}}},
          .controls = {}};
}

class ReferredWriteTest : public ReferralTest {
 protected:
  // A write that the first directory has referred to the second.
  Operation* WriteReferred() {
    OpenLease();
    Operation* operation = Begin(ReferableWrite());
    Answer(a_, {ResultMessage(LastId(a_), Referral({"ldap://b/"}))});
    b_ = Reach();
    return operation;
  }
  Peer b_;
};

TEST_F(ReferredWriteTest, IsWrittenWhereItWasReferredTo) {
  WriteReferred();
  const auto sent = std::get<ModifyRequest>(b_->last_request().body);
  EXPECT_EQ(sent.dn, "cn=x,dc=example");
  EXPECT_THAT(sent.modifications[0].attribute.values, ElementsAre("value"));
  AnswerLast(b_);
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSuccess);
  EXPECT_EQ(a_->CountOf("modify"), 1u);
  EXPECT_EQ(b_->CountOf("modify"), 1u);
}

TEST_F(ReferredWriteTest, ThatWasSentAndLostThereIsUnknown) {
  WriteReferred();
  b_->QueueEof();
  PumpInput(loop_, *b_);
  EXPECT_EQ(sink_.end().cause, EndCause::kOutcomeUnknown);
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(ReferredWriteTest, WhoseLeaseEndsIsUnknown) {
  WriteReferred();
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [](auto) {});
  EXPECT_EQ(sink_.end().cause, EndCause::kOutcomeUnknown);
  EXPECT_EQ(b_->abandoned().size(), 1u);
}

TEST_F(ReferredWriteTest, WhoseLeaseIsLostIsUnknown) {
  WriteReferred();
  a_->QueueEof();
  PumpInput(loop_, *a_);
  EXPECT_EQ(sink_.end().cause, EndCause::kOutcomeUnknown);
}

TEST_F(ReferredWriteTest, ThatIsCancelledStaysCancelled) {
  WriteReferred()->End(EndCause::kCancelled);
  EXPECT_EQ(sink_.end().cause, EndCause::kCancelled);
  EXPECT_EQ(b_->abandoned().size(), 1u);
}

TEST_F(ReferredWriteTest, KeepsARebindAway) {
  WriteReferred();
  const auto refused = manager().Rebind(*opening_.session, {}, {.credentials = {}, .abandon_outstanding = true}, [](auto) {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->reason, "OPERATIONS_OUTSTANDING");
}

TEST_F(ReferredWriteTest, ExtendedOperationsAreNotFollowed) {
  OpenLease();
  Begin({.body = ExtendedRequest{.oid = kModifyPasswordOid, .value = Secret("x"), .subject = ""}, .controls = {}});
  Answer(a_, {ResultMessage(LastId(a_), Referral({"ldap://b/"}))});
  EXPECT_EQ(sink_.end().result.code, ldap_code::kReferral);
  EXPECT_EQ(sink_.end().result.not_followed, "NOT_THIS_REQUEST");
}

}  // namespace
}  // namespace dirlease
