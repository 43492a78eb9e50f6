#include "model/names.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

using std::string_literals::operator""s;

TEST(Dn, LetsThroughWhatSomeDirectoryReads) {
  for (const std::string& dn :
       {""s, " "s, "dc=example"s, "cn=a,dc=b"s, "cn=a;dc=b"s, "cn=a+sn=b,dc=c"s,
        " cn = a , dc = b "s,
        "cn="s, "cn=,dc=b"s, "cn=a=b"s, "cn=a\\,b,dc=c"s, "cn=a\\2cb"s, "cn=a\\ "s, "cn=a\\/b"s,
        "cn=\\#a"s, "cn=#04024869"s, "2.5.4.3=a"s, "OID.2.5.4.3=a"s, "under_score=a"s,
        "cn=\"a,b\",dc=c"s, "cn=<a>"s, "cn=\xC3\xA9"s, "cn=\\00"s,
        "<GUID=6bbc3a8d-3b1d-4e0e-8d5e-0b3c2f1f2a3b>"s, "<sid=S-1-5-21-1>"s,
        "<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,dc=a>"s}) {
    EXPECT_EQ(DnProblem(dn), std::nullopt) << dn;
  }
  EXPECT_EQ(DnProblem("cn=" + std::string(kMaxDnOctets - 3, 'x')), std::nullopt);
}

TEST(Dn, RefusesWhatNoDirectoryReads) {
  for (const std::string& dn :
       {"a"s, "=a"s, ","s, "cn=a,"s, ",cn=a"s, "cn=a,,dc=b"s, "cn=a+"s, "cn=a,b"s, "cn=a\\"s,
        "cn=a\\z"s, "cn=a\\4"s, "cn=a\\4z"s, "cn=\"a,b"s, "c n=a"s, "\xC3\xA9=a"s, "cn=\0"s,
        "\0"s, "<GUID=1"s, "<FOO=1>"s, "cn=a,<GUID=1>"s}) {
    EXPECT_NE(DnProblem(dn), std::nullopt) << dn;
  }
  EXPECT_NE(DnProblem("cn=" + std::string(kMaxDnOctets - 2, 'x')), std::nullopt);
}

TEST(AttributeDescription, LetsThroughWhatSomeDirectoryReads) {
  for (const char* description :
       {"cn", "2.5.4.3", "cn;lang-en", "userCertificate;binary", "a;b;c", "under_score", "x-a",
        "member;range=0-1499", "member;range=0-*"}) {
    EXPECT_EQ(AttributeDescriptionProblem(description), std::nullopt) << description;
  }
  EXPECT_EQ(AttributeDescriptionProblem(std::string(1024, 'x')), std::nullopt);
}

TEST(AttributeDescription, RefusesTheRest) {
  for (const std::string& description :
       {""s, "*"s, "+"s, "@person"s, ";"s, "cn;"s, ";x"s, "cn;;x"s, "c n"s, " cn"s, "cn,sn"s,
        "cn=x"s, "-cn"s, "cn\0"s, "\xC3\xA9"s, "cn;x y"s}) {
    EXPECT_NE(AttributeDescriptionProblem(description), std::nullopt) << description;
  }
  EXPECT_NE(AttributeDescriptionProblem(std::string(1025, 'x')), std::nullopt);
}

TEST(AttributeSelector, KnowsTheSpecialOnes) {
  for (const char* selector : {"*", "+", "1.1", "@inetOrgPerson", "@2.5.6.6", "cn", "cn;lang-en"}) {
    EXPECT_EQ(AttributeSelectorProblem(selector), std::nullopt) << selector;
  }
  for (const char* selector : {"", "**", "@", "@@a", "@*", "+cn", "cn*", "cn sn"}) {
    EXPECT_NE(AttributeSelectorProblem(selector), std::nullopt) << selector;
  }
}

TEST(OperationId, HasItsAlphabetAndLength) {
  EXPECT_EQ(OperationIdProblem("A.z_0-9"), std::nullopt);
  EXPECT_EQ(OperationIdProblem(std::string(64, 'x')), std::nullopt);
  for (const std::string& id : {""s, std::string(65, 'x'), "a b"s, "a\n"s, "a/b"s, "\xC3\xA9"s}) {
    EXPECT_NE(OperationIdProblem(id), std::nullopt) << id;
  }
}

TEST(Oid, IsDottedDecimal) {
  for (const char* oid : {"1.3", "2.16.840.1.113730.3.4.2", "1.2.0"}) {
    EXPECT_EQ(OidProblem(oid), std::nullopt) << oid;
  }
  for (const char* oid : {"", "1", "1.", ".1", "1..2", "1.02", "1.a", "cn", "1.2 "}) {
    EXPECT_NE(OidProblem(oid), std::nullopt) << oid;
  }
}

TEST(DnToUtf8, EscapesOnlyWhatIsNotUtf8) {
  EXPECT_EQ(DnToUtf8("cn=\xC3\xA9\\,\\e9"), "cn=\xC3\xA9\\,\\e9");
  EXPECT_EQ(DnToUtf8("cn=\xE9,dc=x"), "cn=\\e9,dc=x");
  EXPECT_EQ(DnToUtf8("cn=a\0b"s), "cn=a\\00b");
}

// Without care, "\" and an octet would become "\\e9": a backslash and the letters e9.
TEST(DnToUtf8, KeepsTheMeaningAfterABackslash) {
  EXPECT_EQ(DnToUtf8("cn=\\\xE9"), "cn=\\5c\\e9");
  EXPECT_EQ(DnToUtf8("cn=\\\0"s), "cn=\\5c\\00");
  EXPECT_EQ(DnToUtf8("cn=\\\\\xE9"), "cn=\\\\\\e9");
}

}  // namespace
}  // namespace dirlease
