#include "ldap/ldap_uri.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

TEST(LdapUriTest, TakesSchemeHostAndPortApart) {
  const auto uri = ParseLdapUri("LDAP://Directory.example:1389/");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->text, "LDAP://Directory.example:1389/");
  EXPECT_EQ(uri->host, "Directory.example");
  EXPECT_EQ(uri->port_number, 1389);
  EXPECT_FALSE(uri->ldaps);
  EXPECT_EQ(HostPort(*uri), "Directory.example:1389");
}

TEST(LdapUriTest, KnowsTheDefaultPorts) {
  EXPECT_EQ(ParseLdapUri("ldap://a")->port_number, 389);
  const auto ldaps = ParseLdapUri("ldaps://a");
  EXPECT_EQ(ldaps->port_number, 636);
  EXPECT_TRUE(ldaps->ldaps);
}

TEST(LdapUriTest, KeepsIpv6WithoutBrackets) {
  const auto uri = ParseLdapUri("ldaps://[::1]:6360");
  ASSERT_TRUE(uri);
  EXPECT_EQ(uri->host, "::1");
  EXPECT_EQ(uri->port_number, 6360);
  EXPECT_EQ(HostPort(*uri), "[::1]:6360");
}

TEST(LdapUriTest, RefusesAnythingElse) {
  for (const char* text : {"",
                           "ldap",
                           "ldap:/a",
                           "ldap://",
                           "ldap:///",
                           "ldap://:389",
                           "http://a",
                           "ldapi:///",
                           "a:389",
                           "ldap://a:",
                           "ldap://a:0",
                           "ldap://a:65536",
                           "ldap://a:-1",
                           "ldap://a:38x",
                           "ldap://a//",
                           "ldap://a/dc=x",
                           "ldap://a?x",
                           "ldap://a b",
                           "ldap://a@b",
                           "ldap://::1",
                           "ldap://[::1",
                           "ldap://[a]",
                           "ldap://[]",
                           "ldap://-a",
                           " ldap://a"}) {
    EXPECT_FALSE(ParseLdapUri(text)) << text;
  }
}

TEST(LdapUriTest, TheSameServerMayBeWrittenInSeveralWays) {
  const auto same = [](const char* a, const char* b) { return SameServer(*ParseLdapUri(a), *ParseLdapUri(b)); };
  EXPECT_TRUE(same("ldap://Directory.example", "LDAP://directory.example:389/"));
  EXPECT_FALSE(same("ldap://a", "ldaps://a"));
  EXPECT_FALSE(same("ldap://a:389", "ldaps://a:389"));
  EXPECT_FALSE(same("ldap://a", "ldap://a:390"));
  EXPECT_FALSE(same("ldap://a", "ldap://b"));
}

}  // namespace
}  // namespace dirlease
