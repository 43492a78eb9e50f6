#include "model/ldap_result.h"

#include <gtest/gtest.h>
#include <ldap.h>

#include <set>

namespace dirlease {
namespace {

TEST(LdapResultName, KnowsTheStandardsNames) {
  EXPECT_EQ(LdapResultName(LDAP_SUCCESS), "success");
  EXPECT_EQ(LdapResultName(LDAP_NO_SUCH_OBJECT), "noSuchObject");
  EXPECT_EQ(LdapResultName(LDAP_INVALID_DN_SYNTAX), "invalidDNSyntax");
  EXPECT_EQ(LdapResultName(LDAP_OTHER), "other");
  EXPECT_EQ(LdapResultName(LDAP_ASSERTION_FAILED), "assertionFailed");
  EXPECT_EQ(LdapResultName(LDAP_SYNC_REFRESH_REQUIRED), "e-syncRefreshRequired");
}

TEST(LdapResultName, KnowsLibldapsOwn) {
  EXPECT_EQ(LdapResultName(LDAP_SERVER_DOWN), "serverDown");
  EXPECT_EQ(LdapResultName(LDAP_DECODING_ERROR), "decodingError");
  EXPECT_EQ(LdapResultName(LDAP_CONNECT_ERROR), "connectError");
  EXPECT_EQ(LdapResultName(LDAP_REFERRAL_LIMIT_EXCEEDED), "referralLimitExceeded");
}

TEST(LdapResultName, IsEmptyForCodesNobodyNamed) {
  for (const int code : {-18, 9, 15, 31, 81, 113, 124, 4095, 16654 + 1, 1 << 30}) {
    EXPECT_EQ(LdapResultName(code), "") << code;
  }
}

// Also finds a table that is out of order, since look-ups halve it.
TEST(LdapResultName, NamesEveryCodeOnce) {
  std::set<std::string_view> names;
  size_t found = 0;
  for (int code = -100; code < 0x5000; ++code) {
    if (LdapResultName(code).empty()) continue;
    ++found;
    EXPECT_TRUE(names.insert(LdapResultName(code)).second) << code;
  }
  EXPECT_EQ(found, 72u);
}

TEST(LdapCode, NumbersAreLibldaps) {
  EXPECT_EQ(ldap_code::kSizeLimitExceeded, LDAP_SIZELIMIT_EXCEEDED);
  EXPECT_EQ(ldap_code::kTimeLimitExceeded, LDAP_TIMELIMIT_EXCEEDED);
  EXPECT_EQ(ldap_code::kAdminLimitExceeded, LDAP_ADMINLIMIT_EXCEEDED);
  EXPECT_EQ(ldap_code::kSaslBindInProgress, LDAP_SASL_BIND_IN_PROGRESS);
  EXPECT_EQ(ldap_code::kReferral, LDAP_REFERRAL);
  EXPECT_EQ(ldap_code::kUnavailable, LDAP_UNAVAILABLE);
  EXPECT_EQ(ldap_code::kServerDown, LDAP_SERVER_DOWN);
  EXPECT_EQ(ldap_code::kDecodingError, LDAP_DECODING_ERROR);
  EXPECT_EQ(ldap_code::kTimeout, LDAP_TIMEOUT);
  EXPECT_EQ(ldap_code::kConnectError, LDAP_CONNECT_ERROR);
}

}  // namespace
}  // namespace dirlease
