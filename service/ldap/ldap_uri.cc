#include "ldap/ldap_uri.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"

namespace dirlease {

namespace {

constexpr int kLdapPort = 389;
constexpr int kLdapsPort = 636;

// Takes `prefix` off `text`, whatever its case.
bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!StartsWithIgnoreCase(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool IsHostName(std::string_view text) {
  return !text.empty() && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsAlnum(c) || c == '.' || c == '-' || c == '_';
         });
}

bool IsIpv6(std::string_view text) {
  in6_addr ignored;
  return inet_pton(AF_INET6, std::string(text).c_str(), &ignored) == 1;
}

// Takes the host off `rest`; empty when there is no valid one.
std::string TakeHost(std::string_view& rest) {
  std::string_view host;
  if (!rest.empty() && rest.front() == '[') {
    const size_t end = rest.find(']');
    if (end == std::string_view::npos) return {};
    host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return IsIpv6(host) ? std::string(host) : std::string();
  }
  host = rest.substr(0, rest.find_first_of(":/"));
  rest.remove_prefix(host.size());
  return IsHostName(host) ? std::string(host) : std::string();
}

// Takes ":port" off `rest`; 0 when it is not a port.
int TakePort(std::string_view& rest) {
  rest.remove_prefix(1);
  int port = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (error != std::errc() || port < 1 || port > 65535) return 0;
  rest.remove_prefix(end - rest.data());
  return port;
}

}  // namespace

std::optional<LdapUri> ParseLdapUri(std::string_view text) {
  LdapUri uri{.text = std::string(text), .host = {}, .port_number = 0, .ldaps = false};
  std::string_view rest = text;
  uri.ldaps = TakePrefix(rest, "ldaps://");
  if (!uri.ldaps && !TakePrefix(rest, "ldap://")) return std::nullopt;
  uri.host = TakeHost(rest);
  if (uri.host.empty()) return std::nullopt;
  uri.port_number = uri.ldaps ? kLdapsPort : kLdapPort;
  if (!rest.empty() && rest.front() == ':') uri.port_number = TakePort(rest);
  if (uri.port_number == 0 || (!rest.empty() && rest != "/")) return std::nullopt;
  return uri;
}

bool SameServer(const LdapUri& a, const LdapUri& b) {
  return a.ldaps == b.ldaps && a.port_number == b.port_number && EqualsIgnoreCase(a.host, b.host);
}

std::string HostPort(const LdapUri& uri) {
  const bool ipv6 = uri.host.find(':') != std::string::npos;
  return (ipv6 ? "[" + uri.host + "]" : uri.host) + ":" + std::to_string(uri.port_number);
}

}  // namespace dirlease
