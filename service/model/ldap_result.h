// What a directory answers (RFC 4511 section 4.1.9), kept whole. Values; thread-compatible.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace dirlease {

// RFC 4511 section 4.1.11, request or response.
struct Control {
  std::string oid;
  bool critical = false;
  std::optional<std::string> value;  // absent differs from empty
  bool value_dropped = false;        // of a response: it had one, too large to be told
};
// The first one of this type, null if there is none.
const Control* FindControl(absl::Span<const Control> controls, std::string_view oid);
inline bool HasControl(absl::Span<const Control> controls, std::string_view oid) {
  return FindControl(controls, oid) != nullptr;
}

// Of all values.
size_t ValueOctets(absl::Span<const Control> controls);

// Result codes the gateway itself acts on. The set is open: directories invent codes.
namespace ldap_code {
inline constexpr int kSuccess = 0;
inline constexpr int kTimeLimitExceeded = 3;
inline constexpr int kSizeLimitExceeded = 4;
inline constexpr int kCompareFalse = 5;
inline constexpr int kCompareTrue = 6;
inline constexpr int kReferral = 10;
inline constexpr int kAdminLimitExceeded = 11;
inline constexpr int kSaslBindInProgress = 14;
inline constexpr int kUnavailable = 52;
inline constexpr int kNoOperation = 0x410e;  // OpenLDAP: an update was only tried, as its control asks
// libldap's own, below zero.
inline constexpr int kServerDown = -1;
inline constexpr int kDecodingError = -4;
inline constexpr int kTimeout = -5;
inline constexpr int kConnectError = -11;
}  // namespace ldap_code

struct LdapResult {
  int code = ldap_code::kSuccess;  // below 0: libldap's client-side code
  std::string matched_dn;          // octets as the directory sent them
  std::string diagnostic_message;  // octets as the directory sent them
  std::vector<std::string> referrals;
  std::vector<Control> controls;
  // Where referrals are followed: the servers that were asked too, as configured, and why a referral was not followed (one
  // word, empty = it was, or nothing is).
  std::vector<std::string> followed = {};
  std::string not_followed = {};
};

// RFC 4511's (or the extension's) name, for example "noSuchObject" or "serverDown"; empty for a code nobody named.
std::string_view LdapResultName(int code);

}  // namespace dirlease
