#include "session/referrals/followed_place.h"

#include <gtest/gtest.h>

#include "model/paged_results.h"

namespace dirlease {
namespace {

FollowedPlace From(Scope scope = Scope::kSubtree) {
  return {.server = *ParseLdapUri("ldap://a"), .dn = "dc=example", .scope = scope, .filter = "(cn=x)"};
}
std::optional<FollowedPlace> At(const char* url, const FollowedPlace& from = From(), bool continuation = true) {
  return PlaceAt(*ParseLdapUrl(url), from, continuation);
}

TEST(FollowedPlaceTest, TakesFromTheUrlWhatItSays) {
  const auto place = At("ldap://b/ou=people,dc=b??one?sn=y");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->server.host, "b");
  EXPECT_EQ(place->dn, "ou=people,dc=b");
  EXPECT_EQ(place->scope, Scope::kOneLevel);
  EXPECT_EQ(place->filter, "(sn=y)");
}

TEST(FollowedPlaceTest, AndTheRestFromTheRequest) {
  const auto place = At("ldap://b");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->dn, "dc=example");
  EXPECT_EQ(place->scope, Scope::kSubtree);
  EXPECT_EQ(place->filter, "(cn=x)");
}

TEST(FollowedPlaceTest, AReferenceAmongTheChildrenIsOneOfThem) {
  EXPECT_EQ(At("ldap://b/ou=c", From(Scope::kOneLevel))->scope, Scope::kBase);
  EXPECT_EQ(At("ldap://b/ou=c", From(Scope::kSubordinates))->scope, Scope::kSubtree);
  EXPECT_EQ(At("ldap://b/ou=c", From(Scope::kOneLevel), false)->scope, Scope::kOneLevel);
}

TEST(FollowedPlaceTest, RefusesNamesAndFiltersThatAreNone) {
  EXPECT_FALSE(At("ldap://b/no-name"));
  EXPECT_FALSE(At("ldap://b/cn=a%00b"));
  EXPECT_FALSE(At("ldap://b/dc=b??sub?(cn=a"));
}

TEST(FollowedPlaceTest, KeysTellPlacesApartAndSpellingsNot) {
  const FollowedPlace place = *At("ldap://b/ou=C,dc=b??sub?(cn=x)");
  EXPECT_EQ(KeyOf(place), KeyOf(*At("LDAP://B:389/OU=c,DC=b")));
  EXPECT_NE(KeyOf(place), KeyOf(*At("ldap://b:1389/ou=c,dc=b")));
  EXPECT_NE(KeyOf(place), KeyOf(*At("ldap://b/ou=d,dc=b")));
  EXPECT_NE(KeyOf(place), KeyOf(*At("ldap://b/ou=c,dc=b??base")));
  EXPECT_NE(KeyOf(place), KeyOf(*At("ldap://b/ou=c,dc=b??" "?(cn=y)")));
}

TEST(FollowedPlaceTest, TheRequestIsTheSameElsewhere) {
  ModifyRequest modify{.dn = "cn=a", .modifications = {{.attribute = {.type = "sn", .values = {"b"}}}}};
  const OperationRequest original{.body = modify, .controls = {{.oid = "1.2.3"}}};
  FollowedPlace place = PlaceOf(original, *ParseLdapUri("ldap://a"));
  EXPECT_EQ(place.dn, "cn=a");
  place.dn = "cn=a,dc=elsewhere";
  const OperationRequest there = RequestAt(place, original);
  const auto& sent = std::get<ModifyRequest>(there.body);
  EXPECT_EQ(sent.dn, "cn=a,dc=elsewhere");
  EXPECT_EQ(sent.modifications[0].attribute.values[0], "b");
  EXPECT_EQ(there.controls[0].oid, "1.2.3");
}

TEST(FollowedPlaceTest, WhatBelongsToOneDirectoryIsNotFollowed) {
  EXPECT_TRUE(MayBeFollowed({.body = SearchRequest(), .controls = {{.oid = "1.2.3"}}}));
  EXPECT_TRUE(MayBeFollowed({.body = DeleteRequest(), .controls = {}}));
  EXPECT_FALSE(MayBeFollowed({.body = SearchRequest(), .controls = {{.oid = std::string(kPagedResultsOid)}}}));
  EXPECT_FALSE(MayBeFollowed({.body = DeleteRequest(), .controls = {{.oid = "2.16.840.1.113730.3.4.2"}}}));
  EXPECT_FALSE(MayBeFollowed({.body = ExtendedRequest{.oid = kModifyPasswordOid, .value = {}, .subject = ""}, .controls = {}}));
}

}  // namespace
}  // namespace dirlease
