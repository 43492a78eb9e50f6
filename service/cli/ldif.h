// LDIF lines (RFC 2849) as ldapsearch writes them. Pure, thread-safe. All functions append to
// `out`; a line that is longer than `columns` is folded, 0 columns = never.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dirlease::cli {

inline constexpr size_t kDefaultLdifColumns = 78;

// "name: text\n", or "name:: base64\n" where RFC 2849 wants it: a value that starts with space,
// colon or less-than, ends with space, or holds anything but printable ASCII. userPassword is
// always base64, so that no screen shows one by chance. An empty value is "name:\n".
void AppendLdifValue(std::string_view name, std::string_view octets, size_t columns,
                     std::string& out);

// "#" and the text, control characters replaced, folded. The caller gives the blank after "#", or
// not.
void AppendLdifComment(std::string_view text, size_t columns, std::string& out);

// userPassword with or without options, also as an OID.
bool IsPassword(std::string_view name);
bool NeedsBase64(std::string_view name, std::string_view octets);

// RFC 4648 section 4, padded, one line.
std::string EncodeBase64(std::string_view octets);

}  // namespace dirlease::cli
