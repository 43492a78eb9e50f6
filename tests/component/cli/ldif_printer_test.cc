#include "cli/ldif_printer.h"

#include <gtest/gtest.h>

#include <string>

namespace dirlease::cli {
namespace {

void AddEntry(v1::SearchResponse& message, const std::string& dn, const std::string& value,
              bool continued = false) {
  v1::SearchEntry* entry = message.add_entries();
  entry->set_dn(dn);
  entry->set_continued(continued);
  v1::Attribute* attribute = entry->add_attributes();
  attribute->set_type("cn");
  attribute->add_values(value);
}

v1::SearchRequest SampleRequest() {
  v1::SearchRequest request;
  request.set_base_dn("dc=example,dc=com");
  request.set_scope(v1::SCOPE_ONE_LEVEL);
  request.set_filter("(cn=*)");
  request.add_attributes("cn");
  request.add_attributes("sn");
  return request;
}

std::string Print(LdifStyle style) {
  LdifPrinter printer(style);
  printer.PrintHeader(SampleRequest());
  v1::SearchResponse message;
  AddEntry(message, "cn=a,dc=example,dc=com", "a");
  message.add_references()->add_uris("ldap://other.example/dc=x??sub");
  printer.PrintMessage(message);
  v1::SearchDone done;
  done.mutable_result()->set_name("success");
  printer.PrintTrailer(&done, "op-1");
  return printer.text();
}

TEST(LdifPrinterLevels, ExtendedLdifHasEverything) {
  EXPECT_EQ(Print({.level = 0}),
            "# extended LDIF\n#\n# LDAPv3\n# base <dc=example,dc=com> with scope oneLevel\n# "
            "filter: (cn=*)\n"
            "# requesting: cn sn \n#\n\n"
            "# a, example.com\ndn: cn=a,dc=example,dc=com\ncn: a\n\n"
            "# search reference\nref: ldap://other.example/dc=x??sub\n\n"
            "# search result\nsearch: op-1\nresult: 0 success\n\n"
            "# numResponses: 3\n# numEntries: 1\n# numReferences: 1\n");
}

TEST(LdifPrinterLevels, OneLHasVersionAndComments) {
  EXPECT_EQ(Print({.level = 1}),
            "version: 1\n\n#\n# LDAPv3\n# base <dc=example,dc=com> with scope oneLevel\n# filter: "
            "(cn=*)\n"
            "# requesting: cn sn \n#\n\n"
            "# a, example.com\ndn: cn=a,dc=example,dc=com\ncn: a\n\n"
            "# search reference\n# refldap://other.example/dc=x??sub\n\n"
            "# search result\n\n"
            "# numResponses: 3\n# numEntries: 1\n# numReferences: 1\n");
}

TEST(LdifPrinterLevels, TwoLsHaveNoComments) {
  EXPECT_EQ(
      Print({.level = 2}),
      "version: 1\n\ndn: cn=a,dc=example,dc=com\ncn: a\n\n# refldap://other.example/dc=x??sub\n\n");
}

TEST(LdifPrinterLevels, ThreeLsHaveNoVersion) {
  EXPECT_EQ(Print({.level = 3}),
            "dn: cn=a,dc=example,dc=com\ncn: a\n\n# refldap://other.example/dc=x??sub\n\n");
}

TEST(LdifPrinterEntries, PartsOfOneEntryBecomeOneRecord) {
  LdifPrinter printer({.level = 3});
  v1::SearchResponse first, second;
  AddEntry(first, "cn=a", "1", true);
  AddEntry(second, "cn=a", "2", true);
  AddEntry(second, "cn=a", "3");
  AddEntry(second, "cn=b", "4");
  printer.PrintMessage(first);
  printer.PrintMessage(second);
  EXPECT_EQ(printer.text(), "dn: cn=a\ncn: 1\ncn: 2\ncn: 3\n\ndn: cn=b\ncn: 4\n\n");
  EXPECT_EQ(printer.entries(), 2);
}

TEST(LdifPrinterEntries, ReferenceBetweenPartsDoesNotEndTheRecord) {
  LdifPrinter printer({.level = 3});
  v1::SearchResponse first, second;
  AddEntry(first, "cn=a", "1", true);
  first.add_references()->add_uris("ldap://x");
  AddEntry(second, "cn=a", "2");
  printer.PrintMessage(first);
  printer.PrintMessage(second);
  EXPECT_EQ(printer.text(), "dn: cn=a\ncn: 1\n# refldap://x\ncn: 2\n\n");
}

TEST(LdifPrinterEntries, SearchThatEndsInsideAnEntrySaysSo) {
  LdifPrinter printer({.level = 3});
  v1::SearchResponse message;
  AddEntry(message, "cn=a", "1", true);
  printer.PrintMessage(message);
  printer.PrintTrailer(nullptr, "op");
  EXPECT_EQ(printer.text(),
            "dn: cn=a\ncn: 1\n# the entry above is cut short: the search ended inside it\n\n"
            "# incomplete: the search ended before the directory's result\n");
}

TEST(LdifPrinterEntries, LimitStopsInsideAMessage) {
  LdifPrinter printer({.level = 3}, 1);
  v1::SearchResponse message;
  AddEntry(message, "cn=a", "1");
  AddEntry(message, "cn=b", "2");
  printer.PrintMessage(message);
  EXPECT_TRUE(printer.limit_reached());
  EXPECT_EQ(printer.text(), "dn: cn=a\ncn: 1\n\n");
}

TEST(LdifPrinterEntries, TypesWithoutValuesAndTextValuesArePrinted) {
  LdifPrinter printer({.level = 3});
  v1::SearchResponse message;
  v1::SearchEntry* entry = message.add_entries();
  entry->set_dn("cn=M\xc3\xbcller");
  entry->add_attributes()->set_type("mail");
  v1::Attribute* text = entry->add_attributes();
  text->set_type("cn");
  text->add_text_values("M\xc3\xbcller");
  printer.PrintMessage(message);
  EXPECT_EQ(printer.text(), "dn:: Y249TcO8bGxlcg==\nmail:\ncn:: TcO8bGxlcg==\n\n");
}

TEST(LdifPrinterResult, KeepsWhatTheDirectorySaid) {
  LdifPrinter printer({});
  v1::SearchDone done;
  v1::LdapResult* result = done.mutable_result();
  result->set_code(10);
  result->set_name("referral");
  result->set_matched_dn("dc=com");
  result->set_diagnostic_message("elsewhere");
  result->add_referrals("ldap://y");
  printer.PrintTrailer(&done, "op");
  EXPECT_EQ(printer.text(),
            "# search result\nsearch: op\nresult: 10 referral\nmatchedDN: dc=com\ntext: "
            "elsewhere\nref: ldap://y\n\n"
            "# numResponses: 1\n");
}

}  // namespace
}  // namespace dirlease::cli
