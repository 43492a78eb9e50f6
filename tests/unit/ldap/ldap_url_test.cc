#include "ldap/ldap_url.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

TEST(LdapUrlTest, TakesItsPartsApart) {
  const auto url = ParseLdapUrl("ldap://Directory.example:1389/ou=people,dc=example?cn,sn?one?(sn=a%20b)?x=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->server.text, "ldap://Directory.example:1389");
  EXPECT_EQ(url->server.host, "Directory.example");
  EXPECT_EQ(url->server.port_number, 1389);
  EXPECT_EQ(url->dn, "ou=people,dc=example");
  EXPECT_EQ(url->scope, Scope::kOneLevel);
  EXPECT_EQ(url->filter, "(sn=a b)");
}

TEST(LdapUrlTest, WhatIsMissingIsTheRequests) {
  for (const char* text : {"ldap://host", "ldap://host/", "ldap://host/????", "ldaps://host:636/?cn"}) {
    const auto url = ParseLdapUrl(text);
    ASSERT_TRUE(url) << text;
    EXPECT_FALSE(url->dn) << text;
    EXPECT_FALSE(url->scope) << text;
    EXPECT_FALSE(url->filter) << text;
  }
}

TEST(LdapUrlTest, DecodesNamesToOctets) {
  EXPECT_EQ(ParseLdapUrl("ldap://host/cn=a%2C%5cb%C3%a9,dc=x")->dn, "cn=a,\\b\xC3\xA9,dc=x");
  EXPECT_EQ(ParseLdapUrl("ldap://host/cn=%3Fq")->dn, "cn=?q");
}

TEST(LdapUrlTest, KnowsTheScopesOfItsKindInAnyCase) {
  EXPECT_EQ(ParseLdapUrl("ldap://host/??base")->scope, Scope::kBase);
  EXPECT_EQ(ParseLdapUrl("ldap://host/??ONE")->scope, Scope::kOneLevel);
  EXPECT_EQ(ParseLdapUrl("ldap://host/??sub")->scope, Scope::kSubtree);
  EXPECT_EQ(ParseLdapUrl("ldap://host/??subordinate")->scope, Scope::kSubordinates);
}

TEST(LdapUrlTest, RefusesWhatItCannotFollow) {
  for (const char* text : {"", "ldap:", "http://host/dc=a", "ldap:///dc=a", "ldap://ho st/dc=a", "ldap://user@host/dc=a",
                           "ldap://host:0/dc=a", "ldap://host:99999/", "ldap://host/dc=%4", "ldap://host/dc=%zz",
                           "ldap://host/??everything", "ldap://host/???" "?!bindname=cn=a", "ldap://host/????a,!b",
                           "cldap://host/dc=a", "ldapi://%2ftmp%2fsocket/"}) {
    EXPECT_FALSE(ParseLdapUrl(text)) << text;
  }
}

}  // namespace
}  // namespace dirlease
