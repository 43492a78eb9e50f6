// UTF-8 checks (RFC 3629: no surrogates, no overlong forms). Thread-safe, pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dirlease {

// Octets of the character at the front; 0 when no valid one stands there.
size_t Utf8CharacterSize(std::string_view octets);
bool IsValidUtf8(std::string_view octets);
// Every octet that is not part of valid UTF-8 becomes U+FFFD: for texts that people read.
std::string ReplaceInvalidUtf8(std::string_view octets);
// Every octet that is not part of valid UTF-8 becomes `introducer` and two hexadecimal digits: for
// texts whose syntax has such escapes ('%' in URLs, '\\' in DNs and filters).
std::string EscapeInvalidUtf8(std::string_view octets, char introducer);
// Cuts to at most `most` octets, never inside a character. REQUIRES: valid UTF-8.
std::string_view TruncateUtf8(std::string_view text, size_t most);

}  // namespace dirlease
