// The values of the server-side sorting controls (RFC 2891). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirlease {

inline constexpr std::string_view kSortRequestOid = "1.2.840.113556.1.4.473";
inline constexpr std::string_view kSortResultOid = "1.2.840.113556.1.4.474";

struct SortKey {
  std::string attribute_type;
  std::string matching_rule;  // empty = the attribute's own ordering rule
  bool reverse = false;
};
std::string EncodeSortKeys(const std::vector<SortKey>& keys);

struct SortResult {
  int code = 0;                // an LDAP result code
  std::string attribute_type;  // the first key that could not be used; octets; may be empty
};
// Empty: `value` is no such thing.
std::optional<SortResult> DecodeSortResult(std::string_view value);

}  // namespace dirlease
