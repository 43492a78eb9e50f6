// Who guesses wrong too often waits; whoever else asks does not.
#include "session/verify/failed_binds.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

constexpr FailedBinds::Options kThreeAMinute{.most = 3, .window = absl::Minutes(1)};

class FailedBindsTest : public ::testing::Test {
 protected:
  void Fail(const FailedBinds::Key& key, int times = 1) {
    for (int i = 0; i < times; ++i) failed_.AddFailure(key, now_);
  }

  FailedBinds failed_{kThreeAMinute};
  absl::Time now_ = absl::UnixEpoch();
  const FailedBinds::Key key_ = FailedBinds::KeyOf("shop", "people", "uid=a,dc=b");
};

TEST_F(FailedBindsTest, RefusesUntilTheWindowOfTheFirstIsOver) {
  Fail(key_);
  now_ += absl::Seconds(20);
  Fail(key_);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
  Fail(key_);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), absl::Seconds(40));
  now_ += absl::Seconds(40);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
  Fail(key_);  // a new window
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
}

TEST_F(FailedBindsTest, ASuccessForgets) {
  Fail(key_, 2);
  failed_.AddSuccess(key_);
  Fail(key_, 2);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
  // The first window's end does not end the second one.
  now_ += absl::Seconds(30);
  failed_.AddSuccess(key_);
  Fail(key_, 3);
  now_ += absl::Seconds(30);
  Fail(FailedBinds::KeyOf("", "", "another"));
  EXPECT_EQ(failed_.RefusedFor(key_, now_), absl::Seconds(30));
}

TEST_F(FailedBindsTest, CountsByCallerTargetAndName) {
  Fail(key_, 3);
  for (const auto& other :
       {FailedBinds::KeyOf("till", "people", "uid=a,dc=b"), FailedBinds::KeyOf("shop", "staff", "uid=a,dc=b"),
        FailedBinds::KeyOf("shop", "people", "uid=b,dc=b"), FailedBinds::KeyOf("shoppeople", "", "uid=a,dc=b")}) {
    EXPECT_EQ(failed_.RefusedFor(other, now_), std::nullopt);
  }
  EXPECT_NE(failed_.RefusedFor(FailedBinds::KeyOf("shop", "people", "UID=A, DC=b"), now_), std::nullopt);
}

TEST_F(FailedBindsTest, ItsMemoryIsBounded) {
  for (size_t i = 0; i < FailedBinds::kMostKeys + 10; ++i) Fail(FailedBinds::KeyOf("", "", std::to_string(i)));
  EXPECT_EQ(failed_.size(), FailedBinds::kMostKeys);
  now_ += absl::Minutes(1);
  Fail(key_);
  EXPECT_EQ(failed_.size(), 1u);
}

}  // namespace
}  // namespace dirlease
