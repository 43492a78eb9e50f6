#include "ldap/input_pace.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

constexpr absl::Time kStart = absl::UnixEpoch();

// So many entries of 500 octets came by `now`.
absl::Duration RestAfter(InputPace& pace, int entries, absl::Time now) {
  for (int entry = 0; entry < entries; ++entry) pace.CountEntry(500);
  return pace.RestAt(now);
}

TEST(InputPaceTest, TheFirstEntriesAreNotHeldBack) {
  InputPace pace;
  EXPECT_EQ(RestAfter(pace, InputPace::kFirstEntries - 1, kStart), absl::ZeroDuration());
  EXPECT_EQ(RestAfter(pace, 1, kStart + absl::Milliseconds(1)), InputPace::kLongestRest);
}

TEST(InputPaceTest, AfterAResultTheNextEntriesAreFirstOnes) {
  InputPace pace;
  RestAfter(pace, 100, kStart);
  pace.CountResult();
  EXPECT_EQ(RestAfter(pace, 1, kStart + absl::Milliseconds(1)), absl::ZeroDuration());
}

TEST(InputPaceTest, NothingRestsWhereNothingCame) {
  InputPace pace;
  RestAfter(pace, 100, kStart);
  EXPECT_EQ(RestAfter(pace, 0, kStart + absl::Milliseconds(1)), absl::ZeroDuration());
}

TEST(InputPaceTest, ARestIsAsLongAsTheGatheredOctetsTakeToArrive) {
  InputPace pace;
  RestAfter(pace, 100, kStart);
  // 64,000 octets in a millisecond.
  const absl::Duration rest = RestAfter(pace, 128, kStart + absl::Milliseconds(1));
  EXPECT_EQ(rest, absl::Microseconds(512));
  // Slower than a rest can be long.
  EXPECT_EQ(RestAfter(pace, 1, kStart + absl::Seconds(2)), InputPace::kLongestRest);
}

TEST(InputPaceTest, AFloodIsReadWithoutRest) {
  InputPace pace;
  RestAfter(pace, 100, kStart);
  EXPECT_EQ(RestAfter(pace, 1000, kStart + absl::Milliseconds(1)), absl::ZeroDuration());
}

TEST(InputPaceTest, WhatCameBeforeTheFirstLookTellsNoPace) {
  InputPace pace;
  EXPECT_EQ(RestAfter(pace, 1000, kStart), InputPace::kLongestRest);
}

}  // namespace
}  // namespace dirlease
