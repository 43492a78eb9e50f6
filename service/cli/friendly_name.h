// The short form of a DN that ldapsearch writes in the comment above each entry. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace dirlease::cli {

// Attribute types dropped, trailing dc components joined by dots:
// "uid=a,ou=people,dc=example,dc=com" gives "a, people, example.com". Octets beyond ASCII become
// \XX escapes.
std::string FriendlyName(std::string_view dn);

}  // namespace dirlease::cli
