// Leases from grant to end: finding, renewing, expiring, unbinding, losing, draining.
#include "session/session_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::FakeLdapPeer;
using testing::RecordingSink;

class SessionManagerTest : public testing::ManagerFixture {
 protected:
  struct UnbindAnswer {
    int answers = 0;
    bool was_active = false;
    int abandoned = 0;
    std::string reason;
  };
  void Unbind(UnbindAnswer& answer, const std::string& token,
              absl::Duration wait = absl::ZeroDuration(), const Caller& caller = {}) {
    manager().Unbind(caller, token, wait, [&answer](Outcome<SessionManager::Unbound> unbound) {
      ++answer.answers;
      if (!unbound.ok()) {
        answer.reason = unbound.failure().reason;
        return;
      }
      answer.was_active = unbound->was_active;
      answer.abandoned = unbound->abandoned_operations;
    });
    loop_.RunUntilIdle();
  }
  void Lose(const std::shared_ptr<FakeLdapPeer>& peer) {
    peer->QueueEof();
    loop_.Signal(peer->fd(), EPOLLIN);
    loop_.RunUntilIdle();
  }
};

TEST_F(SessionManagerTest, AnUnknownTokenNamesNoLease) {
  EXPECT_EQ(Missing("1.nonsense"), "SESSION_UNKNOWN");
}

TEST_F(SessionManagerTest, AnotherOwnersTokenNamesNoLeaseLiveOrEnded) {
  const Caller alice{.owner = "alice", .peer = ""}, bob{.owner = "bob", .peer = ""};
  Open(opening_, Request(), alice);
  EXPECT_EQ(Missing(opening_.token, bob), "SESSION_UNKNOWN");
  EXPECT_EQ(Missing(opening_.token), "SESSION_UNKNOWN");
  UnbindAnswer answer;
  Unbind(answer, opening_.token, absl::ZeroDuration(), alice);
  EXPECT_EQ(Missing(opening_.token, bob), "SESSION_UNKNOWN");
  EXPECT_EQ(Missing(opening_.token, alice), "SESSION_CLOSED");
  LetSocketsClose();
}

TEST_F(SessionManagerTest, AnIdleLeaseExpiresAndIsUnbound) {
  const auto peer = Open(opening_);
  loop_.Advance(options_.default_ttl - absl::Milliseconds(1));
  EXPECT_EQ(peer->unbinds(), 0);
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(peer->unbinds(), 1);
  EXPECT_EQ(Missing(opening_.token), "SESSION_EXPIRED");
}

TEST_F(SessionManagerTest, RenewKeepsALease) {
  Open(opening_);
  for (int i = 0; i < 5; ++i) {
    loop_.Advance(options_.default_ttl / 2);
    manager().Renew(*opening_.session);
  }
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(SessionManagerTest, ARunningOperationKeepsALeaseAndItsEndStartsTheIdleTime) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  loop_.Advance(5 * options_.default_ttl);
  EXPECT_EQ(Missing(opening_.token), "");
  AnswerLast(peer);
  loop_.Advance(options_.default_ttl - absl::Milliseconds(1));
  EXPECT_EQ(Missing(opening_.token), "");
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Missing(opening_.token), "SESSION_EXPIRED");
}

TEST_F(SessionManagerTest, TheMaximumAgeEndsRunningOperationsToo) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  loop_.Advance(options_.max_age);
  EXPECT_EQ(sink_.end().cause, EndCause::kExpired);
  EXPECT_EQ(peer->CountOf("abandon"), 1u);
  EXPECT_EQ(Missing(opening_.token), "SESSION_EXPIRED");
}

TEST_F(SessionManagerTest, UnbindEndsOperationsFirstThenAnswersWhenTheSocketIsClosed) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  UnbindAnswer answer;
  Unbind(answer, opening_.token);
  EXPECT_EQ(sink_.end().cause, EndCause::kSessionClosed);
  EXPECT_EQ(peer->history().back(), "unbind");
  EXPECT_EQ(answer.answers, 0);
  LetSocketsClose();
  EXPECT_EQ(answer.answers, 1);
  EXPECT_TRUE(answer.was_active);
  EXPECT_EQ(answer.abandoned, 1);
}

TEST_F(SessionManagerTest, ASecondUnbindIsAnAnswer) {
  Open(opening_);
  UnbindAnswer first, second;
  Unbind(first, opening_.token);
  Unbind(second, opening_.token);
  EXPECT_EQ(second.answers, 1);
  EXPECT_FALSE(second.was_active);
  EXPECT_EQ(second.reason, "");
  LetSocketsClose();
  EXPECT_TRUE(first.was_active);
}

TEST_F(SessionManagerTest, UnbindByAStrangerFindsNothingAndEndsNothing) {
  Open(opening_, Request(), {.owner = "alice", .peer = ""});
  UnbindAnswer answer;
  Unbind(answer, opening_.token, absl::ZeroDuration(), {.owner = "bob", .peer = ""});
  EXPECT_EQ(answer.reason, "SESSION_UNKNOWN");
  EXPECT_EQ(Missing(opening_.token, {.owner = "alice", .peer = ""}), "");
}

TEST_F(SessionManagerTest, UnbindOfAnExpiredOrLostLeaseSaysThatItWasNotActive) {
  Lose(Open(opening_));
  UnbindAnswer answer;
  Unbind(answer, opening_.token);
  EXPECT_EQ(answer.answers, 1);
  EXPECT_FALSE(answer.was_active);
}

TEST_F(SessionManagerTest, UnbindWithWaitLetsOperationsFinish) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  UnbindAnswer answer;
  Unbind(answer, opening_.token, absl::Seconds(5));
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
  EXPECT_EQ(peer->unbinds(), 0);
  AnswerLast(peer);
  LetSocketsClose();
  EXPECT_EQ(sink_.end().cause, EndCause::kResult);
  EXPECT_EQ(answer.abandoned, 0);
  EXPECT_TRUE(answer.was_active);
}

TEST_F(SessionManagerTest, UnbindWaitsNoLongerThanTheMaximumAge) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  UnbindAnswer answer;
  Unbind(answer, opening_.token, absl::Hours(24 * 365));
  loop_.Advance(SessionManager::Options().max_age);
  LetSocketsClose();
  EXPECT_EQ(answer.answers, 1);
  EXPECT_EQ(peer->unbinds(), 1);
}

TEST_F(SessionManagerTest, UnbindWaitsNoLongerThanAsked) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  UnbindAnswer answer;
  Unbind(answer, opening_.token, absl::Seconds(5));
  loop_.Advance(absl::Seconds(5));
  EXPECT_EQ(sink_.end().cause, EndCause::kSessionClosed);
  LetSocketsClose();
  EXPECT_EQ(answer.abandoned, 1);
}

TEST_F(SessionManagerTest, ALostDirectoryEndsItsLeaseOnly) {
  Opening other;
  const auto peer = Open(opening_);
  Open(other);
  Run(*opening_.session, sink_);
  Lose(peer);
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
  EXPECT_EQ(Missing(opening_.token), "SESSION_LOST");
  EXPECT_EQ(Missing(other.token), "");
}

TEST_F(SessionManagerTest, DrainEndsIdleLeasesAtOnceAndLetsOthersRun) {
  Opening busy;
  const auto idle_peer = Open(opening_);
  const auto busy_peer = Open(busy);
  Run(*busy.session, sink_);
  bool drained = false;
  manager().Drain(absl::Seconds(25), [&] { drained = true; });
  LetSocketsClose();
  EXPECT_EQ(idle_peer->unbinds(), 1);
  EXPECT_EQ(busy_peer->unbinds(), 0);
  RecordingSink more;
  Run(*busy.session, more);
  Answer(busy_peer, {testing::ResultMessage(busy_peer->requests()[1].message_id)});
  EXPECT_FALSE(drained);
  AnswerLast(busy_peer);
  LetSocketsClose();
  EXPECT_EQ(busy_peer->unbinds(), 1);
  EXPECT_TRUE(drained);
}

TEST_F(SessionManagerTest, DrainEndsWhatStillRunsAfterItsGrace) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  bool drained = false;
  manager().Drain(absl::Seconds(25), [&] { drained = true; });
  loop_.Advance(absl::Seconds(24));
  EXPECT_FALSE(sink_.ended());
  loop_.Advance(absl::Seconds(3));
  EXPECT_EQ(sink_.end().cause, EndCause::kDraining);
  EXPECT_EQ(peer->CountOf("abandon"), 1u);
  EXPECT_TRUE(drained);
}

TEST_F(SessionManagerTest, DrainRefusesNewLeases) {
  manager().Drain(absl::Seconds(25), [] {});
  Start(opening_);
  EXPECT_EQ(opening_.reason(), "DRAINING");
  EXPECT_EQ(connector_.attempts(), 0u);
}

TEST_F(SessionManagerTest, AnOpeningUnderWayIsRefusedWhenItHasBound) {
  Start(opening_);
  manager().Drain(absl::Seconds(25), [] {});
  const auto peer = Finish();
  EXPECT_EQ(opening_.reason(), "DRAINING");
  EXPECT_EQ(peer->unbinds(), 1);
}

TEST_F(SessionManagerTest, DrainIsOverOnlyWhenOpeningsAreUnboundAndClosed) {
  Start(opening_);
  const auto peer = Connect();
  bool drained = false, idle = false;
  manager().Drain(absl::Seconds(25), [&] {
    drained = true;
    idle = manager().idle() && peer->unbinds() == 1;
  });
  loop_.Advance(absl::Seconds(27));
  EXPECT_EQ(opening_.reason(), "DRAINING");
  EXPECT_TRUE(drained);
  EXPECT_TRUE(idle);
}

TEST_F(SessionManagerTest, DrainOfNothingIsOverAtOnce) {
  bool drained = false;
  manager().Drain(absl::Seconds(25), [&] { drained = true; });
  loop_.RunUntilIdle();
  EXPECT_TRUE(drained);
}

TEST_F(SessionManagerTest, EndOfGraceEndsALeaseThatAnUnbindWaitsWith) {
  Open(opening_);
  Run(*opening_.session, sink_);
  UnbindAnswer answer;
  Unbind(answer, opening_.token, absl::Hours(1));
  manager().Drain(absl::Seconds(25), [] {});
  loop_.Advance(absl::Seconds(27));
  EXPECT_EQ(sink_.end().cause, EndCause::kDraining);
  EXPECT_EQ(answer.answers, 1);
}

class ReachabilityTest : public SessionManagerTest {
 protected:
  ReachabilityTest() {
    targets_.pop_back();
    connector_.AutoAnswerProbes(true);
    manager().StartProbing([this](bool reachable) { told_.push_back(reachable); });
    loop_.RunUntilIdle();
  }
  std::vector<bool> told_;
};

TEST_F(ReachabilityTest, FollowsTheProbesWhileNoLeaseIsConnected) {
  EXPECT_THAT(told_, ElementsAre(true));
  connector_.AutoAnswerProbes(false);
  loop_.Advance(absl::Seconds(2));
  EXPECT_THAT(told_, ElementsAre(true, false));
  connector_.AutoAnswerProbes(true);
  loop_.Advance(absl::Seconds(1));
  EXPECT_THAT(told_, ElementsAre(true, false, true));
}

TEST_F(ReachabilityTest, NothingIsProbedWhileALeaseIsConnected) {
  Open(opening_);
  Run(*opening_.session, sink_);
  const size_t probes = connector_.probes();
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(connector_.probes(), probes);
}

TEST_F(ReachabilityTest, ALeaseThatIsLostSaysNothingOfTheOthers) {
  Opening other;
  const auto peer = Open(opening_);
  Open(other);
  Lose(peer);
  loop_.Advance(absl::Seconds(10));
  EXPECT_EQ(told_.back(), true) << "one lost connection, and nobody asks again";
}

}  // namespace
}  // namespace dirlease
