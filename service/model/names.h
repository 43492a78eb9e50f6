// Checks of names that callers send: DNs (RFC 4514), attribute descriptions (RFC 4512 section 2.5), operation ids.
// They refuse what no directory can read and let through what some directory might. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dirlease {

inline constexpr size_t kMaxDnOctets = 8 * 1024;
inline constexpr size_t kMaxAttributeDescriptionOctets = 1024;
inline constexpr size_t kMaxOperationIdOctets = 64;

// Each returns nothing when the text is fine, else what is wrong with it and what to do.
// The empty DN is valid. Active Directory's <GUID=...>, <SID=...> and <WKGUID=...> forms are let through.
std::optional<std::string> DnProblem(std::string_view dn);
// Exactly one RDN, of one or more attributes, as ModifyDn takes it.
std::optional<std::string> RdnProblem(std::string_view rdn);
// One element of an attribute list: a description with options, "*", "+", "1.1" (RFC 4511, RFC 3673) or "@class"
// (RFC 4529).
std::optional<std::string> AttributeSelectorProblem(std::string_view selector);
std::optional<std::string> AttributeDescriptionProblem(std::string_view description);
// 1..64 of [A-Za-z0-9._-].
std::optional<std::string> OperationIdProblem(std::string_view id);
// Dotted decimal, RFC 4512 section 1.4.
std::optional<std::string> OidProblem(std::string_view oid);

// A directory's DN as UTF-8: octets that are not valid UTF-8 become RFC 4514 \xx escapes.
std::string DnToUtf8(std::string_view octets);

}  // namespace dirlease
