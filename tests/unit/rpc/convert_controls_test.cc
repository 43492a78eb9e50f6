#include "rpc/convert_controls.h"

#include <gtest/gtest.h>

#include <functional>
#include <iterator>

#include "model/paged_results.h"
#include "model/sort_control.h"
#include "model/virtual_list_view.h"

namespace dirlease {
namespace {

class ConvertControlsTest : public ::testing::Test {
 protected:
  v1::Control& Add() { return *controls_.Add(); }
  std::vector<Control> Converted() {
    auto outcome = ControlsFromProto(controls_);
    EXPECT_TRUE(outcome.ok());
    return outcome.ok() ? outcome.value() : std::vector<Control>{};
  }
  std::string Field() {
    const auto outcome = ControlsFromProto(controls_);
    return outcome.ok() ? "" : outcome.failure().violations.at(0).field;
  }

  google::protobuf::RepeatedPtrField<v1::Control> controls_;
};

TEST_F(ConvertControlsTest, RawControlsAreSentAsTheyAre) {
  Add().mutable_raw()->set_oid("1.2.3");
  v1::Control& second = Add();
  second.set_critical(true);
  second.mutable_raw()->set_oid("1.2.4");
  second.mutable_raw()->set_value("");
  const auto controls = Converted();
  ASSERT_EQ(controls.size(), 2u);
  EXPECT_EQ(controls[0].oid, "1.2.3");
  EXPECT_FALSE(controls[0].critical);
  EXPECT_EQ(controls[0].value, std::nullopt);
  EXPECT_TRUE(controls[1].critical);
  EXPECT_EQ(controls[1].value, "");
}

TEST_F(ConvertControlsTest, PagedResultsAreEncoded) {
  Add().mutable_paged_results()->set_size(50);
  controls_[0].mutable_paged_results()->set_cookie("c");
  const auto controls = Converted();
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls[0].oid, kPagedResultsOid);
  EXPECT_EQ(DecodePagedResults(*controls[0].value)->size, 50);
  EXPECT_EQ(DecodePagedResults(*controls[0].value)->cookie, "c");
}

TEST_F(ConvertControlsTest, FlagsThatAreFalseAreNotSent) {
  Add().set_manage_dsa_it(true);
  Add().set_tree_delete(false);
  const auto controls = Converted();
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls[0].oid, "2.16.840.1.113730.3.4.2");
}

TEST_F(ConvertControlsTest, AnEmptyControlNamesItsField) {
  Add().mutable_raw()->set_oid("1.2.3");
  Add();
  EXPECT_EQ(Field(), "controls[1]");
}

TEST_F(ConvertControlsTest, AnOidThatIsNoneNamesItsField) {
  Add().mutable_raw()->set_oid("not.an.oid");
  EXPECT_EQ(Field(), "controls[0].raw.oid");
}

TEST_F(ConvertControlsTest, ANegativePageNamesItsField) {
  Add().mutable_paged_results()->set_size(-1);
  EXPECT_EQ(Field(), "controls[0].paged_results.size");
}

TEST_F(ConvertControlsTest, TheSameControlTwiceNamesItsField) {
  Add().set_manage_dsa_it(true);
  Add().mutable_raw()->set_oid("2.16.840.1.113730.3.4.2");
  EXPECT_EQ(Field(), "controls[1]");
}

TEST_F(ConvertControlsTest, TooManyAreRefused) {
  for (int i = 0; i <= kMostControls; ++i) Add().mutable_raw()->set_oid("1.2." + std::to_string(i));
  EXPECT_EQ(Field(), "controls");
}

TEST_F(ConvertControlsTest, EachTypedOneHasItsOid) {
  v1::Control& sort = Add();
  sort.set_critical(true);
  sort.mutable_server_side_sort()->add_keys()->set_attribute_type("cn");
  Add().mutable_virtual_list_view()->mutable_offset()->set_offset(1);
  Add().set_assertion_filter("(cn=a)");
  Add().mutable_pre_read();
  Add().mutable_post_read()->add_attributes("+");
  Add().set_matched_values("((cn=a))");
  v1::Control& proxied = Add();
  proxied.set_critical(true);
  proxied.set_proxied_authorization_id("");
  Add().set_permissive_modify(true);
  Add().mutable_session_tracking()->set_identifier("42");
  const auto controls = Converted();
  const char* const oids[] = {"1.2.840.113556.1.4.473", "2.16.840.1.113730.3.4.9", "1.3.6.1.1.12",
                              "1.3.6.1.1.13.1",         "1.3.6.1.1.13.2",          "1.2.826.0.1.3344810.2.3",
                              "2.16.840.1.113730.3.4.18", "1.2.840.113556.1.4.1413", "1.3.6.1.4.1.21008.108.63.1"};
  ASSERT_EQ(controls.size(), std::size(oids));
  for (size_t i = 0; i < controls.size(); ++i) {
    EXPECT_EQ(controls[i].oid, oids[i]);
    EXPECT_EQ(controls[i].critical, controls_[static_cast<int>(i)].critical());
    EXPECT_EQ(controls[i].value.has_value(), i != 7) << i;
  }
  EXPECT_EQ(controls[0].value, EncodeSortKeys({{"cn", "", false}}));
  EXPECT_EQ(controls[2].value, std::string("\xa3\x07\x04\x02" "cn" "\x04\x01" "a"));
  EXPECT_EQ(controls[6].value, "");
}

TEST_F(ConvertControlsTest, AListViewByValue) {
  v1::VirtualListViewControl& view = *Add().mutable_virtual_list_view();
  view.set_before_count(1);
  view.set_after_count(2);
  view.set_greater_or_equal("x");
  view.set_context_id("c");
  EXPECT_EQ(Converted().at(0).value, EncodeVirtualListView({1, 2, std::string("x"), "c"}));
}

using SpoilControl = std::function<void(v1::Control&)>;

TEST_F(ConvertControlsTest, WhatIsWrongInATypedOneNamesItsField) {
  const std::pair<const char*, SpoilControl> cases[] = {
      {"server_side_sort.keys", [](auto& c) { c.mutable_server_side_sort(); }},
      {"server_side_sort.keys[0].attribute_type", [](auto& c) { c.mutable_server_side_sort()->add_keys(); }},
      {"server_side_sort.keys[0].matching_rule",
       [](auto& c) {
         auto& key = *c.mutable_server_side_sort()->add_keys();
         key.set_attribute_type("cn");
         key.set_matching_rule("no rule");
       }},
      {"virtual_list_view.target", [](auto& c) { c.mutable_virtual_list_view(); }},
      {"virtual_list_view.before_count", [](auto& c) { c.mutable_virtual_list_view()->set_before_count(-1); }},
      {"virtual_list_view.after_count", [](auto& c) { c.mutable_virtual_list_view()->set_after_count(-1); }},
      {"virtual_list_view.offset.offset",
       [](auto& c) { c.mutable_virtual_list_view()->mutable_offset()->set_offset(-1); }},
      {"virtual_list_view.offset.content_count",
       [](auto& c) { c.mutable_virtual_list_view()->mutable_offset()->set_content_count(-1); }},
      {"assertion_filter", [](auto& c) { c.set_assertion_filter(""); }},
      {"assertion_filter", [](auto& c) { c.set_assertion_filter("(cn=a"); }},
      {"matched_values", [](auto& c) { c.set_matched_values(""); }},
      {"matched_values", [](auto& c) { c.set_matched_values("(&(cn=a)(sn=b))"); }},
      {"pre_read.attributes[1]",
       [](auto& c) {
         c.mutable_pre_read()->add_attributes("cn");
         c.mutable_pre_read()->add_attributes("no name");
       }},
      {"post_read.attributes[0]", [](auto& c) { c.mutable_post_read()->add_attributes(""); }},
      {"critical", [](auto& c) { c.set_proxied_authorization_id("dn:cn=a"); }},
      {"proxied_authorization_id",
       [](auto& c) {
         c.set_critical(true);
         c.set_proxied_authorization_id("cn=a");
       }},
      {"session_tracking.format_oid", [](auto& c) { c.mutable_session_tracking()->set_format_oid("radius"); }},
      {"session_tracking.source_ip",
       [](auto& c) { c.mutable_session_tracking()->set_source_ip(std::string(129, '1')); }},
  };
  for (const auto& [field, spoil] : cases) {
    controls_.Clear();
    spoil(Add());
    EXPECT_EQ(Field(), std::string("controls[0].") + field);
  }
}

TEST_F(ConvertControlsTest, WhatIsTooLongInAllNamesTheControl) {
  for (int i = 0; i < 70; ++i) {
    if (i == 0) Add();
    controls_[0].mutable_pre_read()->add_attributes(std::string(1000, 'a'));
  }
  EXPECT_EQ(Field(), "controls[0]");
}

}  // namespace
}  // namespace dirlease
