#include "session/lease_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/scale.h"

namespace dirlease {
namespace {

constexpr absl::Duration kTtl = absl::Seconds(20);
constexpr absl::Duration kMaxAge = absl::Minutes(5);

Digest DigestOfToken(int number) { return Sha256("token " + std::to_string(number)); }

class LeaseTableTest : public ::testing::Test {
 protected:
  LeaseId Add(int token, const std::string& owner = "a") {
    return table_.Add({.token_digest = DigestOfToken(token),
                       .owner = owner,
                       .ttl = kTtl,
                       .max_age = kMaxAge},
                      now_);
  }
  LeaseTable::LookUp Find(int token, const std::string& owner = "a") const {
    return table_.Find(DigestOfToken(token), owner, now_);
  }
  // Takes out and ends what is due now; how many leases that were.
  size_t ExpireAndEnd() {
    const std::vector<LeaseTable::Due> due = table_.Expire(now_);
    for (const LeaseTable::Due& one : due) table_.End(one.lease, LeaseEnd::kExpired, now_);
    return due.size();
  }

  static constexpr int kMostTombstones = 1000;
  LeaseTable table_{kMostTombstones};
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(LeaseTableTest, FindsALiveLeaseByItsTokenForItsOwner) {
  const LeaseId lease = Add(1);
  EXPECT_EQ(Find(1).live, lease);
}

TEST_F(LeaseTableTest, AnotherOwnersLeaseAnswersAsAnUnknownOne) {
  Add(1, "a");
  const LeaseTable::LookUp stranger = Find(1, "b");
  EXPECT_EQ(stranger.live, 0u);
  EXPECT_FALSE(stranger.ended.has_value());
  EXPECT_FALSE(Find(2, "b").ended.has_value());
}

TEST_F(LeaseTableTest, AnotherOwnersTombstoneAnswersAsAnUnknownLease) {
  table_.End(Add(1, "a"), LeaseEnd::kLost, now_);
  EXPECT_FALSE(Find(1, "b").ended.has_value());
  EXPECT_EQ(Find(1, "a").ended, LeaseEnd::kLost);
}

TEST_F(LeaseTableTest, ADueLeaseIsNotLiveEvenBeforeExpireTookIt) {
  Add(1);
  now_ += kTtl;
  EXPECT_EQ(Find(1).live, 0u);
  EXPECT_EQ(Find(1).ended, LeaseEnd::kExpired);
  EXPECT_EQ(ExpireAndEnd(), 1u);
}

TEST_F(LeaseTableTest, IsLiveUntilTheLastMomentOfItsTtl) {
  const LeaseId lease = Add(1);
  now_ += kTtl - absl::Nanoseconds(1);
  EXPECT_TRUE(table_.Expire(now_).empty());
  EXPECT_EQ(Find(1).live, lease);
}

TEST_F(LeaseTableTest, RenewStartsTheIdleTimeAnew) {
  const LeaseId lease = Add(1);
  now_ += kTtl / 2;
  table_.Renew(lease, now_);
  now_ += kTtl - absl::Nanoseconds(1);
  EXPECT_TRUE(table_.Expire(now_).empty());
  EXPECT_EQ(Find(1).live, lease);
}

TEST_F(LeaseTableTest, AHeldLeaseIsNeverIdle) {
  const LeaseId lease = Add(1);
  table_.Hold(lease, now_);
  now_ += 10 * kTtl;
  EXPECT_TRUE(table_.Expire(now_).empty());
  EXPECT_EQ(Find(1).live, lease);
  EXPECT_EQ(table_.Describe(lease).expire_time, table_.Describe(lease).max_expire_time);
}

TEST_F(LeaseTableTest, TheLastReleaseStartsTheIdleTime) {
  const LeaseId lease = Add(1);
  table_.Hold(lease, now_);
  table_.Hold(lease, now_);
  now_ += 2 * kTtl;
  table_.Release(lease, now_);
  EXPECT_EQ(table_.Describe(lease).expire_time, table_.Describe(lease).max_expire_time);
  table_.Release(lease, now_);
  EXPECT_EQ(table_.Describe(lease).expire_time, now_ + kTtl);
  now_ += kTtl;
  EXPECT_EQ(ExpireAndEnd(), 1u);
}

TEST_F(LeaseTableTest, TheMaximumAgeEndsAHeldLeaseToo) {
  const LeaseId lease = Add(1);
  table_.Hold(lease, now_);
  now_ += kMaxAge;
  EXPECT_EQ(Find(1).ended, LeaseEnd::kExpired);
  const auto due = table_.Expire(now_);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_TRUE(due[0].by_maximum);
}

TEST_F(LeaseTableTest, NoRenewalPassesTheMaximumAge) {
  const LeaseId lease = Add(1);
  now_ += kMaxAge - absl::Seconds(1);
  table_.Renew(lease, now_);
  EXPECT_EQ(table_.Describe(lease).expire_time, now_ + absl::Seconds(1));
}

TEST_F(LeaseTableTest, AnIdleLeaseIsSaidToBeDueByItsTtl) {
  Add(1);
  now_ += kTtl;
  const auto due = table_.Expire(now_);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_FALSE(due[0].by_maximum);
}

TEST_F(LeaseTableTest, EndedLeasesSayHowTheyEnded) {
  int token = 0;
  for (const LeaseEnd how :
       {LeaseEnd::kClosed, LeaseEnd::kExpired, LeaseEnd::kLost, LeaseEnd::kRevoked}) {
    table_.End(Add(++token), how, now_);
    EXPECT_EQ(Find(token).ended, how);
  }
}

TEST_F(LeaseTableTest, OldTombstonesAreDropped) {
  table_.End(Add(1), LeaseEnd::kClosed, now_);
  now_ += LeaseTable::kTombstoneAge;
  EXPECT_FALSE(Find(1).ended.has_value());
  table_.End(Add(2), LeaseEnd::kClosed, now_);
  EXPECT_FALSE(Find(1).ended.has_value());
  EXPECT_TRUE(Find(2).ended.has_value());
}

TEST_F(LeaseTableTest, TombstonesNeverExceedTheirCap) {
  for (int token = 0; token <= kMostTombstones; ++token) table_.End(Add(token), LeaseEnd::kClosed, now_);
  EXPECT_FALSE(Find(0).ended.has_value());
  EXPECT_TRUE(Find(1).ended.has_value());
  EXPECT_TRUE(Find(kMostTombstones).ended.has_value());
}

TEST_F(LeaseTableTest, CountsPerOwner) {
  const LeaseId lease = Add(1, "a");
  Add(2, "a");
  Add(3, "b");
  table_.End(lease, LeaseEnd::kClosed, now_);
  EXPECT_EQ(table_.CountOwnedBy("a"), 1u);
  EXPECT_EQ(table_.CountOwnedBy("b"), 1u);
  EXPECT_EQ(table_.CountOwnedBy("c"), 0u);
}

TEST_F(LeaseTableTest, NothingIsDueInAnEmptyTable) {
  EXPECT_EQ(table_.NextExpiry(), absl::InfiniteFuture());
  table_.End(Add(1), LeaseEnd::kClosed, now_);
  EXPECT_EQ(table_.NextExpiry(), absl::InfiniteFuture());
}

// The design target of the table: each is renewed once, then all expire at their own moment.
TEST_F(LeaseTableTest, FiftyThousandLeasesExpireEachAtItsOwnMoment) {
  constexpr int kLeases = 50'000 / testing::kScale;
  const absl::Time start = now_;
  std::vector<LeaseId> leases;
  for (int i = 0; i < kLeases; ++i) leases.push_back(Add(i));
  for (int i = 0; i < kLeases; ++i) table_.Renew(leases[i], start + absl::Microseconds(i));
  for (int i = 0; i < kLeases; i += kLeases / 50) {
    now_ = start + kTtl + absl::Microseconds(i);
    ExpireAndEnd();
    ASSERT_EQ(table_.size(), static_cast<size_t>(kLeases - i - 1));
  }
  now_ = start + 2 * kTtl;
  ExpireAndEnd();
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(table_.CountOwnedBy("a"), 0u);
}

}  // namespace
}  // namespace dirlease
