#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <string_view>

namespace dirlease::cli {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

TEST(ParseDurationOf, TakesUnitsAndNothingElse) {
  EXPECT_EQ(ParseDuration("300ms"), 300ms);
  EXPECT_EQ(ParseDuration("2s"), 2s);
  EXPECT_EQ(ParseDuration("5m"), 5min);
  EXPECT_EQ(ParseDuration("1h"), 1h);
  for (const char* bad :
       {"", "5", "s", "-1s", "1.5s", "1d", " 1s", "99999999999999999999s", "9999999h"}) {
    EXPECT_FALSE(ParseDuration(bad)) << bad;
  }
}

TEST(ParseLimitOf, TakesLdapsearchsWords) {
  EXPECT_EQ(ParseLimit("10"), 10);
  EXPECT_EQ(ParseLimit("none"), 0);
  EXPECT_EQ(ParseLimit("max"), 2147483647);
  for (const char* bad : {"", "-1", "1x", "2147483648"}) EXPECT_FALSE(ParseLimit(bad)) << bad;
}

TEST(ParsePageSizeOf, TakesPrWithoutPrompt) {
  EXPECT_EQ(ParsePageSize("pr=500/noprompt"), 500);
  EXPECT_EQ(ParsePageSize("!pr=500"), 500);
  EXPECT_EQ(ParsePageSize("pr=0"), 0);
  for (const char* bad : {"pr=500/prompt", "pr=", "sss=cn", "pr=-1"})
    EXPECT_FALSE(ParsePageSize(bad)) << bad;
}

TEST(ParseLdifWrapOf, TakesColumnsOrNo) {
  EXPECT_EQ(ParseLdifWrap("ldif-wrap=76"), 76u);
  EXPECT_EQ(ParseLdifWrap("ldif-wrap=no"), 0u);
  for (const char* bad : {"ldif-wrap=1", "ldif-wrap=", "nettimeout=1"})
    EXPECT_FALSE(ParseLdifWrap(bad)) << bad;
}

TEST(ParseAssertionOf, TakesTextAndBase64) {
  const auto text = ParseAssertion("cn:a:b");
  ASSERT_TRUE(text);
  EXPECT_EQ(text->attribute, "cn");
  EXPECT_EQ(text->octets, "a:b");
  const auto octets = ParseAssertion("jpegPhoto;binary::/wA=");
  ASSERT_TRUE(octets);
  EXPECT_EQ(octets->attribute, "jpegPhoto;binary");
  EXPECT_EQ(octets->octets, "\xff\0"sv);
  EXPECT_EQ(ParseAssertion("cn:")->octets, "");
  for (const char* bad : {"cn", ":x", "cn::a", "cn::!!!!"})
    EXPECT_FALSE(ParseAssertion(bad)) << bad;
}

TEST(LoopbackAddress, IsByNameOrNumberOnly) {
  for (const char* near :
       {"127.0.0.1:50051", "localhost:1", "[::1]:5", "unix:/run/x", "127.9.9.9:1"}) {
    EXPECT_TRUE(IsLoopbackAddress(near)) << near;
  }
  for (const char* far :
       {"10.0.0.1:1", "127.evil.example:1", "localhost.example:1", "dns:///x:1", "[::2]:1", ""}) {
    EXPECT_FALSE(IsLoopbackAddress(far)) << far;
  }
}

TEST(Utf8, RefusesOverlongSurrogatesAndTornSequences) {
  for (const char* good : {"", "a", "\xc3\xbc", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf"})
    EXPECT_TRUE(IsUtf8(good));
  for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\x80", "\xf0\x80\x80\x80"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

TEST(TokenText, IsPrintableWithoutBlanks) {
  EXPECT_TRUE(IsTokenText("1.pod-0.abc_-"));
  for (const char* bad : {"", "a b", "a\n", "\xc3\xbc"}) EXPECT_FALSE(IsTokenText(bad));
}

}  // namespace
}  // namespace dirlease::cli
