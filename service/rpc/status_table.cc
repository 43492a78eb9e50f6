#include "rpc/status_table.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "model/ldap_result.h"

namespace dirlease {

namespace {

using Code = absl::StatusCode;

struct Row {
  int ldap_code;
  Code code;
  std::string_view reason;
  std::string_view advice;  // may be empty
};

// Sorted by LDAP code. Names: model/ldap_result.cc.
constexpr Row kRows[] = {
    {-17, Code::kFailedPrecondition, "REFERRAL_LIMIT_EXCEEDED", ""},
    {-16, Code::kFailedPrecondition, "CLIENT_LOOP", ""},
    {-15, Code::kInternal, "MORE_RESULTS_TO_RETURN", ""},
    {-14, Code::kInternal, "NO_RESULTS_RETURNED", ""},
    {-13, Code::kInternal, "CONTROL_NOT_FOUND", ""},
    {-12, Code::kUnimplemented, "NOT_SUPPORTED", ""},
    {-11, Code::kUnavailable, "CONNECT_ERROR", "the directory cannot be reached"},
    {-10, Code::kResourceExhausted, "NO_MEMORY", ""},
    {-9, Code::kInvalidArgument, "PARAM_ERROR", ""},
    {-8, Code::kCancelled, "USER_CANCELLED", ""},
    {-7, Code::kInvalidArgument, "FILTER_ERROR", "the filter cannot be read"},
    {-6, Code::kUnimplemented, "AUTH_UNKNOWN", ""},
    {-5, Code::kDeadlineExceeded, "TIMEOUT", "the directory did not answer in time"},
    {-4, Code::kInternal, "DECODING_ERROR", "the directory sent what is not LDAP"},
    {-3, Code::kInternal, "ENCODING_ERROR", ""},
    {-2, Code::kInternal, "LOCAL_ERROR", ""},
    {-1, Code::kUnavailable, "LDAP_SERVER_DOWN", "the connection to the directory ended"},
    {0, Code::kOk, "SUCCESS", ""},
    {1, Code::kFailedPrecondition, "OPERATIONS_ERROR", "some directories want a bind first"},
    {2, Code::kInvalidArgument, "PROTOCOL_ERROR", ""},
    {3, Code::kDeadlineExceeded, "TIME_LIMIT_EXCEEDED", "narrow the search or page it"},
    {4, Code::kResourceExhausted, "SIZE_LIMIT_EXCEEDED", "narrow the search or page it"},
    {5, Code::kOk, "COMPARE_FALSE", ""},
    {6, Code::kOk, "COMPARE_TRUE", ""},
    {7, Code::kUnimplemented, "AUTH_METHOD_NOT_SUPPORTED", ""},
    {8, Code::kUnauthenticated, "STRONGER_AUTH_REQUIRED", "bind with a stronger method"},
    {10, Code::kFailedPrecondition, "REFERRAL", "ask one of the referred directories"},
    {11, Code::kResourceExhausted, "ADMIN_LIMIT_EXCEEDED", "narrow the search or page it"},
    {12, Code::kUnimplemented, "UNAVAILABLE_CRITICAL_EXTENSION",
     "the directory lacks a control marked critical"},
    {13, Code::kFailedPrecondition, "CONFIDENTIALITY_REQUIRED",
     "the gateway's target needs TLS towards the directory"},
    {14, Code::kInternal, "SASL_BIND_IN_PROGRESS", ""},
    {16, Code::kFailedPrecondition, "NO_SUCH_ATTRIBUTE",
     "the entry has no such attribute or value"},
    {17, Code::kInvalidArgument, "UNDEFINED_ATTRIBUTE_TYPE", "the schema has no such attribute"},
    {18, Code::kInvalidArgument, "INAPPROPRIATE_MATCHING",
     "the attribute has no such matching rule"},
    {19, Code::kFailedPrecondition, "CONSTRAINT_VIOLATION", "a rule of the directory forbids it"},
    {20, Code::kAlreadyExists, "ATTRIBUTE_OR_VALUE_EXISTS",
     "the entry has this attribute or value already"},
    {21, Code::kInvalidArgument, "INVALID_ATTRIBUTE_SYNTAX",
     "a value does not fit its attribute's syntax"},
    {32, Code::kNotFound, "NO_SUCH_OBJECT", "no entry has this DN (to create one, its parent has to exist)"},
    {33, Code::kFailedPrecondition, "ALIAS_PROBLEM", ""},
    {34, Code::kInvalidArgument, "INVALID_DN_SYNTAX", "a DN is malformed"},
    {35, Code::kFailedPrecondition, "IS_LEAF", ""},
    {36, Code::kFailedPrecondition, "ALIAS_DEREFERENCING_PROBLEM", ""},
    {47, Code::kPermissionDenied, "PROXY_AUTHZ_FAILURE", ""},
    {48, Code::kUnauthenticated, "INAPPROPRIATE_AUTHENTICATION",
     "bind with another method or with credentials"},
    {49, Code::kUnauthenticated, "INVALID_CREDENTIALS", "check the bind DN and its password"},
    {50, Code::kPermissionDenied, "INSUFFICIENT_ACCESS_RIGHTS",
     "the bound identity may not do this"},
    {51, Code::kUnavailable, "BUSY", "nothing was done: try again"},
    {52, Code::kUnavailable, "UNAVAILABLE", "nothing was done: try again"},
    {53, Code::kFailedPrecondition, "UNWILLING_TO_PERFORM", ""},
    {54, Code::kFailedPrecondition, "LOOP_DETECT", "the directory's data refer in a circle"},
    {60, Code::kInvalidArgument, "SORT_CONTROL_MISSING",
     "a virtual list view needs the server-side sort control"},
    {61, Code::kOutOfRange, "OFFSET_RANGE_ERROR", ""},
    {64, Code::kInvalidArgument, "NAMING_VIOLATION", "the entry may not have this name"},
    {65, Code::kInvalidArgument, "OBJECT_CLASS_VIOLATION",
     "the entry does not fit its object classes"},
    {66, Code::kFailedPrecondition, "NOT_ALLOWED_ON_NON_LEAF", "the entry has children"},
    {67, Code::kFailedPrecondition, "NOT_ALLOWED_ON_RDN",
     "a value of the entry's name changes by ModifyDn only"},
    {68, Code::kAlreadyExists, "ENTRY_ALREADY_EXISTS", "an entry with this DN exists"},
    {69, Code::kFailedPrecondition, "OBJECT_CLASS_MODS_PROHIBITED", ""},
    {70, Code::kResourceExhausted, "RESULTS_TOO_LARGE", ""},
    {71, Code::kUnimplemented, "AFFECTS_MULTIPLE_DSAS", ""},
    {76, Code::kInvalidArgument, "VIRTUAL_LIST_VIEW_ERROR", ""},
    // INTERNAL is kept for the gateway's own faults.
    {80, Code::kUnknown, "OTHER", ""},
    {118, Code::kCancelled, "CANCELED", ""},
    {119, Code::kFailedPrecondition, "NO_SUCH_OPERATION", ""},
    {120, Code::kFailedPrecondition, "TOO_LATE", ""},
    {121, Code::kFailedPrecondition, "CANNOT_CANCEL", ""},
    {122, Code::kAborted, "ASSERTION_FAILED", "the entry changed: read it again, then retry"},
    {123, Code::kPermissionDenied, "AUTHORIZATION_DENIED",
     "the bound identity may not act for this one"},
    {4096, Code::kOutOfRange, "SYNC_REFRESH_REQUIRED", "start again without the cookie"},
    {0x410e, Code::kOk, "NO_OPERATION", ""},
    {0x4111, Code::kUnavailable, "CANNOT_CHAIN", ""},
    {0x4112, Code::kFailedPrecondition, "INVALID_REFERENCE", ""},
};

std::string Message(int ldap_code, std::string_view advice) {
  const std::string_view name = LdapResultName(ldap_code);
  std::string message = ldap_code < 0 ? "the LDAP connection failed with "
                                      : "the directory answered ";
  message += name.empty() ? "result code " + std::to_string(ldap_code) : std::string(name);
  if (!advice.empty()) message += ": ";
  message += advice;
  return message;
}

}  // namespace

LdapStatus StatusOfLdapResult(int ldap_code) {
  const auto* row =
      std::lower_bound(std::begin(kRows), std::end(kRows), ldap_code,
                       [](const Row& row, int wanted) { return row.ldap_code < wanted; });
  if (row == std::end(kRows) || row->ldap_code != ldap_code) {
    return {Code::kUnknown, "LDAP_RESULT_" + std::to_string(ldap_code), Message(ldap_code, "")};
  }
  return {row->code, std::string(row->reason), Message(ldap_code, row->advice)};
}

}  // namespace dirlease
