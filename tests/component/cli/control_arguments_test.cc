#include "cli/control_arguments.h"

#include <gtest/gtest.h>

#include "cli/control_printer.h"

namespace dirlease::cli {
namespace {

v1::Control General(const std::string& text) {
  Controls controls;
  const auto problem = AddGeneralExtension(text, controls);
  EXPECT_FALSE(problem) << text << ": " << *problem;
  return controls.empty() ? v1::Control() : controls[0];
}

v1::Control OfSearch(const std::string& text) {
  Controls controls;
  const auto problem = AddSearchExtension(text, controls);
  EXPECT_FALSE(problem) << text << ": " << *problem;
  return controls.empty() ? v1::Control() : controls[0];
}

TEST(ControlArguments, FlagsWhateverTheirCase) {
  EXPECT_TRUE(General("manageDSAit").manage_dsa_it());
  EXPECT_TRUE(General("!MANAGEDSAIT").critical());
  EXPECT_TRUE(General("noop").no_operation());
  EXPECT_TRUE(General("ppolicy").password_policy());
  EXPECT_TRUE(General("!relax").relax());
  EXPECT_TRUE(General("treeDelete").tree_delete());
  EXPECT_TRUE(General("permissiveModify").permissive_modify());
  EXPECT_TRUE(OfSearch("!dontUseCopy").dont_use_copy());
}

TEST(ControlArguments, ValuesOfTheirOwnForm) {
  EXPECT_EQ(General("!assert=(cn=a=b)").assertion_filter(), "(cn=a=b)");
  EXPECT_EQ(General("!authzid=dn:cn=a").proxied_authorization_id(), "dn:cn=a");
  EXPECT_EQ(General("preread").pre_read().attributes_size(), 0);
  EXPECT_EQ(General("postread=cn,entryUUID").post_read().attributes(1), "entryUUID");
  EXPECT_EQ(General("sessiontracking=ann").session_tracking().identifier(), "ann");
  EXPECT_EQ(OfSearch("!mv=((cn=a))").matched_values(), "((cn=a))");
}

TEST(ControlArguments, Sorting) {
  const v1::ServerSideSortControl sort = OfSearch("!sss=cn/-sn:2.5.13.3").server_side_sort();
  ASSERT_EQ(sort.keys_size(), 2);
  EXPECT_EQ(sort.keys(0).attribute_type(), "cn");
  EXPECT_FALSE(sort.keys(0).reverse());
  EXPECT_EQ(sort.keys(1).attribute_type(), "sn");
  EXPECT_EQ(sort.keys(1).matching_rule(), "2.5.13.3");
  EXPECT_TRUE(sort.keys(1).reverse());
}

TEST(ControlArguments, ListViews) {
  const v1::VirtualListViewControl by_offset = OfSearch("vlv=1/2/30/40").virtual_list_view();
  EXPECT_EQ(by_offset.before_count(), 1);
  EXPECT_EQ(by_offset.after_count(), 2);
  EXPECT_EQ(by_offset.offset().offset(), 30);
  EXPECT_EQ(by_offset.offset().content_count(), 40);
  EXPECT_EQ(OfSearch("vlv=0/9:a/b:c").virtual_list_view().greater_or_equal(), "a/b:c");
}

TEST(ControlArguments, SubentriesEitherWay) {
  EXPECT_TRUE(OfSearch("!subentries").subentries());
  EXPECT_TRUE(OfSearch("subentries=true").subentries());
  EXPECT_EQ(OfSearch("subentries=false").raw().value(), std::string("\1\1\0", 3));
}

TEST(ControlArguments, AnyOtherByItsOid) {
  EXPECT_FALSE(General("1.2.3").raw().has_value());
  EXPECT_TRUE(General("!1.2.3").critical());
  EXPECT_EQ(General("1.2.3=:text:=").raw().value(), "text:=");
  EXPECT_EQ(General("1.2.3=::AAE=").raw().value(), std::string("\0\1", 2));
  EXPECT_EQ(General("1.2.3=AAE=").raw().value(), std::string("\0\1", 2));
  EXPECT_EQ(OfSearch("1.2.3=:").raw().value(), "");
}

TEST(ControlArguments, WhatIsWrongIsSaid) {
  for (const char* text : {"", "!", "nonsense", "assert", "authzid=dn:cn=a", "noop=1", "1.2.3=::#", "sss=cn", "=", "\xff"}) {
    Controls controls;
    EXPECT_TRUE(AddGeneralExtension(text, controls)) << text;
    EXPECT_TRUE(controls.empty());
  }
  for (const char* text : {"sss", "sss=", "sss=-", "vlv=1/2", "vlv=1/2/3", "vlv=1/2/3/4:a", "vlv=a/b/c/d", "vlv=-1/2:a", "mv",
                           "subentries=no"}) {
    Controls controls;
    EXPECT_TRUE(AddSearchExtension(text, controls)) << text;
  }
}

std::string Printed(const v1::ResponseControl& control, int level) {
  google::protobuf::RepeatedPtrField<v1::ResponseControl> controls;
  *controls.Add() = control;
  std::string text;
  AppendControls(controls, level, 78, text);
  return text;
}

// As ldapsearch itself prints it.
TEST(ControlPrinter, PagesAtEachLevel) {
  v1::ResponseControl control;
  control.set_oid("1.2.840.113556.1.4.319");
  control.set_value(std::string("\x30\x05\x02\x01\0\x04\0", 7));
  control.mutable_paged_results();
  EXPECT_EQ(Printed(control, 0), "control: 1.2.840.113556.1.4.319 false MAUCAQAEAA==\npagedresults: cookie=\n");
  EXPECT_EQ(Printed(control, 1), "# control: 1.2.840.113556.1.4.319 false MAUCAQAEAA==\n# pagedresults: cookie=\n");
  EXPECT_EQ(Printed(control, 3), "# pagedresults: cookie=\n");
  control.mutable_paged_results()->set_estimate(7);
  control.mutable_paged_results()->set_cookie("c");
  EXPECT_EQ(Printed(control, 3), "# pagedresults: estimate=7 cookie=Yw==\n");
}

TEST(ControlPrinter, OthersThatAreDecoded) {
  v1::ResponseControl control;
  control.mutable_server_side_sort()->set_code(16);
  control.mutable_server_side_sort()->set_attribute_type("cn");
  EXPECT_EQ(Printed(control, 3), "# sortResult: (16) cn\n");
  control.mutable_virtual_list_view()->set_target_position(3);
  control.mutable_virtual_list_view()->set_content_count(9);
  control.mutable_virtual_list_view()->set_context_id("c");
  EXPECT_EQ(Printed(control, 3), "# vlvResult: pos=3 count=9 context=Yw== (0) Success\n");
  v1::PasswordPolicyResult& policy = *control.mutable_password_policy();
  policy.mutable_time_before_expiration()->set_seconds(60);
  policy.set_error(2);
  policy.set_error_name("changeAfterReset");
  EXPECT_EQ(Printed(control, 3), "# ppolicy: expire=60 error=2 (changeAfterReset)\n");
}

TEST(ControlPrinter, EntriesBetweenMarks) {
  v1::ResponseControl control;
  v1::SearchEntry& entry = *control.mutable_pre_read();
  entry.set_dn("cn=a");
  entry.add_attributes()->set_type("cn");
  entry.mutable_attributes(0)->add_values("a");
  entry.mutable_attributes(0)->add_values("\xff");
  EXPECT_EQ(Printed(control, 3), "# ==> preread\n# dn: cn=a\n# cn: a\n# cn:: /w==\n# <== preread\n");
  control.set_oid("1.3.6.1.1.13.1");
  EXPECT_EQ(Printed(control, 0),
            "control: 1.3.6.1.1.13.1 false\n# ==> preread\ndn: cn=a\ncn: a\ncn:: /w==\n# <== preread\n");
}

TEST(ControlPrinter, UnknownOnesRaw) {
  v1::ResponseControl control;
  control.set_oid("1.2.3");
  control.set_critical(true);
  EXPECT_EQ(Printed(control, 0), "control: 1.2.3 true\n");
  EXPECT_EQ(Printed(control, 3), "");
}

}  // namespace
}  // namespace dirlease::cli
