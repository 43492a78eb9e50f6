// Who holds a lease, tethers and their grace, and what holding does to expiry and drain.
#include "session/holds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::RecordingSink;

class FakeHolder final : public LeaseHolder {
 public:
  void OnDraining(absl::Time end) override { draining.push_back(end); }
  void OnLeaseEnded(const OperationEnd& end) override { ended.push_back(end.cause); }

  std::vector<absl::Time> draining;
  std::vector<EndCause> ended;
  Holds::Ticket ticket;
};

class HoldsTest : public testing::ManagerFixture {
 protected:
  HoldsTest() { peer_ = Open(opening_); }
  // The fixture's drain would tell them.
  ~HoldsTest() override {
    for (const FakeHolder* holder : {&holder_, &second_}) manager().Release(holder->ticket);
  }
  void Hold(FakeHolder& holder, Holds::Tether tether = {}) {
    const auto ticket = manager().Hold(*opening_.session, holder, tether);
    ASSERT_TRUE(ticket.ok());
    holder.ticket = ticket.value();
  }
  void Release(FakeHolder& holder) {
    manager().Release(holder.ticket);
    loop_.RunUntilIdle();
  }
  static Holds::Tether Tied(absl::Duration grace = absl::ZeroDuration()) {
    return {.tied = true, .grace = grace};
  }
  std::string Missing() { return ManagerFixture::Missing(opening_.token); }

  std::shared_ptr<testing::FakeLdapPeer> peer_;
  FakeHolder holder_, second_;
};

TEST_F(HoldsTest, AHeldLeaseIsNotIdleAndItsEndIsTheMaximumAge) {
  Hold(holder_);
  loop_.Advance(options_.max_age - absl::Seconds(1));
  EXPECT_EQ(Missing(), "");
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(Missing(), "SESSION_EXPIRED");
  EXPECT_THAT(holder_.ended, ElementsAre(EndCause::kExpired));
}

TEST_F(HoldsTest, TheIdleTimeBeginsWhenTheLastHolderIsGone) {
  Hold(holder_);
  Hold(second_);
  Release(holder_);
  loop_.Advance(2 * options_.default_ttl);
  Release(second_);
  loop_.Advance(options_.default_ttl - absl::Seconds(1));
  EXPECT_EQ(Missing(), "");
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(Missing(), "SESSION_EXPIRED");
  EXPECT_TRUE(holder_.ended.empty());
}

TEST_F(HoldsTest, ReleaseAfterTheEndIsHarmless) {
  Hold(holder_, Tied());
  manager().Revoke(opening_.session->facts().session_id);
  Release(holder_);
  EXPECT_THAT(holder_.ended, ElementsAre(EndCause::kRevoked));
  EXPECT_EQ(Missing(), "SESSION_REVOKED");
}

TEST_F(HoldsTest, TheDirectorysLastWordIsTold) {
  Hold(holder_);
  peer_->QueueEof();
  loop_.Signal(peer_->fd(), EPOLLIN);
  loop_.RunUntilIdle();
  EXPECT_THAT(holder_.ended, ElementsAre(EndCause::kLost));
}

TEST_F(HoldsTest, SixteenMayHoldALease) {
  FakeHolder holders[Holds::kMostPerLease];
  for (FakeHolder& holder : holders) Hold(holder);
  const auto refused = manager().Hold(*opening_.session, holder_, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().reason, "TOO_MANY_HOLDS");
  EXPECT_EQ(refused.failure().code, absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused.failure().metadata, ElementsAre(std::pair<std::string, std::string>("limit", "16")));
  Release(holders[3]);
  Hold(holder_);
  manager().Revoke(opening_.session->facts().session_id);  // while the holders live
}

TEST_F(HoldsTest, ABrokenTetherUnbindsAtOnceAndTellsOtherHolders) {
  Hold(holder_, Tied());
  Hold(second_);
  Release(holder_);
  EXPECT_EQ(peer_->unbinds(), 1);
  EXPECT_EQ(Missing(), "SESSION_CLOSED");
  EXPECT_THAT(second_.ended, ElementsAre(EndCause::kSessionClosed));
}

TEST_F(HoldsTest, ABrokenTetherEndsRunningOperations) {
  Hold(holder_, Tied());
  Run(*opening_.session, sink_);
  Release(holder_);
  EXPECT_EQ(sink_.end().cause, EndCause::kSessionClosed);
}

TEST_F(HoldsTest, WithinTheGraceANewTetherTakesOver) {
  Hold(holder_, Tied(absl::Seconds(10)));
  Release(holder_);
  loop_.Advance(absl::Seconds(9));
  Hold(second_, Tied(absl::Seconds(10)));
  loop_.Advance(absl::Seconds(60));
  EXPECT_EQ(Missing(), "");
  Release(second_);
  loop_.Advance(absl::Seconds(9));
  EXPECT_EQ(Missing(), "");
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(Missing(), "SESSION_CLOSED");
}

TEST_F(HoldsTest, AnUntetheredHoldDoesNotStopTheGrace) {
  Hold(holder_, Tied(absl::Seconds(10)));
  Release(holder_);
  Hold(second_);
  loop_.Advance(absl::Seconds(10));
  EXPECT_THAT(second_.ended, ElementsAre(EndCause::kSessionClosed));
}

TEST_F(HoldsTest, TheOldTethersEndIsNothingWhileANewOneHolds) {
  Hold(holder_, Tied());
  Hold(second_, Tied());
  Release(holder_);
  EXPECT_EQ(Missing(), "");
  Release(second_);
  EXPECT_EQ(Missing(), "SESSION_CLOSED");
}

TEST_F(HoldsTest, TheGraceIsAtMostTheTimeToLive) {
  Hold(holder_, Tied(absl::Hours(1)));
  Release(holder_);
  manager().Renew(*opening_.session);
  loop_.Advance(options_.default_ttl / 2);
  manager().Renew(*opening_.session);
  loop_.Advance(options_.default_ttl / 2);
  EXPECT_EQ(Missing(), "SESSION_CLOSED");
}

TEST_F(HoldsTest, ADrainWaitsForHoldersAndTellsThem) {
  Hold(holder_);
  bool drained = false;
  manager().Drain(absl::Seconds(25), [&] { drained = true; });
  EXPECT_THAT(holder_.draining, ElementsAre(loop_.Now() + absl::Seconds(25)));
  loop_.Advance(absl::Seconds(24));
  EXPECT_FALSE(drained);
  Release(holder_);
  LetSocketsClose();
  EXPECT_TRUE(drained);
  EXPECT_EQ(Missing(), "SESSION_LOST");
}

TEST_F(HoldsTest, ADrainEndsAHeldLeaseAfterItsGrace) {
  Hold(holder_);
  manager().Drain(absl::Seconds(25), [] {});
  loop_.Advance(absl::Seconds(25));
  EXPECT_THAT(holder_.ended, ElementsAre(EndCause::kDraining));
}

TEST_F(HoldsTest, WhileDrainingALeaseEndsWithItsLastOperationUnlessHeld) {
  Run(*opening_.session, sink_);
  manager().Drain(absl::Seconds(25), [] {});
  Hold(holder_);
  AnswerLast(peer_);
  EXPECT_EQ(Missing(), "");
  Release(holder_);
  EXPECT_EQ(Missing(), "SESSION_LOST");
}

TEST_F(HoldsTest, ADrainIsShortenedNeverLengthenedAndCallsBackEachTime) {
  Hold(holder_);
  int drained = 0;
  manager().Drain(absl::Seconds(25), [&] { ++drained; });
  manager().Drain(absl::Seconds(60), [&] { ++drained; });
  EXPECT_EQ(manager().grace_end(), loop_.Now() + absl::Seconds(25));
  manager().Drain(absl::Seconds(5), [&] { ++drained; });
  EXPECT_EQ(holder_.draining.size(), 2u);
  loop_.Advance(absl::Seconds(5));
  LetSocketsClose();
  EXPECT_EQ(drained, 3);
  manager().Drain(absl::Seconds(5), [&] { ++drained; });
  loop_.RunUntilIdle();
  EXPECT_EQ(drained, 4);
}

TEST_F(HoldsTest, UnbindWithWaitDoesNotWaitForHolders) {
  Hold(holder_);
  int answers = 0;
  manager().Unbind({}, opening_.token, absl::Seconds(10), [&](auto) { ++answers; });
  LetSocketsClose();
  EXPECT_EQ(answers, 1);
  EXPECT_THAT(holder_.ended, ElementsAre(EndCause::kSessionClosed));
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(HoldsTest, TheLoadTellsHowMuchIsHeld) {
  Hold(holder_);
  Hold(second_, Tied(absl::Seconds(5)));
  EXPECT_EQ(manager().Measure().holds.untethered, 1u);
  EXPECT_EQ(manager().Measure().holds.tethered, 1u);
  EXPECT_EQ(manager().Measure().holds.broken_tethers, 0u);
  Release(second_);
  EXPECT_EQ(manager().Measure().holds.tethered, 0u);
  EXPECT_EQ(manager().Measure().holds.broken_tethers, 1u);
  loop_.Advance(absl::Seconds(5));
  EXPECT_EQ(manager().Measure().holds.untethered, 0u);
  EXPECT_EQ(manager().Measure().holds.broken_tethers, 0u);
}

TEST_F(HoldsTest, LeasesAreListedInOrderOfOpeningWhateverEnds) {
  Opening others[3];
  for (Opening& other : others) Open(other, Request(), {.owner = "alice", .peer = ""});
  const auto first = manager().LeasesAfter(0, 2, "");
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0], opening_.session);
  EXPECT_EQ(first[1], others[0].session);
  const LeaseId after = first[1]->lease();
  EXPECT_TRUE(manager().Revoke(first[1]->facts().session_id));
  EXPECT_FALSE(manager().Revoke(first[1]->facts().session_id));
  EXPECT_FALSE(manager().Revoke("s-unknown"));
  EXPECT_THAT(manager().LeasesAfter(after, 9, ""), ElementsAre(others[1].session, others[2].session));
  EXPECT_THAT(manager().LeasesAfter(0, 9, "alice"), ElementsAre(others[1].session, others[2].session));
  EXPECT_TRUE(manager().LeasesAfter(0, 9, "bob").empty());
}

}  // namespace
}  // namespace dirlease
