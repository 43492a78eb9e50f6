#include "base/utf8.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

using std::string_literals::operator""s;

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (const std::string& text :
       {""s, "\0"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s,
        "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    EXPECT_TRUE(IsValidUtf8(text)) << ::testing::PrintToString(text);
    EXPECT_EQ(Utf8CharacterSize(text), text.size());
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndTooLargeNumbers) {
  for (const std::string& text :
       {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x9F\xBF"s, "\xED\xA0\x80"s,
        "\xED\xBF\xBF"s, "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s}) {
    EXPECT_FALSE(IsValidUtf8(text)) << ::testing::PrintToString(text);
    EXPECT_EQ(Utf8CharacterSize(text), 0u);
  }
}

TEST(Utf8, RefusesCharactersThatEndTooEarly) {
  for (const std::string& text : {"\xC2"s, "\xE2\x82"s, "\xF0\x9F\x98"s, "\xE2(\xA1"s}) {
    EXPECT_FALSE(IsValidUtf8(text)) << ::testing::PrintToString(text);
  }
}

TEST(Utf8, ReplacesEachInvalidOctet) {
  EXPECT_EQ(ReplaceInvalidUtf8("a\xFF\xC3\xA9\xE2\x82z"),
            "a\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(ReplaceInvalidUtf8(""), "");
}

TEST(Utf8, EscapesEachInvalidOctet) {
  EXPECT_EQ(EscapeInvalidUtf8("a\xFF\xC3\xA9\x80", '%'), "a%ff\xC3\xA9%80");
}

TEST(Utf8, TruncatesBetweenCharacters) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80";
  EXPECT_EQ(TruncateUtf8(text, 0), "");
  EXPECT_EQ(TruncateUtf8(text, 2), "a");
  EXPECT_EQ(TruncateUtf8(text, 3), "a\xC3\xA9");
  EXPECT_EQ(TruncateUtf8(text, 6), "a\xC3\xA9");
  EXPECT_EQ(TruncateUtf8(text, 7), text);
  EXPECT_EQ(TruncateUtf8(text, 700), text);
}

}  // namespace
}  // namespace dirlease
