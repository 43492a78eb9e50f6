// What the spellings of one bind name have in common, so that guesses count together however the name is written. No schema
// knowledge and no proof: other names may share a key, which costs their caller nothing but patience. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace dirlease {

// Case, quotes, escapes (RFC 4514 section 2.4), compatibility forms of Unicode, invisible characters and blanks but for one
// between words are gone. The attribute types of RFC 4519 that name people stand in their short form, and so does every
// value in hexadecimal.
std::string NameKey(std::string_view bind_name);

}  // namespace dirlease
