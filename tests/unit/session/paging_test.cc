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
  // The next page waits for a place, and the reader pauses.
  Operation* PauseBetweenPages() {
    Open(true);
    Operation* operation = Run(sink_);
    TakeAllPlaces();
    Answer({PageEnd(operation->message_id(), "next")});
    operation->Pause();
    return operation;
  }
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
  Run(sink_);
  Run(NewSink());
  EXPECT_EQ(peer_->CountOf("search"), 2u);
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(PagingTest, TheSlotIsFreeAgainAfterThePagedSearch) {
  Open(true);
  Answer({PageEnd(Run(sink_)->message_id(), "")});
  Run(NewSink());
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
  const int id = Run(sink_)->message_id();
  Run(NewSink(), Search(Pages(7)));
  Run(NewSink());
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
  Operation* operation = PauseBetweenPages();
  const size_t before = peer_->CountOf("search");
  Answer({ResultMessage(2)});
  EXPECT_EQ(operation->state(), Operation::State::kBetweenPages);
  EXPECT_EQ(peer_->CountOf("search"), before);
}

TEST_F(PagingTest, AReaderThatPausesAndResumesBetweenPagesGetsTheNextPageOnce) {
  Operation* operation = PauseBetweenPages();
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

// One page at once, whoever's it is.
class PagesInTurnTest : public PagingTest {
 protected:
  struct OtherSearch final : PageTurns::Taker {
    void OnTurn() override { ++asked; }
    int asked = 0;
  };

  PagesInTurnTest() {
    Open(true);
    session_->TakeTurns(turns_);
  }
  ~PagesInTurnTest() override {
    session_->Close(EndCause::kSessionClosed);
    turns_.Leave(other_);
    EXPECT_EQ(turns_.taken() + turns_.waiting(), 0u);
  }
  // The first page has come.
  Operation* RunToNextPage() {
    Operation* operation = Run(sink_);
    Answer({PageEnd(operation->message_id(), "next")});
    return operation;
  }
  bool NextPageAsked() const { return peer_->CountOf("search") == 2; }
  void OtherLeaves() {
    turns_.Leave(other_);
    loop_.RunUntilIdle();
  }

  PageTurns turns_{loop_, 1};
  OtherSearch other_;
};

TEST_F(PagesInTurnTest, TheFirstPageWaitsForNobody) {
  turns_.Take(other_);
  Run(sink_);
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(PagesInTurnTest, TheNextOneWaits) {
  turns_.Take(other_);
  Operation* operation = RunToNextPage();
  EXPECT_FALSE(NextPageAsked());
  OtherLeaves();
  EXPECT_TRUE(NextPageAsked());
  EXPECT_EQ(operation->state(), Operation::State::kRunning);
}

TEST_F(PagesInTurnTest, WhatIsBehindItDoesNotWait) {
  turns_.Take(other_);
  RunToNextPage();
  EXPECT_EQ(Run(NewSink())->state(), Operation::State::kRunning);
}

TEST_F(PagesInTurnTest, ThePagesEndGivesTheTurnBack) {
  RunToNextPage();
  EXPECT_TRUE(NextPageAsked());
  EXPECT_FALSE(turns_.Take(other_));
  Answer({PageEnd(2, "next")});
  EXPECT_EQ(other_.asked, 1);
}

TEST_F(PagesInTurnTest, AReaderWhoIsBehindHasNone) {
  Operation* operation = RunToNextPage();
  operation->Pause();
  EXPECT_TRUE(turns_.Take(other_));
}

TEST_F(PagesInTurnTest, AnEndGivesTheTurnBack) {
  RunToNextPage()->End(EndCause::kCancelled);
  EXPECT_TRUE(turns_.Take(other_));
}

TEST_F(PagesInTurnTest, WhoHasNoPlaceIsPassedOver) {
  turns_.Take(other_);
  Operation* operation = RunToNextPage();
  TakeAllPlaces();
  OtherLeaves();
  EXPECT_EQ(turns_.taken(), 0u);
  Answer({ResultMessage(2)});
  EXPECT_EQ(operation->state(), Operation::State::kRunning);
}

class CallersPagingTest : public PagingTest {
 protected:
  CallersPagingTest() { Open(true); }

  // One page as the caller asks for it by hand.
  Operation* RunPage(RecordingSink& sink, const std::string& cookie = "") {
    return Run(sink, Search({}, {Control{.oid = std::string(dirlease::kPagedResultsOid),
                                         .value = dirlease::EncodePagedResults(3, cookie)}}));
  }
  // Answered, with more to come and with nothing more.
  void RunFirstPage() { Answer({PageEnd(RunPage(sink_)->message_id(), "next")}); }
  void RunLastPage() { Answer({PageEnd(RunPage(NewSink(), "next")->message_id(), "")}); }
};

TEST_F(CallersPagingTest, GoesToTheDirectoryOnceAndKeepsItsAnswer) {
  const int id = RunPage(sink_)->message_id();
  EXPECT_EQ(peer_->last_request().controls.size(), 1u);
  Answer({PageEnd(id, "next")});
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  ASSERT_EQ(sink_.end().result.controls.size(), 1u);
}

TEST_F(CallersPagingTest, NothingPagesByItselfBetweenItsPages) {
  RunFirstPage();
  Run(NewSink());
  EXPECT_EQ(LastPageSize(), std::nullopt);
  RunLastPage();
  Run(NewSink());
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(CallersPagingTest, NothingPagesByItselfWhileItRuns) {
  RunPage(sink_);
  Run(NewSink());
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(CallersPagingTest, ItWaitsForThePagesOfTheGateway) {
  Run(sink_);
  RunPage(NewSink());
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  Answer({PageEnd(1, "more")});
  EXPECT_EQ(LastPageSize(), 100);
  Answer({PageEnd(2, "")});
  EXPECT_EQ(LastPageSize(), 3);
}

TEST_F(CallersPagingTest, OneAtATime) {
  const int id = RunPage(sink_)->message_id();
  RunPage(NewSink());
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  Answer({PageEnd(id, "next")});
  EXPECT_EQ(peer_->CountOf("search"), 2u);
}

TEST_F(CallersPagingTest, AskingForPagesMeanwhileIsRefusedAndSpoilsNothing) {
  RecordingSink& refused = NewSink();
  RunFirstPage();
  Run(refused, Search(Pages(7)));
  EXPECT_EQ(refused.end().cause, EndCause::kPagingTaken);
  EXPECT_EQ(peer_->CountOf("search"), 1u);
  RunLastPage();
  Run(NewSink(), Search(Pages(7)));
  EXPECT_EQ(LastPageSize(), 7);
}

TEST_F(CallersPagingTest, AFailedPageEndsIt) {
  RunFirstPage();
  Answer({ResultMessage(RunPage(NewSink(), "next")->message_id(), ldap_code::kSizeLimitExceeded)});
  Run(NewSink());
  EXPECT_EQ(LastPageSize(), 100);
}

TEST_F(CallersPagingTest, APageGivenUpInTheMidstEndsIt) {
  RunFirstPage();
  RunPage(NewSink(), "next")->End(EndCause::kCancelled);
  Run(NewSink(), Search(Pages(7)));
  EXPECT_EQ(LastPageSize(), 7);
}

TEST_F(CallersPagingTest, APageGivenUpBeforeItWasSentEndsNothing) {
  RecordingSink& after = NewSink();
  RunFirstPage();
  TakeAllPlaces();
  RunPage(NewSink(), "next")->End(EndCause::kCancelled);
  Run(after);
  EXPECT_EQ(after.ended(), false);
  Answer({ResultMessage(2)});
  EXPECT_EQ(LastPageSize(), std::nullopt);
}

TEST_F(CallersPagingTest, AnotherIdentityHasNoCookieYet) {
  RunFirstPage();
  session_->Become({.bind_name = "cn=other"});
  Run(NewSink());
  EXPECT_EQ(LastPageSize(), 100);
}

}  // namespace
}  // namespace dirlease
