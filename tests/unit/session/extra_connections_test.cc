// Leases with several connections: when one is added and when one goes, what runs where, and how each of them ends.
#include "session/extra_connections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <deque>

#include "model/content_sync.h"
#include "model/paged_results.h"
#include "model/sort_control.h"
#include "model/virtual_list_view.h"
#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::EntryMessage;
using testing::FakeLdapPeer;
using testing::RecordingSink;
using testing::ResultMessage;
using testing::SentBind;
using Peer = std::shared_ptr<FakeLdapPeer>;

constexpr size_t kPlaces = Connection::kMostExecuting;
constexpr int kRefused = 49;
constexpr absl::Duration kIdleTime = ExtraConnections::kIdleTime;
constexpr absl::Duration kRetryAfter = ExtraConnections::kRetryAfter;

class ExtraConnectionsTest : public testing::ManagerFixture {
 protected:
  ExtraConnectionsTest() {
    targets_[0].most_connections = 3;
    options_.default_ttl = options_.max_ttl;
  }
  // Its operations end while their sinks are there.
  ~ExtraConnectionsTest() override { manager().Unbind({}, opening_.token, absl::ZeroDuration(), [](auto) {}); }

  void OpenLease(OpenRequest request = Request(), Caller caller = {}) {
    a_ = Open(opening_, std::move(request), std::move(caller));
  }
  Session& session() { return *opening_.session; }

  static OperationRequest Search(SearchRequest search = {}, std::vector<Control> controls = {}) {
    search.base_dn = "dc=example";
    search.filter = "(cn=*)";
    return {.body = std::move(search), .controls = std::move(controls)};
  }
  static OperationRequest Delete() { return {.body = DeleteRequest{.dn = "cn=x"}, .controls = {}}; }

  // Begins it and sends it if there is a place.
  Operation* Begin(RecordingSink& sink, OperationRequest request = Search()) {
    auto begun = session().Begin({"", "Search"}, std::move(request), sink);
    loop_.RunUntilIdle();
    EXPECT_TRUE(begun.ok());
    return begun.ok() ? begun.value() : nullptr;
  }
  RecordingSink& NewSink() { return sinks_.emplace_back(); }
  void BeginSearches(size_t count) {
    for (size_t i = 0; i < count; ++i) Begin(NewSink());
  }
  // Lets a further connection come about.
  Peer Grow() {
    Peer peer = Connect();
    AnswerLast(peer);
    return peer;
  }
  // A lease with a second connection, on which the last of its searches runs.
  Peer OpenLeaseOfTwo() {
    OpenLease();
    BeginSearches(kPlaces + 1);
    return Grow();
  }
  // The same, with the places of the first connection free again.
  Peer OpenLeaseOfTwoWithPlaces() {
    Peer b = OpenLeaseOfTwo();
    AnswerAll(a_);
    return b;
  }
  void AnswerAll(const Peer& peer) {
    for (const int id : peer->outstanding()) Answer(peer, {ResultMessage(id)});
  }
  static testing::FakeMessage PageEnd(int id) {
    LdapResult result;
    result.controls.push_back({std::string(kPagedResultsOid), false, EncodePagedResults(0, "cookie")});
    return ResultMessage(id, std::move(result));
  }
  void Lose(const Peer& peer) {
    peer->QueueEof();
    PumpInput(loop_, *peer);
  }
  static SentBind BindOf(const Peer& peer) { return std::get<SentBind>(peer->requests().at(0).body); }
  static int LastId(const Peer& peer) { return peer->last_request().message_id; }
  RecordingSink& last_sink() { return sinks_.back(); }

  Peer a_;  // the first connection's
  std::deque<RecordingSink> sinks_;
};

TEST_F(ExtraConnectionsTest, OneIsAddedWhenAnOperationWaitsForAPlace) {
  OpenLease();
  BeginSearches(kPlaces);
  EXPECT_EQ(connector_.attempts(), 1u);
  const Operation* waiting = Begin(NewSink());
  EXPECT_EQ(connector_.attempts(), 2u);
  EXPECT_EQ(waiting->state(), Operation::State::kQueued);
  const Peer b = Grow();
  EXPECT_EQ(waiting->state(), Operation::State::kRunning);
  EXPECT_EQ(waiting->connection_number(), 1);
  EXPECT_EQ(b->CountOf("search"), 1u);
  EXPECT_EQ(session().connections(), 2u);
  AnswerAll(b);
  EXPECT_TRUE(last_sink().ended());
}

TEST_F(ExtraConnectionsTest, TheyAreAddedOneByOneUpToTheLimit) {
  OpenLease();
  BeginSearches(3 * kPlaces + 2);
  EXPECT_EQ(connector_.attempts(), 2u);
  Grow();
  EXPECT_EQ(connector_.attempts(), 3u);
  Grow();
  EXPECT_EQ(connector_.attempts(), 3u);
  EXPECT_EQ(session().connections(), 3u);
  EXPECT_EQ(session().waiting_operations(), 2u);
}

TEST_F(ExtraConnectionsTest, ALeaseIsOneConnectionWhereTheTargetSaysNothingElse) {
  targets_[0].most_connections = 1;
  OpenLease();
  BeginSearches(3 * kPlaces);
  EXPECT_EQ(connector_.attempts(), 1u);
  EXPECT_FALSE(session().has_extras()) << "nothing keeps its credentials";
}

TEST_F(ExtraConnectionsTest, TheyLeadToTheUriOfTheFirstOneOnly) {
  targets_[0].uris.push_back({.text = "ldap://z", .host = "z"});
  OpenLeaseOfTwo();
  EXPECT_THAT(connector_.uris(), ElementsAre(ElementsAre("ldap://a", "ldap://z"), ElementsAre("ldap://a")));
}

TEST_F(ExtraConnectionsTest, TheyAreBoundAsTheLeaseIs) {
  OpenRequest request = Request();
  request.bind.controls = {{.oid = "1.2.3"}};
  OpenLease(std::move(request));
  BeginSearches(kPlaces + 1);
  const Peer b = Grow();
  EXPECT_EQ(BindOf(b).name, "cn=app");
  EXPECT_EQ(BindOf(b).password, "correct horse");
  EXPECT_THAT(b->requests()[0].controls, IsEmpty());
}

TEST_F(ExtraConnectionsTest, AnonymousLeasesGrow) {
  OpenLease({});
  BeginSearches(kPlaces + 1);
  EXPECT_EQ(BindOf(Grow()).name, "");
}

TEST_F(ExtraConnectionsTest, ManagedSaslIsDoneAgain) {
  OpenRequest request;
  request.bind.sasl.emplace().mechanism = "SCRAM-SHA-256";
  request.bind.sasl->identity.emplace().password = Secret("correct horse");
  for (int i = 0; i < 2; ++i) connector_.sasl().Say("message", true);
  OpenLease(std::move(request));
  BeginSearches(kPlaces + 1);
  Grow();
  EXPECT_EQ(session().connections(), 2u);
  EXPECT_THAT(connector_.sasl().passwords, ElementsAre("correct horse", "correct horse"));
}

TEST_F(ExtraConnectionsTest, RelayedSaslStaysAtOneConnection) {
  OpenRequest request;
  request.bind.sasl.emplace().mechanism = "PLAIN";
  request.bind.sasl->credentials = Secret("message");
  OpenLease(std::move(request));
  BeginSearches(kPlaces + 1);
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(ExtraConnectionsTest, AProfileIsAskedForEachTime) {
  options_.profiles = {{.name = "reader", .targets = {"default"}, .dn = "cn=reader", .any_caller = true}};
  manager().SetProfilePassword("reader", Secret("old"));
  OpenRequest request;
  request.profile = {"reader", ""};
  OpenLease(std::move(request));
  manager().SetProfilePassword("reader", Secret("new"));
  BeginSearches(kPlaces + 1);
  const Peer b = Grow();
  EXPECT_EQ(BindOf(b).name, "cn=reader");
  EXPECT_EQ(BindOf(b).password, "new");
}

TEST_F(ExtraConnectionsTest, WhatBelongsToAConnectionRunsOnTheFirst) {
  const std::vector<OperationRequest> pinned = [] {
    std::vector<OperationRequest> all;
    all.push_back(Delete());
    all.push_back({.body = ExtendedRequest{.oid = kWhoAmIOid, .value = {}, .subject = {}}, .controls = {}});
    constexpr std::string_view kTransaction = "1.3.6.1.1.21.2", kUnknown = "1.2.3";
    for (const auto oid : {kPagedResultsOid, kVirtualListViewRequestOid, kSyncRequestOid, kTransaction, kUnknown}) {
      all.push_back(Search({}, {{.oid = std::string(oid)}}));
    }
    return all;
  }();
  for (const OperationRequest& request : pinned) EXPECT_FALSE(MayRunOnAnyConnection(request)) << SubjectOf(request);
  EXPECT_TRUE(MayRunOnAnyConnection(Search({}, {{.oid = std::string(kSortRequestOid)}})));
  EXPECT_TRUE(MayRunOnAnyConnection({.body = CompareRequest(), .controls = {}}));
}

TEST_F(ExtraConnectionsTest, AWriteWaitsForTheFirstOneAndHoldsUpNoSearch) {
  const Peer b = OpenLeaseOfTwo();
  const Operation* write = Begin(NewSink(), Delete());
  EXPECT_EQ(write->state(), Operation::State::kQueued);
  const Operation* search = Begin(NewSink());
  EXPECT_EQ(search->connection_number(), 1);
  Answer(a_, {ResultMessage(*a_->outstanding().begin())});
  EXPECT_EQ(write->state(), Operation::State::kRunning);
  EXPECT_EQ(a_->CountOf("delete"), 1u);
  EXPECT_EQ(b->CountOf("delete"), 0u);
}

TEST_F(ExtraConnectionsTest, NothingIsAddedForWhatCannotRunThere) {
  OpenLease();
  BeginSearches(kPlaces);
  Begin(NewSink(), Delete());
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(ExtraConnectionsTest, TheFirstOneIsUsedAsLongAsItHasPlaces) {
  const Peer b = OpenLeaseOfTwoWithPlaces();
  EXPECT_EQ(Begin(NewSink())->connection_number(), 0);
}

TEST_F(ExtraConnectionsTest, ASlowReadersConnectionIsAvoided) {
  const Peer b = OpenLeaseOfTwoWithPlaces();
  Operation* slow = Begin(NewSink());
  slow->Pause();
  EXPECT_EQ(session().paused_connections(), 1u);
  EXPECT_EQ(Begin(NewSink())->connection_number(), 1);
  slow->Resume();
  EXPECT_EQ(Begin(NewSink())->connection_number(), 0);
}

TEST_F(ExtraConnectionsTest, WhatWouldWaitBehindASlowReaderWaitsForAPlaceElsewhere) {
  targets_[0].most_connections = 2;
  const Peer b = OpenLeaseOfTwo();
  session().operations().back()->Pause();
  const Operation* search = Begin(NewSink());
  EXPECT_EQ(search->state(), Operation::State::kQueued);
  Answer(a_, {ResultMessage(*a_->outstanding().begin())});
  EXPECT_EQ(search->connection_number(), 0);
}

TEST_F(ExtraConnectionsTest, ItIsSentWhenTheReaderGoesOn) {
  targets_[0].most_connections = 2;
  const Peer b = OpenLeaseOfTwo();
  Operation* slow = session().operations().back().get();
  slow->Pause();
  const Operation* search = Begin(NewSink());
  EXPECT_EQ(search->state(), Operation::State::kQueued);
  slow->Resume();
  loop_.RunUntilIdle();
  EXPECT_EQ(search->connection_number(), 1);
}

TEST_F(ExtraConnectionsTest, OneIsAddedWhenAllWaitForSlowReaders) {
  OpenLease();
  Begin(NewSink())->Pause();
  const Operation* search = Begin(NewSink());
  EXPECT_EQ(search->state(), Operation::State::kQueued);
  const Peer b = Grow();
  EXPECT_EQ(search->connection_number(), 1);
  EXPECT_EQ(b->CountOf("search"), 1u);
}

TEST_F(ExtraConnectionsTest, WhereNoneCanBeAddedItGoesBehindASlowReader) {
  OpenLease();
  Begin(NewSink())->Pause();
  const Operation* search = Begin(NewSink());
  AnswerLast(Connect(), kRefused);
  EXPECT_EQ(search->state(), Operation::State::kRunning);
  EXPECT_EQ(search->connection_number(), 0);
  EXPECT_EQ(session().connections(), 1u);
}

TEST_F(ExtraConnectionsTest, OfManySlowReadersConnectionsTheFirstWithAPlaceIsTaken) {
  targets_[0].most_connections = 2;
  const Peer b = OpenLeaseOfTwo();
  session().operations().front()->Pause();
  const Operation* search = Begin(NewSink());
  EXPECT_EQ(search->state(), Operation::State::kRunning) << "the other one reads";
  session().operations().back()->Pause();
  EXPECT_EQ(Begin(NewSink())->connection_number(), 1) << "the first one has no place";
}

TEST_F(ExtraConnectionsTest, APagedSearchStaysWhereItBegan) {
  OpenLease();
  BeginSearches(kPlaces);
  RecordingSink& sink = NewSink();
  const Operation* search = Begin(sink, Search({.page_size = 2}));
  const Peer b = Grow();
  AnswerAll(a_);
  Answer(b, {PageEnd(LastId(b))});
  EXPECT_EQ(b->CountOf("search"), 2u);
  EXPECT_EQ(search->connection_number(), 1);
  AnswerAll(b);
  EXPECT_TRUE(sink.ended());
}

TEST_F(ExtraConnectionsTest, AnAbandonGoesToTheConnectionThatCarriesTheOperation) {
  const Peer b = OpenLeaseOfTwo();
  session().operations().back()->End(EndCause::kAbandoned);
  EXPECT_EQ(b->abandoned().size(), 1u);
  EXPECT_THAT(a_->abandoned(), IsEmpty());
}

TEST_F(ExtraConnectionsTest, OneThatIsIdleIsUnboundAndTheLeaseLivesOn) {
  const Peer b = OpenLeaseOfTwoWithPlaces();
  AnswerAll(b);
  loop_.Advance(kIdleTime);
  EXPECT_EQ(b->unbinds(), 0) << "something ran in that time";
  loop_.Advance(kIdleTime);
  EXPECT_EQ(b->unbinds(), 1);
  EXPECT_EQ(session().connections(), 1u);
  EXPECT_EQ(Missing(opening_.token), "");
  EXPECT_EQ(a_->unbinds(), 0);
}

TEST_F(ExtraConnectionsTest, OneThatWorksIsNotIdle) {
  const Peer b = OpenLeaseOfTwoWithPlaces();
  loop_.Advance(5 * kIdleTime);
  EXPECT_EQ(b->unbinds(), 0);
}

TEST_F(ExtraConnectionsTest, WhenOneWentAnotherCanCome) {
  OpenLeaseOfTwoWithPlaces();
  AnswerAll(connector_.peers().at(1));
  loop_.Advance(2 * kIdleTime + absl::Seconds(1));
  BeginSearches(kPlaces + 1);
  const Peer c = Grow();
  EXPECT_EQ(BindOf(c).password, "correct horse");
  EXPECT_EQ(c->CountOf("search"), 1u);
}

TEST_F(ExtraConnectionsTest, WhatALostOneHadNotAnsweredIsAskedOnTheFirst) {
  const Peer b = OpenLeaseOfTwo();
  Lose(b);
  EXPECT_FALSE(last_sink().ended());
  EXPECT_EQ(Missing(opening_.token), "");
  EXPECT_EQ(b->unbinds(), 1);
  EXPECT_EQ(session().waiting_operations(), 1u);
  Answer(a_, {ResultMessage(*a_->outstanding().begin())});
  AnswerAll(a_);
  EXPECT_EQ(last_sink().end().cause, EndCause::kResult);
}

TEST_F(ExtraConnectionsTest, AfterALossNoneIsAddedForAWhile) {
  const Peer b = OpenLeaseOfTwo();
  Lose(b);
  BeginSearches(1);
  EXPECT_EQ(connector_.attempts(), 2u) << "what closes each of them would be bound to without end";
  loop_.Advance(kRetryAfter);
  BeginSearches(1);
  EXPECT_EQ(connector_.attempts(), 3u);
}

TEST_F(ExtraConnectionsTest, ANoticeOfDisconnectionIsThatConnectionsOnly) {
  const Peer b = OpenLeaseOfTwoWithPlaces();
  Answer(b, {testing::UnsolicitedMessage("1.3.6.1.4.1.1466.20036", LdapResult{.code = 52})});
  EXPECT_EQ(b->unbinds(), 1);
  EXPECT_EQ(session().connections(), 1u);
  AnswerAll(a_);
  EXPECT_EQ(last_sink().end().cause, EndCause::kResult);
}

TEST_F(ExtraConnectionsTest, WhatALostOneHadBegunToAnswerEnds) {
  const Peer b = OpenLeaseOfTwo();
  Answer(b, {EntryMessage(LastId(b), "cn=1")});
  Lose(b);
  EXPECT_EQ(last_sink().end().cause, EndCause::kLost);
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(ExtraConnectionsTest, ASearchBetweenTwoPagesOfALostOneEnds) {
  OpenLease();
  BeginSearches(kPlaces);
  RecordingSink& sink = NewSink();
  const Operation* search = Begin(sink, Search({.page_size = 2}));
  const Peer b = Grow();
  const int page = search->message_id();
  BeginSearches(kPlaces);  // the last one waits, and takes the place that the page's end frees
  Answer(b, {PageEnd(page)});
  EXPECT_EQ(search->state(), Operation::State::kBetweenPages);
  Lose(b);
  EXPECT_EQ(sink.end().cause, EndCause::kLost);
}

TEST_F(ExtraConnectionsTest, TheLossOfTheFirstOneEndsTheLease) {
  const Peer b = OpenLeaseOfTwo();
  Lose(a_);
  for (const RecordingSink& sink : sinks_) EXPECT_EQ(sink.end().cause, EndCause::kLost);
  EXPECT_EQ(b->abandoned().size(), 1u);
  EXPECT_EQ(b->unbinds(), 1);
  EXPECT_EQ(Missing(opening_.token), "SESSION_LOST");
}

TEST_F(ExtraConnectionsTest, AnUnbindUnbindsEachOnceAndAnswersWhenAllAreClosed) {
  const Peer b = OpenLeaseOfTwo();
  int answers = 0;
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [&](auto) { ++answers; });
  EXPECT_EQ(a_->unbinds(), 1);
  EXPECT_EQ(b->unbinds(), 1);
  EXPECT_EQ(b->history().back(), "unbind");
  ASSERT_TRUE(loop_.Signal(a_->fd(), EPOLLIN)) << "the directory has closed the first one";
  loop_.RunUntilIdle();
  EXPECT_EQ(answers, 0);
  LetSocketsClose();
  EXPECT_EQ(answers, 1);
}

TEST_F(ExtraConnectionsTest, AnUnbindEndsOneThatIsBeingAdded) {
  OpenLease();
  BeginSearches(kPlaces + 1);
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [](auto) {});
  EXPECT_EQ(connector_.cancelled(), 1u);
}

TEST_F(ExtraConnectionsTest, ARebindClosesThemFirstAndLaterOnesAreTheNewIdentitys) {
  const Peer b = OpenLeaseOfTwo();
  RebindRequest request;
  request.credentials.bind.name = "cn=other";
  request.credentials.bind.password = Secret("another");
  request.abandon_outstanding = true;
  int answers = 0;
  ASSERT_FALSE(manager().Rebind(session(), {}, std::move(request), [&](auto) { ++answers; }));
  EXPECT_EQ(b->unbinds(), 1);
  AnswerLast(a_);
  EXPECT_EQ(answers, 1);
  loop_.Advance(absl::Seconds(2));
  BeginSearches(kPlaces + 1);
  const Peer c = Grow();
  EXPECT_EQ(BindOf(c).name, "cn=other");
  EXPECT_EQ(BindOf(c).password, "another");
}

TEST_F(ExtraConnectionsTest, OneThatCannotBeReachedCostsNothingAndIsNotTriedAgainAtOnce) {
  OpenLease();
  BeginSearches(kPlaces + 1);
  connector_.Fail(ConnectFailure::Kind::kUnreachable, "refused");
  loop_.RunUntilIdle();
  for (const RecordingSink& sink : sinks_) EXPECT_FALSE(sink.ended());
  BeginSearches(1);
  EXPECT_EQ(connector_.attempts(), 2u);
  loop_.Advance(kRetryAfter);
  BeginSearches(1);
  EXPECT_EQ(connector_.attempts(), 3u);
  AnswerAll(a_);
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(ExtraConnectionsTest, ABindThatIsRefusedIsNotTriedAgain) {
  OpenLease();
  BeginSearches(kPlaces + 1);
  const Peer b = Connect();
  AnswerLast(b, kRefused);
  EXPECT_EQ(b->unbinds(), 1);
  loop_.Advance(2 * kRetryAfter);
  BeginSearches(1);
  EXPECT_EQ(connector_.attempts(), 2u);
  for (const RecordingSink& sink : sinks_) EXPECT_FALSE(sink.ended());
}

TEST_F(ExtraConnectionsTest, AProfileThatIsNoMoreUsableCostsNothing) {
  options_.profiles = {{.name = "reader", .targets = {"default"}, .dn = "cn=reader", .any_caller = true}};
  manager().SetProfilePassword("reader", Secret("old"));
  OpenRequest request;
  request.profile = {"reader", ""};
  OpenLease(std::move(request));
  manager().SetProfilePassword("reader", Secret());
  BeginSearches(kPlaces + 1);
  EXPECT_EQ(connector_.attempts(), 1u);
  EXPECT_FALSE(last_sink().ended());
}

TEST_F(ExtraConnectionsTest, TheLoadCountsConnectionsByTarget) {
  OpenLeaseOfTwo();
  EXPECT_THAT(manager().Measure().connections,
              ElementsAre(std::pair(std::string("default"), 2u), std::pair(std::string("other"), 0u)));
}

}  // namespace
}  // namespace dirlease
