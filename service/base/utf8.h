// UTF-8 checks (RFC 3629: no surrogates, no overlong forms). Thread-safe, pure.
#pragma once

#include <string>
#include <string_view>

namespace dirlease {

bool IsValidUtf8(std::string_view octets);
// Every octet that is not part of valid UTF-8 becomes U+FFFD: for texts that people read.
std::string ReplaceInvalidUtf8(std::string_view octets);
// Cuts to at most `most` octets, never inside a character. REQUIRES: valid UTF-8.
std::string_view TruncateUtf8(std::string_view text, size_t most);

}  // namespace dirlease
