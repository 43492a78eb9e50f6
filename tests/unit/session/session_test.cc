// One lease at work: order, limits, and the one way in which it closes.
#include "session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/session_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::RecordingSink;
using testing::ResultMessage;

class SessionTest : public testing::SessionFixture {
 protected:
  SessionTest() { Open(); }

  static OperationRequest SearchOf(const std::string& base) {
    OperationRequest request = Search();
    std::get<SearchRequest>(request.body).base_dn = base;
    return request;
  }
  std::vector<std::string> BasesSent() const {
    std::vector<std::string> bases;
    for (const testing::SentRequest& request : peer_->requests()) {
      bases.push_back(std::get<SearchRequest>(request.body).base_dn);
    }
    return bases;
  }
  std::string RefusalOf(std::string id = "") {
    auto begun = session_->Begin({std::move(id), "Search"}, Search(), sink_);
    return begun.ok() ? "none" : begun.failure().reason;
  }
};

TEST_F(SessionTest, SendsInOrderOfArrivalWithSevenExecuting) {
  for (int i = 0; i < 9; ++i) Begin(NewSink(), SearchOf(std::to_string(i)));
  loop_.RunUntilIdle();
  EXPECT_THAT(BasesSent(), ElementsAre("0", "1", "2", "3", "4", "5", "6"));
  Answer({ResultMessage(3)});
  EXPECT_EQ(BasesSent().back(), "7");
  Answer({ResultMessage(1)});
  EXPECT_EQ(BasesSent().back(), "8");
}

TEST_F(SessionTest, RefusesTheSixtyFifthOperationQueuedOnesIncluded) {
  for (int i = 0; i < 64; ++i) Begin(NewSink());
  loop_.RunUntilIdle();
  EXPECT_EQ(RefusalOf(), "TOO_MANY_OPERATIONS");
  session_->Abandon("op-64");
  EXPECT_EQ(RefusalOf(), "none");
}

TEST_F(SessionTest, RefusesAnIdThatIsInUseAndTakesItAgainAfterwards) {
  const Operation* operation = Begin(NewSink(), Search(), "mine");
  loop_.RunUntilIdle();
  EXPECT_EQ(RefusalOf("mine"), "INVALID_FIELD");
  Answer({ResultMessage(operation->message_id())});
  EXPECT_EQ(RefusalOf("mine"), "none");
}

TEST_F(SessionTest, NeverNamesAnOperationAsAnotherOneIsNamed) {
  Begin(NewSink(), Search(), "op-1");
  EXPECT_EQ(RefusalOf(), "none");
}

TEST_F(SessionTest, AbandonOfWhatDoesNotRunFindsNothing) {
  Run(NewSink());
  EXPECT_FALSE(session_->Abandon("other"));
}

TEST_F(SessionTest, CloseEndsAllOperationsFirstThenUnbindsOnce) {
  for (int i = 0; i < 10; ++i) Begin(NewSink());
  loop_.RunUntilIdle();
  EXPECT_EQ(session_->Close(EndCause::kSessionClosed), 10);
  EXPECT_EQ(session_->Close(EndCause::kExpired), 0);
  for (const RecordingSink& sink : sinks_) EXPECT_EQ(sink.end().cause, EndCause::kSessionClosed);
  EXPECT_EQ(peer_->CountOf("abandon"), kPlaces);
  EXPECT_EQ(peer_->history().back(), "unbind");
}

TEST_F(SessionTest, AClosedSessionRefusesOperations) {
  session_->Close(EndCause::kSessionClosed);
  EXPECT_EQ(RefusalOf(), "SESSION_CLOSED");
}

TEST_F(SessionTest, CloseWithinAnEntryIsSafe) {
  RecordingSink& sink = NewSink();
  const int id = Run(sink)->message_id();
  sink.on_entry = [&] { session_->Close(EndCause::kSessionClosed); };
  Answer({testing::EntryMessage(id, "cn=1"), testing::EntryMessage(id, "cn=2")});
  EXPECT_EQ(sink.entries.size(), 1u);
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(SessionTest, EndsThatEndOthersWhileClosingAreEachToldOnce) {
  for (int i = 0; i < 4; ++i) Begin(NewSink(), Search(), "id" + std::to_string(i));
  for (RecordingSink& sink : sinks_) sink.on_end = [&] { session_->Abandon("id0"); };
  loop_.RunUntilIdle();
  session_->Close(EndCause::kSessionClosed);
  for (const RecordingSink& sink : sinks_) EXPECT_EQ(sink.ends.size(), 1u);
  EXPECT_EQ(peer_->CountOf("abandon"), 4u);
}

TEST_F(SessionTest, CloseWhenIdleLetsOperationsFinishAndRefusesNewOnes) {
  RecordingSink& sink = NewSink();
  const int id = Run(sink)->message_id();
  session_->CloseWhenIdle(EndCause::kSessionClosed);
  EXPECT_EQ(RefusalOf(), "SESSION_CLOSED");
  EXPECT_EQ(peer_->unbinds(), 0);
  Answer({ResultMessage(id)});
  EXPECT_EQ(sink.end().cause, EndCause::kResult);
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(SessionTest, CloseWhenIdleOfAnIdleSessionClosesAtOnce) {
  session_->CloseWhenIdle(EndCause::kSessionClosed);
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(SessionTest, CloseWhenIdleAlsoSendsWhatWasQueuedBefore) {
  TakeAllPlaces();
  RecordingSink& sink = NewSink();
  Run(sink);
  session_->CloseWhenIdle(EndCause::kSessionClosed);
  for (int id = 1; id <= static_cast<int>(kPlaces) + 1; ++id) Answer({ResultMessage(id)});
  EXPECT_EQ(sink.end().cause, EndCause::kResult);
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(SessionTest, LossEndsRunningAndQueuedOnesAndClosesByItself) {
  for (int i = 0; i < 10; ++i) Begin(NewSink());
  loop_.RunUntilIdle();
  peer_->QueueEof();
  Pump();
  for (const RecordingSink& sink : sinks_) EXPECT_EQ(sink.end().cause, EndCause::kLost);
  EXPECT_EQ(lost_, 1);
  EXPECT_EQ(peer_->CountOf("abandon"), 0u);
  loop_.Advance(absl::Seconds(2));
  EXPECT_EQ(closed_, 1);
}

TEST_F(SessionTest, AnOperationBegunWithinALossEndsAsLostToo) {
  RecordingSink& sink = NewSink();
  RecordingSink& late = NewSink();
  Run(sink);
  sink.on_end = [&] { Begin(late); };
  peer_->QueueEof();
  Pump();
  EXPECT_EQ(late.end().cause, EndCause::kLost);
}

TEST_F(SessionTest, LossOfAnIdleSessionIsTold) {
  peer_->QueueEof();
  Pump();
  EXPECT_EQ(lost_, 1);
}

TEST_F(SessionTest, IsBusyFromTheFirstOperationToTheLast) {
  const int first = Run(NewSink())->message_id();
  const int second = Run(NewSink())->message_id();
  EXPECT_EQ(busy_, 1);
  Answer({ResultMessage(first)});
  EXPECT_EQ(busy_, 1);
  Answer({ResultMessage(second)});
  EXPECT_EQ(busy_, 0);
}

}  // namespace
}  // namespace dirlease
