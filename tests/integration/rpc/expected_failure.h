// How the failures of a real slapd have to arrive: the canonical code, the directory's own code, the reason. Values.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/grpc/client.h"

namespace dirlease::testing {

struct ExpectedFailure {
  Code code;
  int ldap_code;  // 0 = the gateway says it, not the directory
  const char* reason;
};

inline constexpr ExpectedFailure kLacksExtension = {Code::kUnimplemented, 2, "PROTOCOL_ERROR"};
inline constexpr ExpectedFailure kSizeLimitExceeded = {Code::kResourceExhausted, 4, "SIZE_LIMIT_EXCEEDED"};
inline constexpr ExpectedFailure kAuthMethodNotSupported = {Code::kUnimplemented, 7, "AUTH_METHOD_NOT_SUPPORTED"};
inline constexpr ExpectedFailure kStrongerAuthRequired = {Code::kUnauthenticated, 8, "STRONGER_AUTH_REQUIRED"};
inline constexpr ExpectedFailure kReferral = {Code::kFailedPrecondition, 10, "REFERRAL"};
inline constexpr ExpectedFailure kAdminLimitExceeded = {Code::kResourceExhausted, 11, "ADMIN_LIMIT_EXCEEDED"};
inline constexpr ExpectedFailure kLacksControl = {Code::kUnimplemented, 12, "UNAVAILABLE_CRITICAL_EXTENSION"};
inline constexpr ExpectedFailure kConfidentialityRequired = {Code::kFailedPrecondition, 13, "CONFIDENTIALITY_REQUIRED"};
inline constexpr ExpectedFailure kNoSuchAttribute = {Code::kFailedPrecondition, 16, "NO_SUCH_ATTRIBUTE"};
inline constexpr ExpectedFailure kUndefinedAttributeType = {Code::kInvalidArgument, 17, "UNDEFINED_ATTRIBUTE_TYPE"};
inline constexpr ExpectedFailure kInappropriateMatching = {Code::kInvalidArgument, 18, "INAPPROPRIATE_MATCHING"};
inline constexpr ExpectedFailure kConstraintViolation = {Code::kFailedPrecondition, 19, "CONSTRAINT_VIOLATION"};
inline constexpr ExpectedFailure kAttributeOrValueExists = {Code::kAlreadyExists, 20, "ATTRIBUTE_OR_VALUE_EXISTS"};
inline constexpr ExpectedFailure kInvalidAttributeSyntax = {Code::kInvalidArgument, 21, "INVALID_ATTRIBUTE_SYNTAX"};
inline constexpr ExpectedFailure kNoSuchObject = {Code::kNotFound, 32, "NO_SUCH_OBJECT"};
inline constexpr ExpectedFailure kAliasProblem = {Code::kFailedPrecondition, 33, "ALIAS_PROBLEM"};
inline constexpr ExpectedFailure kInvalidDnSyntax = {Code::kInvalidArgument, 34, "INVALID_DN_SYNTAX"};
inline constexpr ExpectedFailure kInappropriateAuthentication = {Code::kUnauthenticated, 48, "INAPPROPRIATE_AUTHENTICATION"};
inline constexpr ExpectedFailure kInvalidCredentials = {Code::kUnauthenticated, 49, "INVALID_CREDENTIALS"};
inline constexpr ExpectedFailure kInsufficientAccess = {Code::kPermissionDenied, 50, "INSUFFICIENT_ACCESS_RIGHTS"};
inline constexpr ExpectedFailure kUnwillingToPerform = {Code::kFailedPrecondition, 53, "UNWILLING_TO_PERFORM"};
inline constexpr ExpectedFailure kNamingViolation = {Code::kInvalidArgument, 64, "NAMING_VIOLATION"};
inline constexpr ExpectedFailure kObjectClassViolation = {Code::kInvalidArgument, 65, "OBJECT_CLASS_VIOLATION"};
inline constexpr ExpectedFailure kNotAllowedOnNonLeaf = {Code::kFailedPrecondition, 66, "NOT_ALLOWED_ON_NON_LEAF"};
inline constexpr ExpectedFailure kEntryAlreadyExists = {Code::kAlreadyExists, 68, "ENTRY_ALREADY_EXISTS"};
inline constexpr ExpectedFailure kObjectClassModsProhibited = {Code::kFailedPrecondition, 69, "OBJECT_CLASS_MODS_PROHIBITED"};
inline constexpr ExpectedFailure kAffectsMultipleDsas = {Code::kUnimplemented, 71, "AFFECTS_MULTIPLE_DSAS"};
inline constexpr ExpectedFailure kOther = {Code::kUnknown, 80, "OTHER"};
inline constexpr ExpectedFailure kNoSuchOperation = {Code::kFailedPrecondition, 119, "NO_SUCH_OPERATION"};
inline constexpr ExpectedFailure kAuthorizationDenied = {Code::kPermissionDenied, 123, "AUTHORIZATION_DENIED"};
inline constexpr ExpectedFailure kSyncRefreshRequired = {Code::kOutOfRange, 4096, "SYNC_REFRESH_REQUIRED"};

// And where there is no answer.
inline constexpr ExpectedFailure kServerDown = {Code::kUnavailable, -1, "LDAP_SERVER_DOWN"};
inline constexpr ExpectedFailure kOutcomeUnknown = {Code::kUnknown, -1, "OUTCOME_UNKNOWN"};

// A name to the gateway, none to a directory with this schema.
inline constexpr char kUnknownTypeDn[] = "nonesuch=x,dc=example,dc=com";

// `line` is the caller's, for the message.
inline void ExpectFailure(const CallEnd& end, const ExpectedFailure& expected, int line) {
  const ::testing::ScopedTrace trace("line", line, expected.reason);
  EXPECT_EQ(end.code, expected.code) << end;
  EXPECT_EQ(end.reason(), expected.reason) << end;
  EXPECT_EQ(end.ldap_result ? end.ldap_result->code() : 0, expected.ldap_code)
      << (end.ldap_result ? end.ldap_result->diagnostic_message() : "");
}

}  // namespace dirlease::testing
