#include "session/page_control.h"

#include <gtest/gtest.h>

#include "model/paged_results.h"

namespace dirlease {
namespace {

using After = PageControl::After;

PagedResults Asked(const PageControl& pages) {
  return DecodePagedResults(*pages.Request().value).value_or(PagedResults{-1, ""});
}

LdapResult WithCookie(const std::string& cookie, int code = ldap_code::kSuccess) {
  LdapResult result;
  result.code = code;
  result.controls.push_back({std::string(kPagedResultsOid), false, EncodePagedResults(0, cookie)});
  return result;
}

After PageOf(PageControl& pages, int entries, size_t octets_each, LdapResult result) {
  for (int i = 0; i < entries; ++i) pages.CountEntry(octets_each);
  return pages.OnPageEnd(result);
}

TEST(PageControl, AsksForAHundredEntriesFirstAndIsNotCritical) {
  const PageControl pages({}, true);
  EXPECT_EQ(Asked(pages).size, 100);
  EXPECT_EQ(Asked(pages).cookie, "");
  EXPECT_FALSE(pages.Request().critical);
}

TEST(PageControl, GoesOnWithTheDirectorysCookie) {
  PageControl pages({}, true);
  EXPECT_EQ(PageOf(pages, 100, 1000, WithCookie("next")), After::kNextPage);
  EXPECT_EQ(Asked(pages).cookie, "next");
}

TEST(PageControl, SizesLaterPagesToAMebioctet) {
  PageControl pages({}, true);
  PageOf(pages, 100, 8192, WithCookie("next"));
  EXPECT_EQ(Asked(pages).size, 128);
}

TEST(PageControl, SizesPagesOfSmallAndOfHugeEntriesWithinBounds) {
  PageControl small({}, true);
  for (int size : {100, 400, 1600, 5000}) {
    EXPECT_EQ(Asked(small).size, size);
    PageOf(small, size, 1, WithCookie("next"));
  }
  PageControl huge({}, true);
  PageOf(huge, 2, 4'000'000, WithCookie("next"));
  EXPECT_EQ(Asked(huge).size, 1);
}

TEST(PageControl, KeepsASizeThatTheCallerChose) {
  PageControl pages(7, true);
  EXPECT_EQ(Asked(pages).size, 7);
  PageOf(pages, 7, 8192, WithCookie("next"));
  EXPECT_EQ(Asked(pages).size, 7);
}

TEST(PageControl, AnEmptyPageMayStillHaveANextOne) {
  PageControl pages({}, true);
  EXPECT_EQ(PageOf(pages, 0, 0, WithCookie("next")), After::kNextPage);
  EXPECT_EQ(Asked(pages).size, 100);
}

TEST(PageControl, EmptyPagesWithoutEndAreNotFollowed) {
  PageControl pages({}, true);
  int empty = 0;
  while (PageOf(pages, 0, 0, WithCookie("next")) == After::kNextPage) ++empty;
  EXPECT_EQ(empty, 1000);
}

TEST(PageControl, WhateverComesBetweenThemIsProgress) {
  PageControl pages({}, true);
  for (int round = 0; round < 3; ++round) {
    for (int empty = 0; empty < 600; ++empty) ASSERT_EQ(PageOf(pages, 0, 0, WithCookie("next")), After::kNextPage);
    if (round % 2 == 0) {
      pages.CountReference();
    } else {
      pages.CountEntry(1);
    }
  }
}

TEST(PageControl, AnEmptyCookieIsTheEnd) {
  PageControl pages({}, true);
  EXPECT_EQ(PageOf(pages, 100, 10, WithCookie("")), After::kComplete);
}

TEST(PageControl, AnErrorIsTheEndWhateverItsCookie) {
  PageControl pages({}, true);
  EXPECT_EQ(PageOf(pages, 100, 10, WithCookie("next", ldap_code::kSizeLimitExceeded)),
            After::kComplete);
}

TEST(PageControl, AFullPageWithoutControlLostTheRestIfPagesAreOffered) {
  PageControl offered({}, true);
  EXPECT_EQ(PageOf(offered, 100, 10, {}), After::kLost);
  PageControl not_offered(100, false);
  EXPECT_EQ(PageOf(not_offered, 100, 10, {}), After::kComplete);
}

TEST(PageControl, APageThatIsNotFullNeedsNoControl) {
  PageControl pages({}, true);
  EXPECT_EQ(PageOf(pages, 99, 10, {}), After::kComplete);
}

TEST(PageControl, MoreThanAPageWithoutControlWasNotPaged) {
  PageControl pages({}, true);
  EXPECT_EQ(PageOf(pages, 101, 10, {}), After::kComplete);
}

TEST(PageControl, AControlThatCannotBeReadLostTheRest) {
  PageControl pages({}, true);
  LdapResult result = WithCookie("next");
  result.controls[0].value = "nonsense";
  EXPECT_EQ(PageOf(pages, 100, 10, result), After::kLost);
}

TEST(PageControl, TakesItsControlOutOfTheResultAndLeavesTheOthers) {
  PageControl pages({}, true);
  LdapResult result = WithCookie("");
  result.controls.push_back({"1.2.3", false, "x"});
  pages.OnPageEnd(result);
  ASSERT_EQ(result.controls.size(), 1u);
  EXPECT_EQ(result.controls[0].oid, "1.2.3");
}

}  // namespace
}  // namespace dirlease
