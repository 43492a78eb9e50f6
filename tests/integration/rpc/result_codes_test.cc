// Every row of the status table from a real slapd: its overlay retcode answers what an entry's name says. Where slapd answers
// a code by itself, the suites of the operations have it too.
#include <gmock/gmock.h>

#include "fmt/format.h"
#include "integration/rpc/slapd_gateway_test.h"
#include "rpc/status_table.h"

namespace dirlease::testing {
namespace {

using ::testing::StartsWith;

// The table's rows, but for what only libldap says of itself (negative) and a compare's two answers.
constexpr int kRows[] = {1,  2,  3,  4,  7,  8,  10, 11, 12, 13, 14, 16, 17,  18,  19,  20,  21,  32,   33,     34,    35, 36,
                         47, 48, 49, 50, 51, 52, 53, 54, 60, 61, 64, 65,  66,  67,  68,  69,  70,  71,   76,     80,
                         118, 119, 120, 121, 122, 123, 4096, 0x4111, 0x4112};
// No row: unassigned ones, a vendor's, the largest.
constexpr int kUnknown[] = {94, 9999, 16655, 0x7fffffff};
constexpr char kNoOperation[] = "cn=16654,ou=codes,dc=example,dc=com";

class ResultCodesTest : public SlapdAdminTest {
 protected:
  void SetUp() override {
    std::string config = "overlay retcode\nretcode-parent ou=codes,dc=example,dc=com\n";
    const auto add = [&config](int code) {
      const char* reference = code == 10 ? " ref=ldap://elsewhere.example/" : "";
      config += fmt::format("retcode-item \"cn={0}\" {0} text=\"answer {0}\" matched=\"dc=example,dc=com\"{1}\n", code, reference);
    };
    for (const int code : kRows) add(code);
    for (const int code : kUnknown) add(code);
    for (const int code : {5, 6, 16654}) add(code);
    Start({.people = 1, .global_config = "moduleload retcode\n", .database_config = config});
  }

  static std::string Dn(int code) { return fmt::format("cn={},ou=codes,dc=example,dc=com", code); }
  // As the directory says it, whole.
  static void ExpectAnswer(const CallEnd& end, int code) {
    const LdapStatus expected = StatusOfLdapResult(code);
    EXPECT_EQ(static_cast<int>(end.code), static_cast<int>(expected.code)) << code << end;
    EXPECT_EQ(end.reason(), expected.reason) << code;
    ASSERT_TRUE(end.ldap_result.has_value()) << code << end;
    EXPECT_EQ(end.ldap_result->code(), code);
    EXPECT_EQ(end.ldap_result->diagnostic_message(), fmt::format("answer {}", code));
    EXPECT_EQ(end.ldap_result->matched_dn(), "dc=example,dc=com") << code;
    EXPECT_EQ(end.ldap_result->referrals_size(), code == 10 ? 1 : 0) << code;
  }
  CallEnd SearchOf(int code) {
    v1::SearchRequest request = SearchUnder(Dn(code));
    request.set_scope(v1::SCOPE_BASE);
    return Search(request, token_).end;
  }
  CallEnd CompareOf(int code) {
    v1::CompareRequest request;
    request.set_dn(Dn(code));
    request.set_attribute_type("cn");
    request.set_text_value("x");
    return Call(request);
  }
  CallEnd DeleteOf(int code) {
    v1::DeleteRequest request;
    request.set_dn(Dn(code));
    return Call(request);
  }
};

TEST_F(ResultCodesTest, EachRowArrivesWholeWhateverItAnswers) {
  for (const int code : kRows) {
    ExpectAnswer(SearchOf(code), code);
    ExpectAnswer(CompareOf(code), code);
    ExpectAnswer(DeleteOf(code), code);
  }
}

TEST_F(ResultCodesTest, CodesThatNobodyKnowsKeepTheirNumber) {
  for (const int code : kUnknown) {
    const CallEnd end = SearchOf(code);
    ExpectAnswer(end, code);
    EXPECT_EQ(end.code, Code::kUnknown);
    EXPECT_THAT(end.reason(), StartsWith("LDAP_RESULT_"));
    ExpectAnswer(DeleteOf(code), code);
  }
}

// OpenLDAP's answer to its no-op control is no failure, where somebody asked.
TEST_F(ResultCodesTest, NoOperationIsASuccess) {
  v1::DeleteRequest request;
  request.set_dn(kNoOperation);
  request.add_controls()->set_no_operation(true);
  v1::DeleteResponse response;
  const CallEnd end = Call(request, &response);
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(response.result().code(), 16654);
}

// A compare's answers belong to compares: a search or a write that gets one has not been answered.
TEST_F(ResultCodesTest, CompareTrueAndFalseAnswerNothingElse) {
  for (const int code : {5, 6}) {
    v1::CompareRequest request;
    request.set_dn(Dn(code));
    request.set_attribute_type("cn");
    request.set_text_value("x");
    v1::CompareResponse response;
    const CallEnd end = Call(request, &response);
    EXPECT_TRUE(end.ok()) << end;
    EXPECT_EQ(response.matched(), code == 6);
    EXPECT_EQ(SearchOf(code).reason(), "DECODING_ERROR");
    EXPECT_EQ(DeleteOf(code).reason(), "OUTCOME_UNKNOWN");
  }
}

}  // namespace
}  // namespace dirlease::testing
