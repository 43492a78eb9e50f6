// Every state of an operation times every way to end it: one end for its caller, and one Abandon at the directory if and
// only if a request of it is unanswered there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "unit/session/session_fixture.h"

namespace dirlease {
namespace {

using testing::EntryMessage;
using testing::RecordingSink;
using testing::ResultMessage;

enum class When {
  kQueued,        // waits for a place
  kWaitsForSlot,  // waits for the paging slot
  kRunning,
  kPaused,
  kBetweenPages,      // the next page waits for a place
  kResultNotRead,     // the final result is in the socket
  kResultNotTaken,    // the final result is in the input buffer, behind a pause
  kEnded,
};
enum class How { kCancel, kAbandon, kStall, kClose, kExpire, kRevoke, kDrain, kLoss };

std::string NameOf(const ::testing::TestParamInfo<std::tuple<When, How>>& info) {
  static const char* const kWhen[] = {"Queued",       "WaitsForSlot",  "Running",        "Paused",
                                      "BetweenPages", "ResultNotRead", "ResultNotTaken", "Ended"};
  static const char* const kHow[] = {"Cancel", "Abandon", "Stall", "Close",
                                     "Expire", "Revoke",  "Drain", "Loss"};
  return std::string(kWhen[static_cast<int>(std::get<0>(info.param))]) +
         kHow[static_cast<int>(std::get<1>(info.param))];
}

class EveryEndTest : public testing::SessionFixture,
                     public ::testing::WithParamInterface<std::tuple<When, How>> {
 protected:
  When when() const { return std::get<0>(GetParam()); }
  How how() const { return std::get<1>(GetParam()); }

  SearchRequest Paged() const {
    SearchRequest search;
    search.page_size = 2;
    return search;
  }
  void BringAbout() {
    switch (when()) {
      case When::kQueued:
        TakeAllPlaces();
        operation_ = Run(sink_);
        return;
      case When::kWaitsForSlot:
        Run(NewSink(), Search(Paged()));
        operation_ = Run(sink_, Search(Paged()));
        return;
      case When::kRunning:
        operation_ = Run(sink_);
        Answer({EntryMessage(operation_->message_id(), "cn=1")});
        return;
      case When::kPaused:
        operation_ = Run(sink_);
        operation_->Pause();
        return;
      case When::kBetweenPages:
        operation_ = Run(sink_, Search(Paged()));
        TakeAllPlaces();  // the last one waits, and comes before the next page
        Answer({PageEnd(operation_->message_id(), "next")});
        return;
      case When::kResultNotRead:
        operation_ = Run(sink_);
        peer_->Queue(ResultMessage(operation_->message_id()));
        return;
      case When::kResultNotTaken:
        operation_ = Run(sink_);
        sink_.on_entry = [this] { operation_->Pause(); };
        Answer({EntryMessage(operation_->message_id(), "cn=1"),
                ResultMessage(operation_->message_id())});
        return;
      case When::kEnded:
        operation_ = Run(sink_, Search());
        Answer({ResultMessage(operation_->message_id())});
        return;
    }
  }
  void End() {
    switch (how()) {
      case How::kCancel:
        if (when() != When::kEnded) operation_->End(EndCause::kCancelled);
        return;
      case How::kAbandon:
        EXPECT_EQ(session_->Abandon(id_), when() != When::kEnded);
        return;
      case How::kStall:
        if (when() == When::kEnded) return;
        operation_->Pause();
        operation_->End(EndCause::kSlowConsumer);
        return;
      case How::kClose:
        session_->Close(EndCause::kSessionClosed);
        return;
      case How::kExpire:
        session_->Close(EndCause::kExpired);
        return;
      case How::kRevoke:
        session_->Close(EndCause::kRevoked);
        return;
      case How::kDrain:
        session_->Close(EndCause::kDraining);
        return;
      case How::kLoss:
        peer_->QueueEof();
        if (when() != When::kEnded) operation_->Resume();
        Pump();
        return;
    }
  }
  EndCause ExpectedCause() const {
    static constexpr EndCause kCauses[] = {EndCause::kCancelled, EndCause::kAbandoned,
                                           EndCause::kSlowConsumer, EndCause::kSessionClosed,
                                           EndCause::kExpired, EndCause::kRevoked,
                                           EndCause::kDraining, EndCause::kLost};
    // A result that came before the loss counts.
    const bool answered = when() == When::kEnded ||
                          (how() == How::kLoss && (when() == When::kResultNotRead ||
                                                   when() == When::kResultNotTaken));
    return answered ? EndCause::kResult : kCauses[static_cast<int>(how())];
  }
  int ExpectedAbandons() const {
    if (how() == How::kLoss) return 0;
    const bool unanswered = when() == When::kRunning || when() == When::kPaused ||
                            when() == When::kResultNotRead || when() == When::kResultNotTaken;
    return unanswered ? 1 : 0;
  }
  // Of this operation alone: closing abandons others too.
  int AbandonsSent() const {
    const std::vector<int> ids = peer_->abandoned();
    return static_cast<int>(std::count(ids.begin(), ids.end(), message_id_));
  }

  Operation* operation_ = nullptr;
  std::string id_;
  int message_id_ = 0;
};

TEST_P(EveryEndTest, IsToldOnceAndAbandonsOnlyWhatIsUnanswered) {
  Open();
  BringAbout();
  if (when() != When::kEnded) {
    id_ = operation_->id();
    message_id_ = operation_->message_id();
  }
  const size_t entries_before = sink_.entries.size();
  End();
  loop_.Advance(absl::Minutes(1));
  Pump();
  EXPECT_EQ(sink_.ends.size(), 1u);
  EXPECT_EQ(sink_.end().cause, ExpectedCause());
  EXPECT_EQ(AbandonsSent(), ExpectedAbandons());
  EXPECT_EQ(sink_.entries.size(), entries_before);
}

INSTANTIATE_TEST_SUITE_P(
    Operation, EveryEndTest,
    ::testing::Combine(::testing::Values(When::kQueued, When::kWaitsForSlot, When::kRunning,
                                         When::kPaused, When::kBetweenPages, When::kResultNotRead,
                                         When::kResultNotTaken, When::kEnded),
                       ::testing::Values(How::kCancel, How::kAbandon, How::kStall, How::kClose,
                                         How::kExpire, How::kRevoke, How::kDrain, How::kLoss)),
    NameOf);

class OperationTest : public testing::SessionFixture {
 protected:
  OperationTest() { Open(); }

  // One operation pauses so long and is cancelled, then another one pauses: whose sink this is.
  RecordingSink& PauseAfterAPauseOf(absl::Duration duration) {
    RecordingSink& sink = NewSink();
    Operation *const first = Run(sink_), *const second = Run(sink);
    first->Pause();
    loop_.Advance(duration);
    first->End(EndCause::kCancelled);
    second->Pause();
    return sink;
  }
};

TEST_F(OperationTest, DeliversEntriesReferencesIntermediatesAndTheResult) {
  const int id = Run(sink_)->message_id();
  Answer({EntryMessage(id, "cn=1"), testing::ReferenceMessage(id, {"ldap://b"}),
          testing::IntermediateMessage(id, "1.2", "v"), EntryMessage(id, "cn=2"),
          ResultMessage(id, ldap_code::kSizeLimitExceeded)});
  EXPECT_THAT(sink_.entries, ::testing::ElementsAre("cn=1", "cn=2"));
  EXPECT_EQ(sink_.references, 1);
  EXPECT_EQ(sink_.intermediates, 1);
  EXPECT_EQ(sink_.end().cause, EndCause::kResult);
  EXPECT_EQ(sink_.end().result.code, ldap_code::kSizeLimitExceeded);
}

TEST_F(OperationTest, OnlyACompareIsAnsweredTrueOrFalse) {
  const int id = Run(sink_)->message_id();
  Answer({ResultMessage(id, ldap_code::kCompareTrue)});
  EXPECT_EQ(sink_.end().result.code, ldap_code::kDecodingError);
}

TEST_F(OperationTest, NothingIsOnlyTriedUnlessAsked) {
  const int id = Run(sink_)->message_id();
  Answer({ResultMessage(id, ldap_code::kNoOperation)});
  EXPECT_EQ(sink_.end().result.code, ldap_code::kDecodingError);
}

TEST_F(OperationTest, EndingTwiceEndsOnce) {
  Operation* operation = Run(sink_);
  operation->End(EndCause::kCancelled);
  operation->End(EndCause::kAbandoned);
  EXPECT_EQ(sink_.end().cause, EndCause::kCancelled);
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(OperationTest, EndingWithinItsOwnEntryDeliversNothingAfter) {
  Operation* operation = Run(sink_);
  sink_.on_entry = [&] { operation->End(EndCause::kCancelled); };
  const int id = operation->message_id();
  Answer({EntryMessage(id, "cn=1"), EntryMessage(id, "cn=2"), ResultMessage(id)});
  EXPECT_EQ(sink_.entries.size(), 1u);
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(OperationTest, EndingAnotherOneWithinALossTellsThatOneOnce) {
  RecordingSink& other = NewSink();
  Operation* ended_by_end = Run(other);
  Run(sink_);
  sink_.on_end = [&] {
    if (!other.ended()) ended_by_end->End(EndCause::kCancelled);
  };
  peer_->QueueEof();
  Pump();
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
  EXPECT_EQ(other.ends.size(), 1u);
  EXPECT_EQ(peer_->CountOf("abandon"), 0u);
}

TEST_F(OperationTest, AResumeInTimeKeepsAPausedOne) {
  Operation* operation = Run(sink_);
  operation->Pause();
  loop_.Advance(absl::Seconds(29));
  operation->Resume();
  loop_.Advance(absl::Minutes(5));
  EXPECT_FALSE(sink_.ended());
}

TEST_F(OperationTest, PauseAndResumeAreIdempotent) {
  Operation* operation = Run(sink_);
  operation->Pause();
  loop_.Advance(absl::Seconds(20));
  operation->Pause();
  operation->Resume();
  operation->Resume();
  Answer({EntryMessage(operation->message_id(), "cn=1")});
  EXPECT_EQ(sink_.entries.size(), 1u);
}

TEST_F(OperationTest, APausedOneThatEndsLetsTheOthersGoOn) {
  RecordingSink& other = NewSink();
  Operation* slow = Run(sink_);
  const int id = Run(other)->message_id();
  slow->Pause();
  peer_->Queue(EntryMessage(id, "cn=1"));
  Pump();
  EXPECT_EQ(other.entries.size(), 0u);
  slow->End(EndCause::kCancelled);
  Pump();
  EXPECT_EQ(other.entries.size(), 1u);
}

// As the stream does whose caller reads nothing.
TEST_F(OperationTest, ManyUnreadOnesCostTheConnectionHardlyMoreThanOne) {
  std::vector<Operation*> operations;
  RecordingSink* sinks[4];
  for (RecordingSink*& sink : sinks) operations.push_back(Run(*(sink = &NewSink())));
  operations[0]->Pause();
  loop_.Advance(absl::Seconds(30));
  EXPECT_FALSE(sinks[0]->ended());  // how long the first one may is its stream's business
  operations[0]->End(EndCause::kSlowConsumer);
  operations[1]->Pause();
  operations[2]->Pause();
  loop_.Advance(absl::Milliseconds(1999));
  operations[2]->Resume();  // somebody reads it
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(sinks[1]->end().cause, EndCause::kSlowConsumer);
  EXPECT_EQ(session_->paused_connections(), 0u);
  loop_.Advance(absl::Seconds(30));
  EXPECT_FALSE(sinks[2]->ended());
  operations[3]->Pause();  // long after
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(sinks[3]->ended());
}

TEST_F(OperationTest, AShortPauseCostsNobodyTime) {
  const RecordingSink& second = PauseAfterAPauseOf(absl::Seconds(14));
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(second.ended());
}

TEST_F(OperationTest, WhoLeavesWhilePausingLeavesTheOthersLessTime) {
  const RecordingSink& second = PauseAfterAPauseOf(absl::Seconds(20));
  loop_.Advance(absl::Seconds(9));
  EXPECT_FALSE(second.ended());
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(second.end().cause, EndCause::kSlowConsumer);
}

TEST_F(OperationTest, ASendThatFailsEndsItAsLost) {
  peer_->FailSends();
  Run(sink_);
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
}

TEST_F(OperationTest, WhatLibldapRefusesToEncodeEndsItAsInternal) {
  peer_->FailSends(-3);
  Run(sink_);
  EXPECT_EQ(sink_.end().cause, EndCause::kInternal);
  EXPECT_EQ(sink_.end().result.code, -3);
}

TEST_F(OperationTest, KnowsItsEntriesAndTimes) {
  Operation* operation = Run(sink_);
  Answer({EntryMessage(operation->message_id(), "cn=1")});
  loop_.Advance(absl::Seconds(3));
  EXPECT_EQ(operation->entries(), 1);
  EXPECT_EQ(operation->upstream_time(), absl::Seconds(3));
}

TEST_F(OperationTest, AQueuedOneSpentNoTimeUpstream) {
  TakeAllPlaces();
  Operation* operation = Run(sink_);
  loop_.Advance(absl::Seconds(3));
  EXPECT_EQ(operation->upstream_time(), absl::ZeroDuration());
}

}  // namespace
}  // namespace dirlease
