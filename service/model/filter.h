// Search filters as text (RFC 4515, RFC 4526), checked before anything reaches a directory. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/failure.h"

namespace dirlease {

inline constexpr size_t kMaxFilterOctets = 64 * 1024;  // after placeholders were filled
inline constexpr int kMaxFilterDepth = 100;

// The filter to send: an empty one becomes (objectClass=*), missing outer parentheses are added, placeholders {0}, {1}
// ... in assertion values are replaced by the escaped arguments (RFC 4515 section 3). Without `args` braces mean
// themselves. A failure names the field "filter" or "filter_args[N]" and the position.
Outcome<std::string> PrepareFilter(std::string_view filter, const std::vector<std::string>& args);

// A value as it may stand in a filter: NUL ( ) * \ and octets that are not UTF-8 become \xx.
std::string EscapeFilterValue(std::string_view value);

}  // namespace dirlease
