#include "cli/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/advice.h"
#include "cli/exit_status.h"
#include "google/rpc/error_details.pb.h"

namespace dirlease::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

google::rpc::Status SampleStatus(int32_t ldap_code) {
  google::rpc::Status status;
  status.set_code(5);
  status.set_message("no such entry");
  google::rpc::ErrorInfo info;
  info.set_reason("NO_SUCH_OBJECT");
  status.add_details()->PackFrom(info);
  v1::LdapResult result;
  result.set_code(ldap_code);
  result.set_name("noSuchObject");
  result.set_matched_dn("dc=example,dc=com");
  result.set_diagnostic_message("gone \x1b[31mfishing \xc2\x9b" "31m\xc3\xbc");
  result.add_referrals("ldap://other.example");
  result.add_followed("ldap://branch.example");
  result.set_not_followed("SERVER_NOT_ALLOWED");
  status.add_details()->PackFrom(result);
  return status;
}

TEST(RenderFailure, ShowsBothCodesTheDirectorysWordsAndWhatToDo) {
  const std::string text = RenderFailure("search", ParseFailure(SampleStatus(32)));
  EXPECT_THAT(text, HasSubstr("dirlease: search failed: no such entry\n"));
  EXPECT_THAT(text, HasSubstr("gRPC status: NOT_FOUND (5), reason NO_SUCH_OBJECT\n"));
  EXPECT_THAT(text, HasSubstr("LDAP result: noSuchObject (32)\n"));
  EXPECT_THAT(text, HasSubstr("matched DN: dc=example,dc=com\n"));
  EXPECT_THAT(text, HasSubstr("referral: ldap://other.example\n"));
  EXPECT_THAT(text, HasSubstr("asked too: ldap://branch.example\n"));
  EXPECT_THAT(text, HasSubstr("not followed: SERVER_NOT_ALLOWED\n"));
  EXPECT_THAT(text, HasSubstr("what to do: check the DN"));
}

TEST(RenderFailure, ForeignTextCannotDriveTheTerminal) {
  EXPECT_THAT(RenderFailure("search", ParseFailure(SampleStatus(32))), Not(HasSubstr("\x1b")));
  EXPECT_THAT(RenderFailure("search", ParseFailure(SampleStatus(32))), HasSubstr("fishing  31m\xc3\xbc"));
}

TEST(RenderFailure, ShowsFieldViolationsAndRetryDelay) {
  google::rpc::Status status;
  status.set_code(3);
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field("filter");
  violation->set_description("no closing parenthesis");
  status.add_details()->PackFrom(bad_request);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(1);
  retry.mutable_retry_delay()->set_nanos(500'000'000);
  status.add_details()->PackFrom(retry);
  const std::string text = RenderFailure("search", ParseFailure(status));
  EXPECT_THAT(text, HasSubstr("field filter: no closing parenthesis\n"));
  EXPECT_THAT(text, HasSubstr("1500 ms"));
}

TEST(ExitStatus, IsTheLdapCodeWhereThereIsOne) {
  EXPECT_EQ(ExitStatusOf(ParseFailure(SampleStatus(32))), 32);
  EXPECT_EQ(ExitStatusOf(ParseFailure(SampleStatus(255))), 255);
  EXPECT_EQ(ExitStatusOf(ParseFailure(SampleStatus(4096))), 1);
}

TEST(ExitStatus, IsTheGrpcCodePlus200Otherwise) {
  google::rpc::Status unreachable;
  unreachable.set_code(14);
  EXPECT_EQ(ExitStatusOf(ParseFailure(unreachable)), 214);
  EXPECT_EQ(ExitStatusOf(ParseFailure(SampleStatus(-1))), 205);
}

TEST(Advice, LeaseReasonsSayToOpenANewOne) {
  for (const char* reason : {"SESSION_UNKNOWN", "SESSION_EXPIRED", "SESSION_CLOSED", "SESSION_LOST",
                             "SESSION_REVOKED"}) {
    EXPECT_THAT(std::string(AdviceFor(reason, 16)), HasSubstr("lease open")) << reason;
  }
}

TEST(Advice, ComesFromTheCodeOnlyWithoutAReason) {
  EXPECT_THAT(std::string(AdviceFor("", 14)), HasSubstr("gateway runs"));
  EXPECT_EQ(AdviceFor("SOMETHING_NEW", 14), "");
}

TEST(Advice, TooLargeAnEntryIsForSearchAndNoMatterOfAttributesElsewhere) {
  EXPECT_THAT(std::string(AdviceFor("ENTRY_TOO_LARGE", 8, CallKind::kGet)), HasSubstr("dirlease search"));
  EXPECT_THAT(std::string(AdviceFor("ENTRY_TOO_LARGE", 8, CallKind::kExtended)), Not(HasSubstr("attributes")));
  EXPECT_EQ(AdviceFor("ENTRY_TOO_LARGE", 8), "ask for fewer attributes");
}

google::rpc::Status WithoutDetails(int code) {
  google::rpc::Status status;
  status.set_code(code);
  return status;
}

TEST(RenderFailure, AWriteWithoutAnAnswerMayHaveHappened) {
  for (const int code : {1, 2, 4, 14}) {
    const Failure failure = ParseFailure(WithoutDetails(code));
    EXPECT_TRUE(MayHaveHappened(failure)) << code;
    EXPECT_THAT(RenderFailure("x", failure, false, CallKind::kWrite), HasSubstr("may have happened")) << code;
    EXPECT_THAT(RenderFailure("x", failure, false, CallKind::kExtended), HasSubstr("may have happened")) << code;
    EXPECT_THAT(RenderFailure("x", failure), Not(HasSubstr("may have happened"))) << code;
  }
  EXPECT_THAT(RenderFailure("x", ParseFailure(WithoutDetails(14)), false, CallKind::kWrite), HasSubstr("gateway runs"));
}

TEST(RenderFailure, AWriteThatWasAnsweredDidNotHappen) {
  EXPECT_FALSE(MayHaveHappened(ParseFailure(SampleStatus(32))));
  google::rpc::Status other = SampleStatus(80);
  other.set_code(2);
  EXPECT_FALSE(MayHaveHappened(ParseFailure(other)));
  google::rpc::Status draining = WithoutDetails(14);
  google::rpc::ErrorInfo info;
  info.set_reason("DRAINING");
  draining.add_details()->PackFrom(info);
  EXPECT_FALSE(MayHaveHappened(ParseFailure(draining)));
}

TEST(GrpcCodeNameOf, KnowsAllAndInventsNone) {
  EXPECT_EQ(GrpcCodeName(16), "UNAUTHENTICATED");
  EXPECT_EQ(GrpcCodeName(10), "ABORTED");
  EXPECT_EQ(GrpcCodeName(99), "code 99");
}

}  // namespace
}  // namespace dirlease::cli
