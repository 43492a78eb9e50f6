#include "model/value_range.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

TEST(ValueRange, IsReadFromAmongTheOptions) {
  const auto part = ParseValueRange("member;range=0-1499");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->type, "member");
  EXPECT_EQ(part->first, 0);
  EXPECT_EQ(part->last, 1499);
  const auto rest = ParseValueRange("member;lang-en;RANGE=1500-*;x");
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->type, "member;lang-en;x");
  EXPECT_EQ(rest->first, 1500);
  EXPECT_EQ(rest->last, std::nullopt);
}

TEST(ValueRange, OtherDescriptionsHaveNone) {
  for (const char* text : {"", "member", "member;lang-en", "range=0-1", "member;range=", "member;range=1", "member;range=-1",
                           "member;range=2-1", "member;range=a-b", "member;range=0-1x", "member;range=-1-2",
                           "member;range=0-9223372036854775807", "member;range=0-99999999999999999999", "member;range"}) {
    EXPECT_FALSE(ParseValueRange(text)) << text;
  }
}

TEST(ValueRange, AnOptionThatMakesNoSenseIsStillOne) {
  for (const char* text : {"member;range=", "member;x;Range=2-1", "member;range=a-b;lang-en"}) {
    EXPECT_TRUE(HasRangeOption(text)) << text;
  }
  for (const char* text : {"", "member", "range=0-1", "member;range", "member;x-range=0-1"}) {
    EXPECT_FALSE(HasRangeOption(text)) << text;
  }
}

TEST(ValueRange, TheNextPartIsAskedFor) { EXPECT_EQ(ValuesFrom("member", 1500), "member;range=1500-*"); }

}  // namespace
}  // namespace dirlease
