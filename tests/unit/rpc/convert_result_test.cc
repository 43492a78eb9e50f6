#include "rpc/convert_result.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

TEST(ResultToProto, KeepsTheResultWhole) {
  v1::LdapResult out;
  ResultToProto({.code = 10,
                 .matched_dn = "dc=example",
                 .diagnostic_message = "over there",
                 .referrals = {"ldap://a/", "ldap://b/"},
                 .controls = {{.oid = "1.2.3", .critical = true, .value = std::string("\xFF\0", 2)},
                              {.oid = "1.2.4", .critical = false, .value = std::nullopt}}},
                out);
  EXPECT_EQ(out.code(), 10);
  EXPECT_EQ(out.name(), "referral");
  EXPECT_EQ(out.matched_dn(), "dc=example");
  EXPECT_EQ(out.diagnostic_message(), "over there");
  ASSERT_EQ(out.referrals_size(), 2);
  EXPECT_EQ(out.referrals(1), "ldap://b/");
  ASSERT_EQ(out.controls_size(), 2);
  EXPECT_EQ(out.controls(0).oid(), "1.2.3");
  EXPECT_TRUE(out.controls(0).critical());
  EXPECT_EQ(out.controls(0).value(), std::string("\xFF\0", 2));
  EXPECT_EQ(out.controls(1).value(), "");
  EXPECT_FALSE(out.truncated());
}

TEST(ResultToProto, MakesUtf8OfWhateverCame) {
  v1::LdapResult out;
  ResultToProto({.code = -1,
                 .matched_dn = "cn=\xE9",
                 .diagnostic_message = "caf\xE9",
                 .referrals = {"ldap://a/cn=\xE9"},
                 .controls = {{.oid = "\xE9", .critical = false, .value = std::nullopt}}},
                out);
  EXPECT_EQ(out.matched_dn(), "cn=\\e9");
  EXPECT_EQ(out.diagnostic_message(), "caf\xEF\xBF\xBD");
  EXPECT_EQ(out.referrals(0), "ldap://a/cn=%e9");
  EXPECT_EQ(out.controls(0).oid(), "\xEF\xBF\xBD");
}

TEST(ResultToProto, OverwritesWhatWasThere) {
  v1::LdapResult out;
  out.add_referrals("old");
  out.set_truncated(true);
  ResultToProto(LdapResult{}, out);
  EXPECT_EQ(out.name(), "success");
  EXPECT_EQ(out.referrals_size(), 0);
  EXPECT_FALSE(out.truncated());
}

}  // namespace
}  // namespace dirlease
