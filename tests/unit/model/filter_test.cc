#include "model/filter.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

using std::string_literals::operator""s;

std::string Prepared(std::string_view filter, const std::vector<std::string>& args = {}) {
  Outcome<std::string> outcome = PrepareFilter(filter, args);
  if (outcome.ok()) return *outcome;
  const FieldViolation& violation = outcome.failure().violations.at(0);
  return "refused " + violation.field + ": " + violation.description;
}

// The field that a refusal names; "" when there was none.
std::string RefusedField(std::string_view filter, const std::vector<std::string>& args = {}) {
  Outcome<std::string> outcome = PrepareFilter(filter, args);
  return outcome.ok() ? "" : outcome.failure().violations.at(0).field;
}

TEST(PrepareFilter, EmptyMatchesEveryEntry) { EXPECT_EQ(Prepared(""), "(objectClass=*)"); }

TEST(PrepareFilter, AddsMissingParentheses) {
  EXPECT_EQ(Prepared("cn=x"), "(cn=x)");
  EXPECT_EQ(Prepared("&(a=b)(c=d)"), "(&(a=b)(c=d))");
  EXPECT_EQ(Prepared("!(a=b)"), "(!(a=b))");
}

TEST(PrepareFilter, DropsWhiteSpaceBetweenComponentsAndKeepsItInValues) {
  EXPECT_EQ(Prepared(" (&\r\n  (a=b)\t( |(c=d) (! (e=f) )) )\n"), "(&(a=b)(|(c=d)(!(e=f))))");
  EXPECT_EQ(Prepared("(a= b )"), "(a= b )");
}

TEST(PrepareFilter, PassesGoodOnesUnchanged) {
  for (const char* filter :
       {"(cn=Babs Jensen)", "(!(cn=Tim Howes))",
           "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))", "(o=univ*of*mich*)", "(seeAlso=)",
           "(cn:caseExactMatch:=Fred Flintstone)", "(cn:=Betty Rubble)",
           "(sn:dn:2.4.6.8.10:=Barney Rubble)", "(o:dn:=Ace Industry)",
           "(:1.2.3:=Wilma Flintstone)", "(:DN:2.4.6.8.10:=Dino)",
           "(o=Parens R Us \\28for all your parenthetical needs\\29)", "(cn=*\\2A*)",
           "(filename=C:\\5cMyFile)", "(bin=\\00\\00\\00\\04)", "(sn=Lu\\c4\\8di\\c4\\87)",
           "(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)", "(&)", "(|)", "(&(|)(&))", "(a=*)", "(a>=1)",
           "(a<=)", "(a~=b c)", "(a=b=c)", "(a=b>=c)", "(a=~b)", "(a=b:=c)", "(a=x&y|z!)",
           "(a=*b)", "(a=b*)", "(a=*b*c*)", "(cn;lang-en=x)", "(userCertificate;binary=*)",
           "(a;x-1;y:dn:rule:=v)", "(1=x)", "(a:=\\2a)", "(a={0})", "(a=\xC3\xA9)", "(a=\t)"}) {
    EXPECT_EQ(Prepared(filter), filter);
  }
}

TEST(PrepareFilter, RefusesWhatIsMalformedOrMisread) {
  for (const std::string& filter : std::vector<std::string>{
           "(", ")", "()", " ", "a", "(a)", "(=x)", "=x", "(=)", "(>=x)", "(:=x)", "(::=x)",
           "(:dn:=x)", "(:dn::=x)", "(a::=x)", "(a:dn::=x)", "(a:rule:dn:=x)", "(a:1.:=x)",
           "(a:b c:=x)", "(a:b=x)", "(a:dn=x)", "(a:b>=x)", "(;x=y)", "(a;=x)", "(a;;b=x)",
           "(a;b_c=x)", "(a_b=x)", "(0a=x)", "(1.=x)", "(1..2=x)", "(.1=x)", "(1.2a=x)", "(-a=x)",
           "(a.b=x)", "(a =x)", "(\xC3\xA9=x)", "(*=x)", "(a!=x)", "(a<x)", "(a>x)", "((a=b))",
           "(a=b", "a=b)", "(a=b))", "(a=b)(c=d)", "a=b)(c=d", "(a=b)c", "(a=x(y)", "(a=x)y)",
           "(&(a=b)", "(&(a=b)c=d)", "(&(a=b)x(c=d))", "(&a=b)", "(!)", "(!a=b)", "(!(a=b)(c=d))",
           "(a=\\)", "(a=\\4)", "(a=\\zz)", "(a=\\*)", "(a=\\()", "(a=\\5", "(a=**)", "(a=b**c)",
           "(a=***)", "(a>=*)", "(a~=b*)", "(a:=*b)", "(a=\0)"s, "(a\0=b)"s, "\0"s, "(a=b)\0"s,
           "(a=\xFF)"}) {
    EXPECT_EQ(RefusedField(filter), "filter") << Prepared(filter);
  }
}

TEST(PrepareFilter, NamesThePositionInTheCallersText) {
  EXPECT_EQ(Prepared("(cn=a\\q)"),
            "refused filter: octet 5: a backslash is followed by two hexadecimal digits; itself it "
            "is written \\5c");
  EXPECT_EQ(Prepared("cn=a("),
            "refused filter: octet 4: an opening parenthesis in a value is written \\28");
}

TEST(PrepareFilter, LimitsDepth) {
  const auto nested = [](int levels) {
    std::string filter = "(a=b)";
    for (int i = 1; i < levels; ++i) filter = "(!" + filter + ")";
    return filter;
  };
  EXPECT_EQ(Prepared(nested(100)), nested(100));
  EXPECT_EQ(RefusedField(nested(101)), "filter");
  EXPECT_EQ(RefusedField(std::string(60'000, '(')), "filter");
  EXPECT_EQ(RefusedField(std::string(60'000, '!')), "filter");
}

TEST(PrepareFilter, LimitsSizeAfterPlaceholders) {
  const std::string value(kMaxFilterOctets - 4, 'x');
  EXPECT_EQ(Prepared("(a=" + value + ")").size(), kMaxFilterOctets);
  EXPECT_EQ(RefusedField("(a=" + value + "x)"), "filter");
  EXPECT_EQ(RefusedField("a=" + value + "x"), "filter");
  EXPECT_EQ(Prepared("(a={0})", {value}).size(), kMaxFilterOctets);
  EXPECT_EQ(RefusedField("(a={0})", {value + "x"}), "filter");
  EXPECT_EQ(RefusedField("(a={0}{0})", {value}), "filter");
  EXPECT_EQ(RefusedField("(a={0})", {std::string(30'000, '*')}), "filter");
  EXPECT_EQ(RefusedField("(a={0})", {std::string(1'000'000, 'x')}), "filter_args[0]");
}

TEST(Placeholders, TakeEscapedArguments) {
  EXPECT_EQ(Prepared("(&(uid={0})(cn=*{1}*))", {"a*)(uid=*", "x"}),
            "(&(uid=a\\2a\\29\\28uid=\\2a)(cn=*x*))");
  EXPECT_EQ(Prepared("(a={1}{0}{1})", {"0", "1"}), "(a=101)");
  EXPECT_EQ(Prepared("(a>={0})", {"*"}), "(a>=\\2a)");
  EXPECT_EQ(Prepared("(a:dn:={0})", {"{0}"}), "(a:dn:={0})");
  EXPECT_EQ(Prepared("uid={0}", {""}), "(uid=)");
}

TEST(Placeholders, MissingOrUnusedArgumentsAreNamed) {
  EXPECT_EQ(RefusedField("(a={1})", {"x"}), "filter");
  EXPECT_EQ(RefusedField("(a={0})", {"x", "y"}), "filter_args[1]");
  EXPECT_EQ(RefusedField("", {"x"}), "filter_args[0]");
}

TEST(Placeholders, StandInValuesOnly) {
  EXPECT_EQ(RefusedField("({0}=a)", {"cn"}), "filter");
  EXPECT_EQ(RefusedField("(&{0})", {"(a=b)"}), "filter");
  EXPECT_EQ(RefusedField("{0}", {"(a=b)"}), "filter");
}

TEST(Placeholders, BesideThemLiteralBracesAreEscaped) {
  for (const char* filter : {"(a={})", "(a={x})", "(a={0)", "(a={-1})", "(a={ 0})", "(a={0}})",
                             "(a={99999999999999999999})", "(a={0x})"}) {
    EXPECT_EQ(RefusedField(filter, {"x"}), "filter") << filter;
  }
  EXPECT_EQ(Prepared("(a=\\7b{0}\\7d)", {"x"}), "(a=\\7bx\\7d)");
}

// Else "(uid={0}*)" with an empty argument would match everybody.
TEST(Placeholders, EmptyArgumentsBesideAsterisksAreRefused) {
  for (const char* filter : {"(a={0}*)", "(a=*{0})", "(a=*{0}*)", "(a=b*{0}*c)"}) {
    EXPECT_EQ(RefusedField(filter, {""}), "filter_args[0]") << filter;
  }
  EXPECT_EQ(Prepared("(a=b{0}*)", {""}), "(a=b*)");
}

TEST(EscapeFilterValue, EscapesWhatHasAMeaning) {
  EXPECT_EQ(EscapeFilterValue("a\0(*)\\\xC3\xA9\xFF{"s), "a\\00\\28\\2a\\29\\5c\xC3\xA9\\ff{");
  EXPECT_EQ(EscapeFilterValue(""), "");
}

}  // namespace
}  // namespace dirlease
