// The one table from LDAP result codes to gRPC's canonical codes. Pure, thread-safe.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace dirlease {

struct LdapStatus {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string reason;   // the result's name in UPPER_SNAKE_CASE, or LDAP_RESULT_<n>
  std::string message;  // constant per result code: its name and, where it helps, what to do
};

// For results as they end an operation by default; accept_partial, a Bind's further steps and writes
// whose outcome is unknown are their callers' matter.
LdapStatus StatusOfLdapResult(int ldap_code);

}  // namespace dirlease
