#include "rpc/convert_result.h"

#include <gtest/gtest.h>

#include <utility>

#include "model/paged_results.h"
#include "rpc/status_details.h"
#include "support/ber.h"

namespace dirlease {
namespace {

namespace ber = testing::ber;

v1::ResponseControl ConvertedControl(const std::string& oid, std::string value) {
  v1::ResponseControl out;
  ControlToProto({.oid = oid, .critical = false, .value = value}, out);
  EXPECT_EQ(out.oid(), oid);
  EXPECT_EQ(out.value(), value);
  return out;
}

TEST(ControlToProto, PagedResultsAreDecoded) {
  const auto control = ConvertedControl("1.2.840.113556.1.4.319", EncodePagedResults(42, "next"));
  EXPECT_EQ(control.paged_results().estimate(), 42);
  EXPECT_EQ(control.paged_results().cookie(), "next");
}

TEST(ControlToProto, SortResultsAreDecoded) {
  const auto control = ConvertedControl(
      "1.2.840.113556.1.4.474", ber::Sequence(ber::Integer(16, ber::kEnumerated) + ber::Octets("a\xff", 0x80)));
  EXPECT_EQ(control.server_side_sort().code(), 16);
  EXPECT_EQ(control.server_side_sort().attribute_type(), "a\xEF\xBF\xBD");
}

TEST(ControlToProto, ListViewsAreDecoded) {
  const auto control = ConvertedControl(
      "2.16.840.1.113730.3.4.10", ber::Sequence(ber::Integer(3) + ber::Integer(9) + ber::Integer(61, ber::kEnumerated) +
                                                ber::Octets(std::string("\0\xff", 2))));
  EXPECT_EQ(control.virtual_list_view().target_position(), 3);
  EXPECT_EQ(control.virtual_list_view().content_count(), 9);
  EXPECT_EQ(control.virtual_list_view().code(), 61);
  EXPECT_EQ(control.virtual_list_view().context_id(), std::string("\0\xff", 2));
}

TEST(ControlToProto, PasswordPolicyIsDecoded) {
  const char* const oid = "1.3.6.1.4.1.42.2.27.8.5.1";
  const auto expires = ConvertedControl(oid, ber::Sequence(ber::Element(0xa0, ber::Integer(60, 0x80))));
  EXPECT_EQ(expires.password_policy().time_before_expiration().seconds(), 60);
  EXPECT_FALSE(expires.password_policy().has_error());
  const auto locked = ConvertedControl(oid, ber::Sequence(ber::Integer(1, 0x81)));
  EXPECT_FALSE(locked.password_policy().has_time_before_expiration());
  EXPECT_EQ(locked.password_policy().error(), 1);
  EXPECT_EQ(locked.password_policy().error_name(), "accountLocked");
  EXPECT_TRUE(ConvertedControl(oid, ber::Sequence("")).has_password_policy());
}

std::string EntryValue(const std::string& type, const std::string& values) {
  const std::string attribute = ber::Sequence(ber::Octets(type) + ber::Element(ber::kSet, values));
  return ber::Element(0x64, ber::Octets("cn=\xe9") + ber::Sequence(attribute));
}

TEST(ControlToProto, ReadEntriesAreDecoded) {
  const std::string value = EntryValue("jpegPhoto", ber::Octets(std::string("\0\xff", 2)) + ber::Octets(""));
  for (const bool before : {true, false}) {
    const auto control = ConvertedControl(before ? "1.3.6.1.1.13.1" : "1.3.6.1.1.13.2", value);
    ASSERT_EQ(control.has_pre_read(), before);
    ASSERT_EQ(control.has_post_read(), !before);
    const v1::SearchEntry& entry = before ? control.pre_read() : control.post_read();
    EXPECT_EQ(entry.dn(), "cn=\\e9");
    ASSERT_EQ(entry.attributes_size(), 1);
    EXPECT_EQ(entry.attributes(0).type(), "jpegPhoto");
    ASSERT_EQ(entry.attributes(0).values_size(), 2);
    EXPECT_EQ(entry.attributes(0).values(0), std::string("\0\xff", 2));
  }
}

TEST(ControlToProto, AMalformedValueStaysRaw) {
  for (const char* oid : {"1.2.840.113556.1.4.319", "1.2.840.113556.1.4.474", "2.16.840.1.113730.3.4.10",
                          "1.3.6.1.4.1.42.2.27.8.5.1", "1.3.6.1.1.13.1", "1.3.6.1.1.13.2"}) {
    for (const char* value : {"", "\x30", "\x30\x05\x02", "no BER", "\x30\x03\x02\x01\x05"}) {
      EXPECT_EQ(ConvertedControl(oid, value).decoded_case(), v1::ResponseControl::DECODED_NOT_SET) << oid;
    }
    v1::ResponseControl out;
    ControlToProto({.oid = oid, .critical = true, .value = std::nullopt}, out);
    EXPECT_EQ(out.decoded_case(), v1::ResponseControl::DECODED_NOT_SET);
  }
}

TEST(ControlToProto, AnEntryTooLargeToStandThereTwiceStaysRaw) {
  std::string values;
  // Each becomes three octets.
  for (int i = 0; i < 100; ++i) values += ber::Octets("");
  const std::string value = EntryValue(std::string(900'000, '\xff'), values);
  EXPECT_EQ(ConvertedControl("1.3.6.1.1.13.1", value).decoded_case(), v1::ResponseControl::DECODED_NOT_SET);
}

TEST(CutLdapResult, DropsValuesOfUnknownControlsFirst) {
  v1::LdapResult out;
  ResultToProto({.code = 49,
                 .controls = {{.oid = "1.2.3", .value = "unknown"},
                              {.oid = "1.3.6.1.4.1.42.2.27.8.5.1", .value = ber::Sequence(ber::Integer(1, 0x81))}}},
                out);
  ASSERT_TRUE(CutLdapResult(out));
  EXPECT_TRUE(out.truncated());
  ASSERT_EQ(out.controls_size(), 2);
  EXPECT_EQ(out.controls(0).value(), "");
  EXPECT_EQ(out.controls(1).password_policy().error_name(), "accountLocked");
  EXPECT_NE(out.controls(1).value(), "");
}

TEST(ResultToProto, KeepsTheResultWhole) {
  v1::LdapResult out;
  ResultToProto({.code = 10,
                 .matched_dn = "dc=example",
                 .diagnostic_message = "over there",
                 .referrals = {"ldap://a/", "ldap://b/"},
                 .controls = {{.oid = "1.2.3", .critical = true, .value = std::string("\xFF\0", 2)},
                              {.oid = "1.2.4", .critical = false, .value = std::nullopt}},
                 .followed = {"ldap://c"},
                 .not_followed = "LOOP"},
                out);
  EXPECT_EQ(out.code(), 10);
  ASSERT_EQ(out.followed_size(), 1);
  EXPECT_EQ(out.followed(0), "ldap://c");
  EXPECT_EQ(out.not_followed(), "LOOP");
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
