// LDIF into the contract's requests, and what is said about what is none.
#include "cli/ldif_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/temp_dir.h"

namespace dirlease::cli {
namespace {

using ::testing::ElementsAre;
using Plain = LdifReader::Plain;

std::vector<LdifChange> ReadAll(const std::string& text, Plain plain = Plain::kModify) {
  std::istringstream in(text);
  LdifReader reader(in, plain);
  std::vector<LdifChange> changes;
  while (auto change = reader.Next()) changes.push_back(std::move(*change));
  return changes;
}

template <typename Request>
Request ReadOne(const std::string& text, Plain plain = Plain::kModify) {
  const auto changes = ReadAll(text, plain);
  EXPECT_EQ(changes.size(), 1u);
  if (changes.size() != 1 || !std::holds_alternative<Request>(changes[0].request)) {
    ADD_FAILURE() << "another kind of change";
    return {};
  }
  return std::get<Request>(changes[0].request);
}

// "LINE: TEXT" of the first mistake.
std::string ErrorOf(const std::string& text, Plain plain = Plain::kModify) {
  try {
    ReadAll(text, plain);
  } catch (const LdifError& error) {
    return std::to_string(error.line()) + ": " + error.what();
  }
  return "none";
}

TEST(LdifReader, ReadsANewEntryWithItsAttributesTogether) {
  const auto add = ReadOne<v1::AddRequest>(
      "# a comment\n  that goes on\nversion: 1\n\ndn: cn=a,dc=b\nchangetype: add\ncn: a\nsn: b\n"
      "CN: second\nphoto;binary:: AP8=\nempty:\nfolded: one\n  two\n\n");
  EXPECT_EQ(add.dn(), "cn=a,dc=b");
  ASSERT_EQ(add.attributes_size(), 5);
  EXPECT_THAT(add.attributes(0).values(), ElementsAre("a", "second"));
  EXPECT_THAT(add.attributes(2).values(), ElementsAre(std::string("\0\xff", 2)));
  EXPECT_THAT(add.attributes(3).values(), ElementsAre(""));
  EXPECT_THAT(add.attributes(4).values(), ElementsAre("one two"));
}

TEST(LdifReader, ReadsModificationsInOrder) {
  const auto modify = ReadOne<v1::ModifyRequest>(
      "dn: cn=a\nchangetype: modify\nadd: mail\nmail: x\nMAIL: y\n-\ndelete: sn\n-\nreplace: cn\n-\n"
      "increment: uidNumber\nuidNumber: -2\n");
  ASSERT_EQ(modify.modifications_size(), 4);
  EXPECT_EQ(modify.modifications(0).type(), v1::Modification::TYPE_ADD);
  EXPECT_THAT(modify.modifications(0).attribute().values(), ElementsAre("x", "y"));
  EXPECT_EQ(modify.modifications(1).type(), v1::Modification::TYPE_DELETE);
  EXPECT_EQ(modify.modifications(1).attribute().values_size(), 0);
  EXPECT_EQ(modify.modifications(2).type(), v1::Modification::TYPE_REPLACE);
  EXPECT_EQ(modify.modifications(3).type(), v1::Modification::TYPE_INCREMENT);
  EXPECT_THAT(modify.modifications(3).attribute().values(), ElementsAre("-2"));
}

TEST(LdifReader, ReadsDeletesAndRenames) {
  const auto changes = ReadAll(
      "dn: cn=a\nchangetype: delete\n\n\ndn:: Y249w6Q=\nchangetype: modrdn\nnewrdn: cn=b\ndeleteoldrdn: 1 \n\n"
      "dn: cn=c\nchangetype: ModDN\nnewrdn: cn=d\ndeleteoldrdn: 0\nnewsuperior:\n");
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(std::get<v1::DeleteRequest>(changes[0].request).dn(), "cn=a");
  const auto& renamed = std::get<v1::ModifyDnRequest>(changes[1].request);
  EXPECT_EQ(changes[1].line, 5u);
  EXPECT_EQ(renamed.dn(), "cn=\xc3\xa4");
  EXPECT_TRUE(renamed.delete_old_rdn());
  EXPECT_FALSE(renamed.has_new_superior());
  EXPECT_TRUE(std::get<v1::ModifyDnRequest>(changes[2].request).has_new_superior());
}

TEST(LdifReader, RecordsWithoutChangetypeAreWhatTheCommandSays) {
  const std::string entry = "dn: cn=a\ncn: a\n";
  EXPECT_EQ(ReadOne<v1::AddRequest>(entry, Plain::kAdd).attributes_size(), 1);
  EXPECT_EQ(ErrorOf(entry), "2: \"changetype:\" is needed here; `dirlease add` takes records without");
  EXPECT_EQ(ReadOne<v1::ModifyRequest>("dn: cn=a\nreplace: cn\ncn: b\n").modifications_size(), 1);
}

TEST(LdifReader, ReadsControls) {
  const auto request = ReadOne<v1::DeleteRequest>(
      "dn: cn=a\ncontrol: 1.2.3 true\ncontrol: 1.2.4\ncontrol: 1.2.5 false: text\ncontrol: 1.2.6:: AP8=\n"
      "changetype: delete\n");
  ASSERT_EQ(request.controls_size(), 4);
  EXPECT_EQ(request.controls(0).raw().oid(), "1.2.3");
  EXPECT_TRUE(request.controls(0).critical());
  EXPECT_FALSE(request.controls(0).raw().has_value());
  EXPECT_FALSE(request.controls(1).critical());
  EXPECT_EQ(request.controls(2).raw().value(), "text");
  EXPECT_EQ(request.controls(3).raw().oid(), "1.2.6");
  EXPECT_EQ(request.controls(3).raw().value(), std::string("\0\xff", 2));
}

TEST(LdifReader, LineEndsOfEitherKindAndOctetsBeyondAscii) {
  const auto add = ReadOne<v1::AddRequest>("dn: cn=a\r\nchangetype: add\r\ncn: \xc3\xa4 \r\n\r\n");
  EXPECT_THAT(add.attributes(0).values(), ElementsAre("\xc3\xa4 "));
}

TEST(LdifReader, ValuesFromFiles) {
  const dirlease::testing::TempDir folder;
  const std::string path = folder.File("a photo");
  std::ofstream(path) << "octets\n";
  const std::string url = "file://" + path.substr(0, path.rfind(' ')) + "%20photo";
  const auto add = ReadOne<v1::AddRequest>("dn: cn=a\nphoto:< " + url + "\n", Plain::kAdd);
  EXPECT_THAT(add.attributes(0).values(), ElementsAre("octets\n"));
  EXPECT_EQ(ErrorOf("dn: cn=a\nphoto:< file:///nowhere/photo\n", Plain::kAdd), "2: cannot read /nowhere/photo");
  for (const char* const other : {"http://a/b", "file://host/b", "photo.jpg", ""}) {
    EXPECT_EQ(ErrorOf("dn: cn=a\nphoto:<" + std::string(other) + "\n", Plain::kAdd),
              "2: only URLs of local files are read: write :< file:///whole/path");
  }
}

TEST(LdifReader, ADirectoryIsNoValue) {
  EXPECT_EQ(ErrorOf("dn: cn=a\nphoto:< file:///\n", Plain::kAdd), "2: cannot read /");
}

TEST(LdifReader, LooksForAChangetypeWithoutReadingFiles) {
  EXPECT_EQ(ErrorOf("dn: cn=a\nphoto:< file:///nowhere\n"),
            "2: \"changetype:\" is needed here; `dirlease add` takes records without");
}

TEST(LdifReader, AByteOrderMarkAtTheStartIsSkipped) {
  EXPECT_EQ(ReadOne<v1::DeleteRequest>("\xef\xbb\xbfversion: 1\n\ndn: cn=a\nchangetype: delete\n").dn(), "cn=a");
  EXPECT_EQ(ErrorOf("\n\xef\xbb\xbf" "dn: cn=a\nchangetype: delete\n"), "2: \"dn:\" is needed here");
}

TEST(LdifReader, NamesThatHoldNulAreRefused) {
  const std::string nul(1, '\0');
  EXPECT_EQ(ErrorOf("dn" + nul + ": cn=a\nchangetype: delete\n"), "1: the name holds a NUL octet");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: add\ncn" + nul + "x: a\n"), "3: the name holds a NUL octet");
  EXPECT_EQ(ErrorOf("dn:: Y249YQBi\nchangetype: delete\n"), "1: the value holds a NUL octet");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: delete" + nul + "x\n"), "2: the value holds a NUL octet");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modify\nadd: cn" + nul + "x\ncn: a\n"), "3: the value holds a NUL octet");
  const auto add = ReadOne<v1::AddRequest>("dn: cn=a\ncn: a" + nul + "b\n", Plain::kAdd);
  EXPECT_THAT(add.attributes(0).values(), ElementsAre("a" + nul + "b"));
}

TEST(LdifReader, AMistakeNamesItsLineAndNoValue) {
  EXPECT_EQ(ErrorOf("\n\ncn: a\n"), "3: \"dn:\" is needed here");
  EXPECT_EQ(ErrorOf(" cn: a\n"), "1: begins with a blank, and there is no line to go on with");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: add\nsecret\n"), "3: has no name with a colon behind it: write NAME: VALUE");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: add\n: secret\n"), "3: has no name with a colon behind it: write NAME: VALUE");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: add\ncn:: ?\n"), "3: what stands behind :: is no base64");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: add\n"), "2: the new entry has no attributes");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: move\n"),
            "2: the changetype is none of add, delete, modify, modrdn and moddn");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: delete\ncn: a\n"), "3: nothing may follow \"changetype: delete\"");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modify\n"), "2: the record says no modification");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modify\ncn: a\n"),
            "3: \"add:\", \"delete:\", \"replace:\" or \"increment:\" is needed here");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modify\nadd: cn\nsn: secret\n"), "4: \"cn:\" or \"-\" is needed here");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modrdn\nnewrdn: cn=b\n"),
            "3: the record ends where \"deleteoldrdn:\" is needed");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modrdn\nnewrdn: cn=b\ndeleteoldrdn: yes\n"), "4: deleteoldrdn is 0 or 1");
  EXPECT_EQ(ErrorOf("dn: cn=a\nchangetype: modrdn\nnewrdn: cn=b\ndeleteoldrdn: 1\nnewsuperior: dc=x\ncn: a\n"),
            "6: nothing may follow here");
  EXPECT_EQ(ErrorOf("dn:: /w==\nchangetype: delete\n"), "1: the value is not UTF-8");
  EXPECT_EQ(ErrorOf("dn: cn=a\ncontrol:\nchangetype: delete\n"), "2: the control has no OID");
  EXPECT_EQ(ErrorOf("dn: cn=a\ncontrol: 1.2 maybe\nchangetype: delete\n"),
            "2: behind the control's OID stands neither true, false nor a value");
  EXPECT_EQ(ErrorOf("dn: cn=a\ncontrol: 1.2 truefalse\nchangetype: delete\n"),
            "2: behind the control's OID stands neither true, false nor a value");
  EXPECT_EQ(ErrorOf("version: 2\ndn: cn=a\nchangetype: delete\n"), "1: only LDIF version 1 is known");
}

TEST(LdifReader, GoesOnBehindAMistake) {
  std::istringstream in("dn: cn=a\nchangetype: nonsense\n\ndn: cn=b\nchangetype: delete\n");
  LdifReader reader(in, Plain::kModify);
  EXPECT_THROW(reader.Next(), LdifError);
  EXPECT_EQ(reader.Next()->dn(), "cn=b");
  EXPECT_FALSE(reader.Next());
}

}  // namespace
}  // namespace dirlease::cli
