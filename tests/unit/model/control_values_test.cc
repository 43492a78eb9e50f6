// What we encode, libldap's own functions encode to the same octets; what we decode is as the RFCs have it.
#include <gtest/gtest.h>
#include <ldap.h>

#include "base/crypto.h"
#include "model/paged_results.h"
#include "model/password_policy.h"
#include "model/read_entry_control.h"
#include "model/session_tracking.h"
#include "model/sort_control.h"
#include "model/virtual_list_view.h"
#include "support/ber.h"

namespace dirlease {
namespace {

namespace ber = testing::ber;

class ControlValues : public ::testing::Test {
 protected:
  ControlValues() { EXPECT_EQ(ldap_create(&ldap_), LDAP_SUCCESS); }
  ~ControlValues() override { ldap_unbind_ext(ldap_, nullptr, nullptr); }

  static std::string Taken(berval& value) {
    std::string hex = Hex(std::string_view(value.bv_val, value.bv_len));
    ber_memfree(value.bv_val);
    return hex;
  }
  std::string LibldapSort(const char* keys) const {
    LDAPSortKey** list = nullptr;
    EXPECT_EQ(ldap_create_sort_keylist(&list, const_cast<char*>(keys)), 0);
    berval value{};
    EXPECT_EQ(ldap_create_sort_control_value(ldap_, list, &value), LDAP_SUCCESS);
    ldap_free_sort_keylist(list);
    return Taken(value);
  }
  std::string LibldapListView(LDAPVLVInfo info) const {
    berval value{};
    EXPECT_EQ(ldap_create_vlv_control_value(ldap_, &info, &value), LDAP_SUCCESS);
    return Taken(value);
  }

  LDAP* ldap_ = nullptr;
};

TEST_F(ControlValues, SortKeys) {
  EXPECT_EQ(Hex(EncodeSortKeys({{"cn", "", false}})), LibldapSort("cn"));
  EXPECT_EQ(Hex(EncodeSortKeys({{"sn", "2.5.13.3", true}, {"cn;lang-en", "", false}})),
            LibldapSort("-sn:2.5.13.3 cn;lang-en"));
}

TEST_F(ControlValues, ListViewByOffset) {
  LDAPVLVInfo info{.ldvlv_version = 1, .ldvlv_before_count = 3, .ldvlv_after_count = 300, .ldvlv_offset = 70'000,
                   .ldvlv_count = 0, .ldvlv_attrvalue = nullptr, .ldvlv_context = nullptr, .ldvlv_extradata = nullptr};
  VirtualListViewRequest view{3, 300, ListViewOffset{70'000, 0}, ""};
  EXPECT_EQ(Hex(EncodeVirtualListView(view)), LibldapListView(info));
  berval context{3, const_cast<char*>("ctx")};
  info.ldvlv_context = &context;
  view.context_id = "ctx";
  EXPECT_EQ(Hex(EncodeVirtualListView(view)), LibldapListView(info));
}

TEST_F(ControlValues, ListViewByValue) {
  berval from{5, const_cast<char*>("smith")};
  const LDAPVLVInfo info{.ldvlv_version = 1, .ldvlv_before_count = 0, .ldvlv_after_count = 127, .ldvlv_offset = 0,
                         .ldvlv_count = 0, .ldvlv_attrvalue = &from, .ldvlv_context = nullptr,
                         .ldvlv_extradata = nullptr};
  EXPECT_EQ(Hex(EncodeVirtualListView({0, 127, std::string("smith"), ""})), LibldapListView(info));
}

TEST_F(ControlValues, SessionTracking) {
  berval identifier{4, const_cast<char*>("42-x")};
  berval value{};
  ASSERT_EQ(ldap_create_session_tracking_value(ldap_, const_cast<char*>("10.0.0.1"), const_cast<char*>("shop"),
                                               const_cast<char*>("1.2.3"), &identifier, &value),
            LDAP_SUCCESS);
  const Control control = SessionTrackingControl(
      {.source_ip = "10.0.0.1", .source_name = "shop", .format_oid = "1.2.3", .identifier = "42-x"});
  EXPECT_EQ(Hex(*control.value), Taken(value));
}

TEST_F(ControlValues, PagedResults) {
  for (const int size : {1, 127, 128, 255, 256, 65'536, 2'147'483'647}) {
    berval cookie{2, const_cast<char*>("\0c")};
    berval value{};
    ASSERT_EQ(ldap_create_page_control_value(ldap_, size, &cookie, &value), LDAP_SUCCESS);
    EXPECT_EQ(Hex(EncodePagedResults(size, std::string_view("\0c", 2))), Taken(value));
  }
}

TEST_F(ControlValues, AttributeSelection) {
  EXPECT_EQ(EncodeAttributeSelection({}), ber::Sequence(""));
  EXPECT_EQ(EncodeAttributeSelection({"cn", "+"}), ber::Sequence(ber::Octets("cn") + ber::Octets("+")));
}

TEST(SortResult, IsRead) {
  const auto plain = DecodeSortResult(ber::Sequence(ber::Integer(0, ber::kEnumerated)));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->code, 0);
  const auto failed =
      DecodeSortResult(ber::Sequence(ber::Integer(18, ber::kEnumerated) + ber::Octets("jpegPhoto", 0x80)));
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->code, 18);
  EXPECT_EQ(failed->attribute_type, "jpegPhoto");
  EXPECT_FALSE(DecodeSortResult(""));
  EXPECT_FALSE(DecodeSortResult(ber::Sequence("")));
  EXPECT_FALSE(DecodeSortResult(ber::Sequence(ber::Integer(-1, ber::kEnumerated))));
  EXPECT_FALSE(DecodeSortResult(ber::Sequence(ber::Integer(0))));
}

TEST(VirtualListViewResult, IsRead) {
  const std::string numbers = ber::Integer(7) + ber::Integer(1000) + ber::Integer(0, ber::kEnumerated);
  const auto view = DecodeVirtualListView(ber::Sequence(numbers + ber::Octets("ctx")));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->target_position, 7);
  EXPECT_EQ(view->content_count, 1000);
  EXPECT_EQ(view->code, 0);
  EXPECT_EQ(view->context_id, "ctx");
  EXPECT_EQ(DecodeVirtualListView(ber::Sequence(numbers))->context_id, "");
  EXPECT_FALSE(DecodeVirtualListView(ber::Sequence(ber::Integer(7) + ber::Integer(1000))));
  EXPECT_FALSE(DecodeVirtualListView("\x30\x7f"));
}

std::string Warning(int64_t value, uint8_t tag) { return ber::Element(0xa0, ber::Integer(value, tag)); }

TEST(PasswordPolicy, IsRead) {
  EXPECT_EQ(DecodePasswordPolicy(ber::Sequence(Warning(3600, 0x80)))->seconds_before_expiration, 3600);
  EXPECT_EQ(DecodePasswordPolicy(ber::Sequence(Warning(2, 0x81)))->grace_logins_remaining, 2);
  const auto both = DecodePasswordPolicy(ber::Sequence(Warning(0, 0x81) + ber::Integer(2, 0x81)));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->seconds_before_expiration, std::nullopt);
  EXPECT_EQ(both->grace_logins_remaining, 0);
  EXPECT_EQ(both->error, 2);
  const auto nothing = DecodePasswordPolicy(ber::Sequence(""));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->error, std::nullopt);
}

TEST(PasswordPolicy, OfAnotherShapeIsNone) {
  EXPECT_FALSE(DecodePasswordPolicy(""));
  EXPECT_FALSE(DecodePasswordPolicy(ber::Sequence(ber::Integer(1))));
  EXPECT_FALSE(DecodePasswordPolicy(ber::Sequence(ber::Element(0xa0, ""))));
  EXPECT_FALSE(DecodePasswordPolicy(ber::Sequence(Warning(1, 0x82))));
}

TEST(PasswordPolicy, ErrorsHaveNames) {
  EXPECT_EQ(PasswordPolicyErrorName(0), "passwordExpired");
  EXPECT_EQ(PasswordPolicyErrorName(1), "accountLocked");
  EXPECT_EQ(PasswordPolicyErrorName(8), "passwordInHistory");
  EXPECT_EQ(PasswordPolicyErrorName(-1), "");
  EXPECT_EQ(PasswordPolicyErrorName(99), "");
}

TEST(ReadEntry, ItsContentIsFoundInEitherForm) {
  EXPECT_EQ(ReadEntryContent(ber::Element(0x64, "x")), "x");
  EXPECT_EQ(ReadEntryContent(ber::Sequence("x")), "x");
  EXPECT_FALSE(ReadEntryContent(ber::Octets("x")));
  EXPECT_FALSE(ReadEntryContent(""));
}

}  // namespace
}  // namespace dirlease
