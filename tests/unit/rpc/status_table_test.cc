#include "rpc/status_table.h"

#include <gtest/gtest.h>

#include <cctype>
#include <ostream>
#include <set>

#include "model/ldap_result.h"

namespace dirlease {
namespace {

using Code = absl::StatusCode;

struct Expectation {
  int ldap_code;
  const char* name;  // as model/ldap_result.cc has it; the test is called by it
  Code code;
  const char* reason;
};

void PrintTo(const Expectation& row, std::ostream* out) { *out << row.name; }

class StatusTable : public ::testing::TestWithParam<Expectation> {};

TEST_P(StatusTable, MapsTheResult) {
  const LdapStatus status = StatusOfLdapResult(GetParam().ldap_code);
  EXPECT_EQ(status.code, GetParam().code);
  EXPECT_EQ(status.reason, GetParam().reason);
  EXPECT_EQ(LdapResultName(GetParam().ldap_code), GetParam().name);
  EXPECT_NE(status.message.find(GetParam().name), std::string::npos) << status.message;
  EXPECT_LT(status.message.size(), 110u);
}

constexpr Expectation kExpectations[] = {
    {0, "success", Code::kOk, "SUCCESS"},
    {1, "operationsError", Code::kFailedPrecondition, "OPERATIONS_ERROR"},
    {2, "protocolError", Code::kInvalidArgument, "PROTOCOL_ERROR"},
    {3, "timeLimitExceeded", Code::kDeadlineExceeded, "TIME_LIMIT_EXCEEDED"},
    {4, "sizeLimitExceeded", Code::kResourceExhausted, "SIZE_LIMIT_EXCEEDED"},
    {5, "compareFalse", Code::kOk, "COMPARE_FALSE"},
    {6, "compareTrue", Code::kOk, "COMPARE_TRUE"},
    {7, "authMethodNotSupported", Code::kUnimplemented, "AUTH_METHOD_NOT_SUPPORTED"},
    {8, "strongerAuthRequired", Code::kUnauthenticated, "STRONGER_AUTH_REQUIRED"},
    {10, "referral", Code::kFailedPrecondition, "REFERRAL"},
    {11, "adminLimitExceeded", Code::kResourceExhausted, "ADMIN_LIMIT_EXCEEDED"},
    {12, "unavailableCriticalExtension", Code::kUnimplemented, "UNAVAILABLE_CRITICAL_EXTENSION"},
    {13, "confidentialityRequired", Code::kFailedPrecondition, "CONFIDENTIALITY_REQUIRED"},
    {14, "saslBindInProgress", Code::kInternal, "SASL_BIND_IN_PROGRESS"},
    {16, "noSuchAttribute", Code::kFailedPrecondition, "NO_SUCH_ATTRIBUTE"},
    {17, "undefinedAttributeType", Code::kInvalidArgument, "UNDEFINED_ATTRIBUTE_TYPE"},
    {18, "inappropriateMatching", Code::kInvalidArgument, "INAPPROPRIATE_MATCHING"},
    {19, "constraintViolation", Code::kFailedPrecondition, "CONSTRAINT_VIOLATION"},
    {20, "attributeOrValueExists", Code::kAlreadyExists, "ATTRIBUTE_OR_VALUE_EXISTS"},
    {21, "invalidAttributeSyntax", Code::kInvalidArgument, "INVALID_ATTRIBUTE_SYNTAX"},
    {32, "noSuchObject", Code::kNotFound, "NO_SUCH_OBJECT"},
    {33, "aliasProblem", Code::kFailedPrecondition, "ALIAS_PROBLEM"},
    {34, "invalidDNSyntax", Code::kInvalidArgument, "INVALID_DN_SYNTAX"},
    {35, "isLeaf", Code::kFailedPrecondition, "IS_LEAF"},
    {36, "aliasDereferencingProblem", Code::kFailedPrecondition, "ALIAS_DEREFERENCING_PROBLEM"},
    {47, "proxyAuthzFailure", Code::kPermissionDenied, "PROXY_AUTHZ_FAILURE"},
    {48, "inappropriateAuthentication", Code::kUnauthenticated, "INAPPROPRIATE_AUTHENTICATION"},
    {49, "invalidCredentials", Code::kUnauthenticated, "INVALID_CREDENTIALS"},
    {50, "insufficientAccessRights", Code::kPermissionDenied, "INSUFFICIENT_ACCESS_RIGHTS"},
    {51, "busy", Code::kUnavailable, "BUSY"},
    {52, "unavailable", Code::kUnavailable, "UNAVAILABLE"},
    {53, "unwillingToPerform", Code::kFailedPrecondition, "UNWILLING_TO_PERFORM"},
    {54, "loopDetect", Code::kFailedPrecondition, "LOOP_DETECT"},
    {60, "sortControlMissing", Code::kInvalidArgument, "SORT_CONTROL_MISSING"},
    {61, "offsetRangeError", Code::kOutOfRange, "OFFSET_RANGE_ERROR"},
    {64, "namingViolation", Code::kInvalidArgument, "NAMING_VIOLATION"},
    {65, "objectClassViolation", Code::kInvalidArgument, "OBJECT_CLASS_VIOLATION"},
    {66, "notAllowedOnNonLeaf", Code::kFailedPrecondition, "NOT_ALLOWED_ON_NON_LEAF"},
    {67, "notAllowedOnRDN", Code::kFailedPrecondition, "NOT_ALLOWED_ON_RDN"},
    {68, "entryAlreadyExists", Code::kAlreadyExists, "ENTRY_ALREADY_EXISTS"},
    {69, "objectClassModsProhibited", Code::kFailedPrecondition, "OBJECT_CLASS_MODS_PROHIBITED"},
    {70, "resultsTooLarge", Code::kResourceExhausted, "RESULTS_TOO_LARGE"},
    {71, "affectsMultipleDSAs", Code::kUnimplemented, "AFFECTS_MULTIPLE_DSAS"},
    {76, "virtualListViewError", Code::kInvalidArgument, "VIRTUAL_LIST_VIEW_ERROR"},
    {80, "other", Code::kUnknown, "OTHER"},
    {118, "canceled", Code::kCancelled, "CANCELED"},
    {119, "noSuchOperation", Code::kFailedPrecondition, "NO_SUCH_OPERATION"},
    {120, "tooLate", Code::kFailedPrecondition, "TOO_LATE"},
    {121, "cannotCancel", Code::kFailedPrecondition, "CANNOT_CANCEL"},
    {122, "assertionFailed", Code::kAborted, "ASSERTION_FAILED"},
    {123, "authorizationDenied", Code::kPermissionDenied, "AUTHORIZATION_DENIED"},
    {4096, "e-syncRefreshRequired", Code::kOutOfRange, "SYNC_REFRESH_REQUIRED"},
    {0x410e, "noOperation", Code::kOk, "NO_OPERATION"},
    {0x4111, "cannotChain", Code::kUnavailable, "CANNOT_CHAIN"},
    {0x4112, "invalidReference", Code::kFailedPrecondition, "INVALID_REFERENCE"},
    {-1, "serverDown", Code::kUnavailable, "LDAP_SERVER_DOWN"},
    {-2, "localError", Code::kInternal, "LOCAL_ERROR"},
    {-3, "encodingError", Code::kInternal, "ENCODING_ERROR"},
    {-4, "decodingError", Code::kInternal, "DECODING_ERROR"},
    {-5, "timeout", Code::kDeadlineExceeded, "TIMEOUT"},
    {-6, "authUnknown", Code::kUnimplemented, "AUTH_UNKNOWN"},
    {-7, "filterError", Code::kInvalidArgument, "FILTER_ERROR"},
    {-8, "userCancelled", Code::kCancelled, "USER_CANCELLED"},
    {-9, "paramError", Code::kInvalidArgument, "PARAM_ERROR"},
    {-10, "noMemory", Code::kResourceExhausted, "NO_MEMORY"},
    {-11, "connectError", Code::kUnavailable, "CONNECT_ERROR"},
    {-12, "notSupported", Code::kUnimplemented, "NOT_SUPPORTED"},
    {-13, "controlNotFound", Code::kInternal, "CONTROL_NOT_FOUND"},
    {-14, "noResultsReturned", Code::kInternal, "NO_RESULTS_RETURNED"},
    {-15, "moreResultsToReturn", Code::kInternal, "MORE_RESULTS_TO_RETURN"},
    {-16, "clientLoop", Code::kFailedPrecondition, "CLIENT_LOOP"},
    {-17, "referralLimitExceeded", Code::kFailedPrecondition, "REFERRAL_LIMIT_EXCEEDED"},
};

std::string TestName(const ::testing::TestParamInfo<Expectation>& info) {
  std::string name;
  for (const char* c = info.param.name; *c != '\0'; ++c) {
    if (std::isalnum(static_cast<unsigned char>(*c)) != 0) name += *c;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Row, StatusTable, ::testing::ValuesIn(kExpectations), TestName);

TEST(StatusTableAsAWhole, ExpectsEveryCodeThatHasAName) {
  std::set<int> expected;
  for (const Expectation& row : kExpectations) expected.insert(row.ldap_code);
  for (int code = -100; code < 0x5000; ++code) {
    EXPECT_EQ(!LdapResultName(code).empty(), expected.count(code) == 1) << code;
  }
}

TEST(StatusTableAsAWhole, CodesNobodyNamedAreUnknown) {
  for (const int code : {9, 15, 22, 81, 113, 16640, 1 << 30, -18, -1000}) {
    const LdapStatus status = StatusOfLdapResult(code);
    EXPECT_EQ(status.code, Code::kUnknown);
    EXPECT_EQ(status.reason, "LDAP_RESULT_" + std::to_string(code));
    EXPECT_NE(status.message.find("result code " + std::to_string(code)), std::string::npos);
  }
}

}  // namespace
}  // namespace dirlease
