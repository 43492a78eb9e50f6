#include "app/duration.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

TEST(DurationTest, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseDuration("300ms"), absl::Milliseconds(300));
  EXPECT_EQ(ParseDuration("2s"), absl::Seconds(2));
  EXPECT_EQ(ParseDuration("5m"), absl::Minutes(5));
  EXPECT_EQ(ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ParseDuration("0s"), absl::ZeroDuration());
}

TEST(DurationTest, RefusesTheRest) {
  for (const char* text : {"", "5", "0", "-2s", "+2s", "inf", "2 s", "2s ", "two", "5d", "s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(DurationTest, WritesWhatItReads) {
  for (const char* text : {"300ms", "2s", "5m", "1h", "1h30m", "0s"}) {
    EXPECT_EQ(DurationText(*ParseDuration(text)), text);
  }
}

}  // namespace
}  // namespace dirlease
