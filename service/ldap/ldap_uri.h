// The address of a directory as the configuration gives it. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dirlease {

struct LdapUri {
  std::string text;  // as configured, for messages
  std::string host;  // IPv6 without brackets
  int port_number = 0;
  bool ldaps = false;
};

// Scheme ldap or ldaps, host (IPv6 in brackets), optional port; nothing after it but one "/". Empty
// on anything else.
std::optional<LdapUri> ParseLdapUri(std::string_view text);

// Scheme, host (in any case) and port are the same.
bool SameServer(const LdapUri& a, const LdapUri& b);

// "host:port", IPv6 in brackets: what both a URI and a message want.
std::string HostPort(const LdapUri& uri);

}  // namespace dirlease
