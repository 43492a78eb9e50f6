#include "cli/friendly_name.h"

#include <strings.h>

#include <cstdint>
#include <vector>

namespace dirlease::cli {
namespace {

std::vector<std::string_view> SplitUnescaped(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == separator) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(text.substr(start));
  return parts;
}

std::string_view WithoutBlanks(std::string_view text) {
  const size_t start = text.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool IsDomainComponent(std::string_view rdn) {
  return rdn.size() >= 3 && strncasecmp(rdn.data(), "dc=", 3) == 0 &&
         SplitUnescaped(rdn, '+').size() == 1;
}

void AppendValue(std::string_view assertion, std::string& out) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const size_t equals = assertion.find('=');
  for (const char c : equals == std::string_view::npos ? assertion : assertion.substr(equals + 1)) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet < 0x80) {
      out += c;
    } else {
      out += {'\\', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
}

void AppendRdn(std::string_view rdn, std::string& out) {
  bool first = true;
  for (const std::string_view assertion : SplitUnescaped(rdn, '+')) {
    if (!first) out += " + ";
    AppendValue(assertion, out);
    first = false;
  }
}

}  // namespace

std::string FriendlyName(std::string_view dn) {
  std::vector<std::string_view> rdns = SplitUnescaped(dn, ',');
  for (std::string_view& rdn : rdns) rdn = WithoutBlanks(rdn);
  size_t domain = rdns.size();
  while (domain > 0 && IsDomainComponent(rdns[domain - 1])) --domain;
  std::string name;
  for (size_t i = 0; i < rdns.size(); ++i) {
    if (i > 0) name += i > domain ? "." : ", ";
    AppendRdn(rdns[i], name);
  }
  return name;
}

}  // namespace dirlease::cli
