// The value of the paged results control (RFC 2696): SEQUENCE { size INTEGER, cookie OCTET STRING }. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ldap_result.h"

namespace dirlease {

inline constexpr std::string_view kPagedResultsOid = "1.2.840.113556.1.4.319";

std::string EncodePagedResults(int size, std::string_view cookie);

struct PagedResults {
  int size = 0;  // request: entries wanted; response: the directory's estimate of all, 0 = unknown
  std::string cookie;
};
// Empty: `value` is no such thing.
std::optional<PagedResults> DecodePagedResults(std::string_view value);
// The first one among response controls. Empty: none is there, or it is malformed.
std::optional<PagedResults> FindPagedResults(const std::vector<Control>& controls);

}  // namespace dirlease
