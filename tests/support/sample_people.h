// What the test directory holds: reproducible people under ou=people (about 550 octets and 14
// attributes each), a few entries with awkward DNs under ou=odd, and one large group. Pure.
#pragma once

#include <string>
#include <vector>

namespace dirlease::testing {

inline constexpr const char* kSuffix = "dc=example,dc=com";
inline constexpr const char* kPeopleDn = "ou=people,dc=example,dc=com";
inline constexpr const char* kOddDn = "ou=odd,dc=example,dc=com";
inline constexpr const char* kLargeGroupDn = "cn=everyone,ou=groups,dc=example,dc=com";

// Of people numbered from 0.
std::string PersonDn(int number);
std::string PersonPassword(int number);
// Every tenth person has a jpegPhoto that is no text.
std::string PersonPhoto(int number);
// Attribute values under ou=odd: each entry's cn.
const std::vector<std::string>& OddNames();

// The whole directory as LDIF (RFC 2849).
std::string SampleLdif(int people, int group_members);

}  // namespace dirlease::testing
