#include "session/request_ids.h"

#include <gtest/gtest.h>

#include <string>

namespace dirlease {
namespace {

class RequestIdsTest : public ::testing::Test {
 protected:
  void Remember(const std::string& key, LeaseId lease) {
    ids_.Remember(key, {.request_digest = {}, .lease = lease, .token = Secret("t"), .bind_result = {}},
                  now_);
  }

  static constexpr int kMost = 100;
  RequestIds ids_{kMost};
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(RequestIdsTest, FindsWhatItWasTold) {
  Remember("key", 7);
  ASSERT_NE(ids_.Find("key", now_), nullptr);
  EXPECT_EQ(ids_.Find("key", now_)->lease, 7u);
  EXPECT_EQ(ids_.Find("key", now_)->token.Reveal(), "t");
}

TEST_F(RequestIdsTest, KnowsNoOtherKey) {
  Remember("key", 7);
  EXPECT_EQ(ids_.Find("other", now_), nullptr);
}

TEST_F(RequestIdsTest, TheSameIdOfTwoCallersIsTwoIds) {
  EXPECT_NE(RequestIds::KeyOf("a", "id"), RequestIds::KeyOf("b", "id"));
}

TEST_F(RequestIdsTest, DropsWhatIsTenMinutesOld) {
  Remember("key", 7);
  now_ += RequestIds::kAge - absl::Nanoseconds(1);
  EXPECT_NE(ids_.Find("key", now_), nullptr);
  now_ += absl::Nanoseconds(1);
  EXPECT_EQ(ids_.Find("key", now_), nullptr);
}

TEST_F(RequestIdsTest, ForgetsOnDemand) {
  Remember("key", 7);
  ids_.Forget("key");
  EXPECT_EQ(ids_.Find("key", now_), nullptr);
}

TEST_F(RequestIdsTest, AForgottenKeyMayBeRememberedAnew) {
  Remember("key", 7);
  ids_.Forget("key");
  Remember("key", 8);
  EXPECT_EQ(ids_.Find("key", now_)->lease, 8u);
}

TEST_F(RequestIdsTest, NeverHoldsMoreThanItsCap) {
  for (int i = 0; i <= kMost; ++i) Remember(std::to_string(i), 1);
  EXPECT_EQ(ids_.Find("0", now_), nullptr);
  EXPECT_NE(ids_.Find(std::to_string(kMost), now_), nullptr);
}

}  // namespace
}  // namespace dirlease
