#include "cli/ldif.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cli/dn_printer.h"
#include "cli/friendly_name.h"

namespace dirlease::cli {
namespace {

using namespace std::string_view_literals;

std::string Line(std::string_view value, std::string_view name = "description") {
  std::string out;
  AppendLdifValue(name, value, kDefaultLdifColumns, out);
  return out;
}

struct ValueCase {
  std::string_view octets;
  std::string_view line;
};

class LdifValue : public ::testing::TestWithParam<ValueCase> {};

// The expected lines are what OpenLDAP's ldapsearch prints for the same values.
TEST_P(LdifValue, IsWrittenAsLdapsearchDoes) {
  EXPECT_EQ(Line(GetParam().octets), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc2849, LdifValue,
    ::testing::Values(ValueCase{"plain", "description: plain\n"}, ValueCase{"", "description:\n"},
                    ValueCase{" leading", "description:: IGxlYWRpbmc=\n"},
                    ValueCase{":colon", "description:: OmNvbG9u\n"},
                    ValueCase{"<less", "description:: PGxlc3M=\n"},
                    ValueCase{"trailing ", "description:: dHJhaWxpbmcg\n"},
                    ValueCase{" ", "description:: IA==\n"},
                    ValueCase{"#hash", "description: #hash\n"},
                    ValueCase{"a:b <c", "description: a:b <c\n"},
                    ValueCase{"tab\tbetween", "description:: dGFiCWJldHdlZW4=\n"},
                    ValueCase{"nul\0b"sv, "description:: bnVsAGI=\n"},
                    ValueCase{"line\nfeed", "description:: bGluZQpmZWVk\n"},
                    ValueCase{"foo\rbar", "description:: Zm9vDWJhcg==\n"},
                    ValueCase{"\x7f", "description:: fw==\n"},
                    ValueCase{"M\xc3\xbcller", "description:: TcO8bGxlcg==\n"},
                    ValueCase{"\xff\xfe", "description:: //4=\n"}));

TEST(LdifValueOf, UserPasswordIsBase64EvenWhenItIsPrintable) {
  EXPECT_EQ(Line("hello", "userPassword"), "userPassword:: aGVsbG8=\n");
  EXPECT_EQ(Line("hello", "USERPASSWORD;x-old"), "USERPASSWORD;x-old:: aGVsbG8=\n");
}

TEST(LdifFolding, LineOf78ColumnsStaysWhole) {
  EXPECT_EQ(Line(std::string(65, 'x')), "description: " + std::string(65, 'x') + "\n");
}

TEST(LdifFolding, Column79GoesToTheNextLineAfterOneBlank) {
  EXPECT_EQ(Line(std::string(66, 'x')), "description: " + std::string(65, 'x') + "\n x\n");
}

TEST(LdifFolding, ContinuationLinesHold77OctetsEach) {
  EXPECT_EQ(Line(std::string(65 + 77 + 77, 'x')), "description: " + std::string(65, 'x') + "\n " +
                                                      std::string(77, 'x') + "\n " +
                                                      std::string(77, 'x') + "\n");
}

TEST(LdifFolding, Base64FoldsToo) {
  const std::string line = Line(
      "Gr\xc3\xbc\xc3\x9f"
      "e aus M\xc3\xbcnchen, wo die Leute lange Namen haben, viel l\xc3\xa4nger als anderswo");
  EXPECT_EQ(line,
            "description:: R3LDvMOfZSBhdXMgTcO8bmNoZW4sIHdvIGRpZSBMZXV0ZSBsYW5nZSBOYW1lbiBo\n"
            " YWJlbiwgdmllbCBsw6RuZ2VyIGFscyBhbmRlcnN3bw==\n");
}

TEST(LdifFolding, ZeroColumnsNeverFold) {
  std::string out;
  AppendLdifValue("cn", std::string(500, 'x'), 0, out);
  EXPECT_EQ(out, "cn: " + std::string(500, 'x') + "\n");
}

TEST(LdifFolding, OnlyTheNewLineIsFoldedNotTextBeforeIt) {
  std::string out = std::string(100, 'y') + "\n";
  AppendLdifValue("cn", "x", kDefaultLdifColumns, out);
  EXPECT_EQ(out, std::string(100, 'y') + "\ncn: x\n");
}

TEST(LdifComment, ControlCharactersOfBothSetsAreMasked) {
  std::string out;
  AppendLdifComment(" a\x1b\xc2\x9b" "b\xc2\xa0\xc3\xbc\xc2", 0, out);
  EXPECT_EQ(out, "# a??b\xc2\xa0\xc3\xbc\xc2\n");
}

TEST(DnTextOf, ControlCharactersOfBothSetsAreEscaped) {
  EXPECT_EQ(DnText("cn=a\x1b\xc2\x9b" "b\xc2\xa0"), "cn=a\\1B\\C2\\9Bb\xc2\xa0");
}

TEST(LdifComment, CannotBeLeftByALineBreakInItsText) {
  std::string out;
  AppendLdifComment(" filter: (cn=a\nb)", kDefaultLdifColumns, out);
  EXPECT_EQ(out, "# filter: (cn=a?b)\n");
}

TEST(Base64, PadsByLength) {
  EXPECT_EQ(EncodeBase64(""), "");
  EXPECT_EQ(EncodeBase64("f"), "Zg==");
  EXPECT_EQ(EncodeBase64("fo"), "Zm8=");
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
}

TEST(FriendlyNameOf, DropsTypesAndJoinsTheDomain) {
  EXPECT_EQ(FriendlyName("uid=a,ou=people,dc=example,dc=com"), "a, people, example.com");
  EXPECT_EQ(FriendlyName("dc=example,dc=com"), "example.com");
  EXPECT_EQ(FriendlyName("dc=host,ou=x,dc=com"), "host, x, com");
  EXPECT_EQ(FriendlyName(""), "");
}

TEST(FriendlyNameOf, KeepsEscapesAndEscapesBeyondAscii) {
  EXPECT_EQ(FriendlyName("cn=a\\2Cb \\22q\\22 #x,dc=com"), "a\\2Cb \\22q\\22 #x, com");
  EXPECT_EQ(FriendlyName("cn=a\\,b,o=c"), "a\\,b, c");
  EXPECT_EQ(FriendlyName("cn=M\xc3\xbcller+sn=M,dc=com"), "M\\C3\\BCller + M, com");
}

}  // namespace
}  // namespace dirlease::cli
