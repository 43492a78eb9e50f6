#include "cli/json_printer.h"

#include <gtest/gtest.h>

#include <string>

#include "cli/dn_printer.h"

namespace dirlease::cli {
namespace {

v1::SearchEntry& AddEntry(v1::SearchResponse& message, const std::string& dn) {
  v1::SearchEntry* entry = message.add_entries();
  entry->set_dn(dn);
  return *entry;
}

void AddValues(v1::SearchEntry& entry, const std::string& type,
               const std::vector<std::string>& values) {
  v1::Attribute* attribute = entry.add_attributes();
  attribute->set_type(type);
  for (const std::string& value : values) attribute->add_values(value);
}

TEST(JsonPrinterValues, AreTextOrBase64) {
  JsonPrinter printer(0);
  v1::SearchResponse message;
  v1::SearchEntry& entry = AddEntry(message, "cn=\"M\xc3\xbcller\\, A\"");
  AddValues(entry, "cn",
            {"a\"\\/\n\t\x1b[0m", std::string("x\0y", 3), "M\xc3\xbc\x7f\xc2\x9b", ""});
  AddValues(entry, "jpegPhoto", {"\xff\xd8"});
  AddValues(entry, "userPassword;x-a", {"secret"});
  AddValues(entry, "mail", {});
  printer.PrintMessage(message);
  EXPECT_EQ(
      printer.text(),
      "{\"dn\":\"cn=\\\"M\xc3\xbcller\\\\, A\\\"\",\"attributes\":{"
      "\"cn\":[\"a\\\"\\\\/\\n\\u0009\\u001b[0m\",\"x\\u0000y\",\"M\xc3\xbc\\u007f\\u009b\",\"\"],"
      "\"jpegPhoto\":[{\"base64\":\"/9g=\"}],"
      "\"userPassword;x-a\":[{\"base64\":\"c2VjcmV0\"}],\"mail\":[]}}\n");
}

TEST(JsonPrinterEntries, PartsOfOneEntryAreOneObjectAndReferencesWaitForItsEnd) {
  JsonPrinter printer(0);
  v1::SearchResponse first, second;
  v1::SearchEntry& part = AddEntry(first, "cn=a");
  AddValues(part, "sn", {"s"});
  AddValues(part, "member", {"1", "2"});
  part.set_continued(true);
  first.add_references()->add_uris("ldap://x/\"");
  AddValues(AddEntry(second, "cn=a"), "member", {"3"});
  AddEntry(second, "cn=b");
  v1::SearchReference* reference = second.add_references();
  reference->set_not_followed("LOOP");
  reference->add_uris("ldap://y");
  reference->add_uris("ldap://z");
  printer.PrintMessage(first);
  printer.PrintMessage(second);
  printer.PrintTrailer(nullptr, "op");
  EXPECT_EQ(printer.text(),
            "{\"dn\":\"cn=a\",\"attributes\":{\"sn\":[\"s\"],\"member\":[\"1\",\"2\",\"3\"]}}\n"
            "{\"references\":[\"ldap://x/\\\"\"]}\n"
            "{\"dn\":\"cn=b\",\"attributes\":{}}\n"
            "{\"references\":[\"ldap://y\",\"ldap://z\"],\"not_followed\":\"LOOP\"}\n");
  EXPECT_EQ(printer.entries(), 2);
}

TEST(JsonPrinterEntries, CutEntryIsStillAnObjectAndSaysSo) {
  JsonPrinter printer(0);
  v1::SearchResponse message;
  v1::SearchEntry& part = AddEntry(message, "cn=a");
  AddValues(part, "cn", {"1"});
  part.set_continued(true);
  printer.PrintMessage(message);
  printer.PrintTrailer(nullptr, "op");
  EXPECT_EQ(printer.text(),
            "{\"dn\":\"cn=a\",\"attributes\":{\"cn\":[\"1\"]},\"incomplete\":true}\n");
  EXPECT_EQ(printer.entries(), 0);
}

TEST(DnPrinterLines, AreWholeDns) {
  DnPrinter printer(2);
  v1::SearchResponse message;
  AddValues(AddEntry(message, "cn=a\nb,dc=x"), "cn", {"1"});
  AddEntry(message, "cn=M\xc3\xbcller");
  message.add_references()->add_uris("ldap://x");
  printer.PrintMessage(message);
  printer.PrintMessage(message);
  printer.PrintTrailer(nullptr, "op");
  EXPECT_EQ(printer.text(), "cn=a\\0Ab,dc=x\ncn=M\xc3\xbcller\n");
  EXPECT_EQ(printer.references(), 1);
}

}  // namespace
}  // namespace dirlease::cli
