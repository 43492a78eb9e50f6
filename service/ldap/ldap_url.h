// The LDAP URLs by which a directory refers to another one (RFC 4516, RFC 4511 section 4.1.10). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ldap/ldap_uri.h"
#include "model/requests.h"

namespace dirlease {

struct LdapUrl {
  LdapUri server;
  // Octets, unchecked. Absent: those of the request that was referred.
  std::optional<std::string> dn;
  std::optional<Scope> scope;
  std::optional<std::string> filter;
};

// Empty for what is no such URL, names no host, is not percent-encoded as it should be, has a scope that nobody knows, or
// a critical extension: none is known here. Attributes in it mean nothing to who follows it.
std::optional<LdapUrl> ParseLdapUrl(std::string_view text);

}  // namespace dirlease
