// When a search pages, and what becomes of its pages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/session_fixture.h"

namespace dirlease {
namespace {

using testing::EntryMessage;
using testing::FakeMessage;
using testing::RecordingSink;
using testing::ResultMessage;

class PagingTest : public testing::SessionFixture {
 protected:
  SearchRequest Pages(int size) const {
    SearchRequest search;
    search.page_size = size;
    return search;
  }
  std::optional<int> LastPageSize() const { return PageSizeOf(peer_->last_request()); }
};

TEST_F(PagingTest, ASearchPagesByItselfWhereTheDirectoryOffersIt) {
  Open(true);
  Run(sink_);
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(PagingTest, NotWhereTheDirectoryDoesNotOfferIt) {
  Open(false);
  Run(sink_);
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, NotForASingleEntry) {
  Open(true);
  SearchRequest base;
  base.scope = Scope::kBase;
  Run(sink_, Search(base));
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, NotWithASizeLimitWhoseMeaningItWouldChange) {
  Open(true);
  SearchRequest limited;
  limited.size_limit = 10;
  Run(sink_, Search(limited));
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, NotWithControlsOfTheCaller) {
  Open(true);
  Run(sink_, Search({}, {Control{.oid = "1.2.3"}}));
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, NotWhereTheCallerSaysNever) {
  Open(true);
  Run(sink_, Search(Pages(0)));
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, ASecondSearchRunsUnpagedAtOnceWhileTheSlotIsTaken) {
  Open(true);
  RecordingSink& second = NewSink();
  Run(sink_);
  Run(second);
  EXPECT_EQ(peer_->CountOf("search"), 2u);
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, TheSlotIsFreeAgainAfterThePagedSearch) {
  Open(true);
  RecordingSink& second = NewSink();
  Answer({PageEnd(Run(sink_)->message_id(), "")});
  Run(second);
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(PagingTest, AnExplicitSizeIsTakenEvenWhereNothingElseWouldPage) {
  Open(false);
  SearchRequest search = Pages(7);
  search.scope = Scope::kBase;
  search.size_limit = 10;
  Run(sink_, Search(search, {Control{.oid = "1.2.3"}}));
  EXPECT_EQ(LastPageSize(), 7);
  EXPECT_EQ(peer_->last_request().controls.size(), 2u);
}

TEST_F(PagingTest, AnExplicitSizeWaitsForTheSlotAndHoldsUpNobodyBehindIt) {
  Open(true);
  RecordingSink &waits = NewSink(), &behind = NewSink();
  const int id = Run(sink_)->message_id();
  Run(waits, Search(Pages(7)));
  Run(behind);
  EXPECT_EQ(peer_->CountOf("search"), 2u);
  Answer({PageEnd(id, "")});
  EXPECT_EQ(LastPageSize(), 7);
}

TEST_F(PagingTest, GoesOnPageByPageAndEndsOnce) {
  Open(true);
  Answer({EntryMessage(Run(sink_)->message_id(), "cn=1"), PageEnd(1, "next")});
  EXPECT_FALSE(sink_.ended());
  EXPECT_EQ(peer_->CountOf("search"), 2u);
  Answer({EntryMessage(2, "cn=2"), PageEnd(2, "")});
  EXPECT_THAT(sink_.entries, ::testing::ElementsAre("cn=1", "cn=2"));
  EXPECT_EQ(sink_.end().cause, EndCause::kResult);
  EXPECT_TRUE(sink_.end().result.controls.empty());
}

TEST_F(PagingTest, AbandonOnALaterPageNamesThatPagesRequest) {
  Open(true);
  Operation* operation = Run(sink_);
  Answer({PageEnd(1, "next")});
  operation->End(EndCause::kCancelled);
  EXPECT_THAT(peer_->abandoned(), ::testing::ElementsAre(2));
}

TEST_F(PagingTest, AFullPageWithoutControlIsNoResult) {
  Open(true);
  const int id = Run(sink_)->message_id();
  std::vector<FakeMessage> page(100, EntryMessage(id, "cn=1"));
  page.push_back(ResultMessage(id));
  Answer(page);
  EXPECT_EQ(sink_.end().cause, EndCause::kPagesLost);
}

TEST_F(PagingTest, AnErrorOnALaterPageIsTheResult) {
  Open(true);
  Run(sink_);
  Answer({PageEnd(1, "next")});
  Answer({ResultMessage(2, ldap_code::kSizeLimitExceeded)});
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSizeLimitExceeded);
}

TEST_F(PagingTest, APausedReaderGetsNoNextPage) {
  Open(true);
  Operation* operation = Run(sink_);
  TakeAllPlaces();
  Answer({PageEnd(operation->message_id(), "next")});
  operation->Pause();
  const size_t before = peer_->CountOf("search");
  Answer({ResultMessage(2)});
  EXPECT_EQ(operation->state(), Operation::State::kBetweenPages);
  EXPECT_EQ(peer_->CountOf("search"), before);
}

TEST_F(PagingTest, AReaderThatPausesAndResumesBetweenPagesGetsTheNextPageOnce) {
  Open(true);
  Operation* operation = Run(sink_);
  TakeAllPlaces();
  Answer({PageEnd(operation->message_id(), "next")});
  operation->Pause();
  operation->Resume();
  const size_t before = peer_->CountOf("search");
  Answer({ResultMessage(2), ResultMessage(3)});
  EXPECT_EQ(peer_->CountOf("search"), before + 1);
  EXPECT_EQ(operation->state(), Operation::State::kRunning);
}

TEST_F(PagingTest, LossBetweenPagesIsTold) {
  Open(true);
  const int id = Run(sink_)->message_id();
  peer_->Queue({PageEnd(id, "next")});
  sink_.on_entry = nullptr;
  loop_.Signal(peer_->fd(), EPOLLIN);
  peer_->QueueEof();
  loop_.Signal(peer_->fd(), EPOLLIN);
  loop_.RunUntilIdle();
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
}

class CallersPagingTest : public PagingTest {
 protected:
  // One page as the caller asks for it by hand.
  Operation* RunPage(RecordingSink& sink, const std::string& cookie = "") {
    return Run(sink, Search({}, {Control{.oid = std::string(dirlease::kPagedResultsOid),
                                         .value = dirlease::EncodePagedResults(3, cookie)}}));
  }
};

TEST_F(CallersPagingTest, GoesToTheDirectoryOnceAndKeepsItsAnswer) {
  Open(true);
  const int id = RunPage(sink_)->message_id();
  EXPECT_EQ(peer_->last_request().controls.size(), 1u);
  Answer({PageEnd(id, "next")});
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  ASSERT_EQ(sink_.end().result.controls.size(), 1u);
}

TEST_F(CallersPagingTest, NothingPagesByItselfBetweenItsPages) {
  Open(true);
  RecordingSink &other = NewSink(), &next = NewSink(), &after = NewSink();
  Answer({PageEnd(RunPage(sink_)->message_id(), "next")});
  Run(other);
  EXPECT_EQ(LastPageSize(), std::nullopt);
  Answer({PageEnd(RunPage(next, "next")->message_id(), "")});
  Run(after);
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(CallersPagingTest, NothingPagesByItselfWhileItRuns) {
  Open(true);
  RecordingSink& other = NewSink();
  RunPage(sink_);
  Run(other);
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(CallersPagingTest, ItWaitsForThePagesOfTheGateway) {
  Open(true);
  RecordingSink& by_hand = NewSink();
  Run(sink_);
  RunPage(by_hand);
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  Answer({PageEnd(1, "more")});
  EXPECT_EQ(LastPageSize(), 100);
  Answer({PageEnd(2, "")});
  EXPECT_EQ(LastPageSize(), 3);
}

TEST_F(CallersPagingTest, OneAtATime) {
  Open(true);
  RecordingSink& second = NewSink();
  const int id = RunPage(sink_)->message_id();
  RunPage(second);
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  Answer({PageEnd(id, "next")});
  EXPECT_EQ(peer_->CountOf("search"), 2u);
}

TEST_F(CallersPagingTest, AskingForPagesMeanwhileIsRefusedAndSpoilsNothing) {
  Open(true);
  RecordingSink &refused = NewSink(), &next = NewSink(), &granted = NewSink();
  Answer({PageEnd(RunPage(sink_)->message_id(), "next")});
  Run(refused, Search(Pages(7)));
  EXPECT_EQ(refused.end().cause, EndCause::kPagingTaken);
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  Answer({PageEnd(RunPage(next, "next")->message_id(), "")});
  Run(granted, Search(Pages(7)));
  EXPECT_EQ(LastPageSize(), 7);
}

TEST_F(CallersPagingTest, AFailedPageEndsIt) {
  Open(true);
  RecordingSink &failing = NewSink(), &after = NewSink();
  Answer({PageEnd(RunPage(sink_)->message_id(), "next")});
  Answer({ResultMessage(RunPage(failing, "next")->message_id(), ldap_code::kSizeLimitExceeded)});
  Run(after);
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(CallersPagingTest, APageGivenUpInTheMidstEndsIt) {
  Open(true);
  RecordingSink &given_up = NewSink(), &after = NewSink();
  Answer({PageEnd(RunPage(sink_)->message_id(), "next")});
  RunPage(given_up, "next")->End(EndCause::kCancelled);
  Run(after, Search(Pages(7)));
  EXPECT_EQ(LastPageSize(), 7);
}

TEST_F(CallersPagingTest, APageGivenUpBeforeItWasSentEndsNothing) {
  Open(true);
  RecordingSink &given_up = NewSink(), &after = NewSink();
  Answer({PageEnd(RunPage(sink_)->message_id(), "next")});
  TakeAllPlaces();
  RunPage(given_up, "next")->End(EndCause::kCancelled);
  Run(after);
  EXPECT_EQ(after.ended(), false);
  Answer({ResultMessage(2)});
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(CallersPagingTest, AnotherIdentityHasNoCookieYet) {
  Open(true);
  Answer({PageEnd(RunPage(sink_)->message_id(), "next")});
  session_->Become({.bind_name = "cn=other"});
  RecordingSink& after = NewSink();
  Run(after);
  EXPECT_EQ(LastPageSize(), 100);
}

}  // namespace
}  // namespace dirlease
