#include "ldap/input_pace.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

constexpr absl::Time kStart = absl::UnixEpoch();
// So long after the first entries a rest is as long as it gets.
const absl::Duration kSettled = InputPace::kPartOfTime * InputPace::kLongestRest;

// So many entries came by `now`.
absl::Duration RestAfter(InputPace& pace, int entries, absl::Time now) {
  for (int entry = 0; entry < entries; ++entry) pace.CountEntry();
  return pace.RestAt(now);
}

TEST(InputPaceTest, TheFirstEntriesAreNotHeldBack) {
  InputPace pace;
  EXPECT_EQ(RestAfter(pace, 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(RestAfter(pace, InputPace::kFirstEntries - 2, kStart + kSettled), absl::ZeroDuration());
  EXPECT_FALSE(pace.streaming());
  EXPECT_EQ(RestAfter(pace, 1, kStart + kSettled), InputPace::kLongestRest);
  EXPECT_TRUE(pace.streaming());
}

TEST(InputPaceTest, AfterAResultTheNextEntriesAreFirstOnes) {
  InputPace pace;
  RestAfter(pace, 100, kStart);
  pace.CountEnd();
  EXPECT_EQ(RestAfter(pace, 1, kStart + kSettled), absl::ZeroDuration());
  // And their time counts from the first of them.
  EXPECT_EQ(RestAfter(pace, 100, kStart + kSettled + absl::Milliseconds(8)), absl::Milliseconds(1));
}

TEST(InputPaceTest, NothingRestsWhereNothingCame) {
  InputPace pace;
  RestAfter(pace, 100, kStart);
  EXPECT_EQ(RestAfter(pace, 0, kStart + kSettled), absl::ZeroDuration());
}

TEST(InputPaceTest, ARestIsAPartOfTheTimeSoFar) {
  InputPace pace;
  EXPECT_EQ(RestAfter(pace, 100, kStart), absl::ZeroDuration());
  EXPECT_EQ(RestAfter(pace, 1, kStart + InputPace::kPartOfTime * absl::Microseconds(99)), absl::ZeroDuration());
  EXPECT_EQ(RestAfter(pace, 1, kStart + InputPace::kPartOfTime * absl::Microseconds(100)), absl::Microseconds(100));
  EXPECT_EQ(RestAfter(pace, 1, kStart + absl::Milliseconds(8)), absl::Milliseconds(1));
  EXPECT_EQ(RestAfter(pace, 1, kStart + absl::Seconds(8)), InputPace::kLongestRest);
}

}  // namespace
}  // namespace dirlease
