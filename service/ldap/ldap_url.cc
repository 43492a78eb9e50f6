#include "ldap/ldap_url.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"

namespace dirlease {

namespace {

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3 || !IsHexDigit(text[i + 1]) || !IsHexDigit(text[i + 2])) return std::nullopt;
    decoded += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
    i += 2;
  }
  return decoded;
}

std::optional<Scope> ScopeNamed(std::string_view text) {
  const std::string word = AsciiToLower(text);
  if (word == "base") return Scope::kBase;
  if (word == "one" || word == "onelevel") return Scope::kOneLevel;
  if (word == "sub" || word == "subtree") return Scope::kSubtree;
  // OpenLDAP's, as its own tools write them.
  if (word == "subordinate" || word == "subord" || word == "children") return Scope::kSubordinates;
  return std::nullopt;
}

bool HasCriticalExtension(std::string_view extensions) {
  return extensions.starts_with('!') || extensions.find(",!") != std::string_view::npos;
}

// Decodes a part that is there; a part of no octets is none. False: it cannot be decoded.
bool TakePart(std::string_view part, std::optional<std::string>& out) {
  if (part.empty()) return true;
  out = PercentDecoded(part);
  return out.has_value();
}

}  // namespace

std::optional<LdapUrl> ParseLdapUrl(std::string_view text) {
  const size_t authority = text.find("://");
  if (authority == std::string_view::npos) return std::nullopt;
  const size_t end = std::min(text.find_first_of("/?", authority + 3), text.size());
  const auto server = ParseLdapUri(text.substr(0, end));
  if (!server) return std::nullopt;
  LdapUrl url{.server = *server, .dn = {}, .scope = {}, .filter = {}};

  std::string_view rest = text.substr(end);
  if (!rest.empty() && rest.front() == '/') rest.remove_prefix(1);
  std::array<std::string_view, 5> parts;  // dn, attributes, scope, filter, extensions
  for (size_t i = 0; i < parts.size(); ++i) {
    const size_t question = i + 1 == parts.size() ? std::string_view::npos : rest.find('?');
    parts[i] = rest.substr(0, question);
    if (question == std::string_view::npos) break;
    rest.remove_prefix(question + 1);
  }
  if (!TakePart(parts[0], url.dn) || !TakePart(parts[3], url.filter)) return std::nullopt;
  if (!parts[2].empty() && !(url.scope = ScopeNamed(parts[2]))) return std::nullopt;
  if (HasCriticalExtension(parts[4])) return std::nullopt;
  return url;
}

}  // namespace dirlease
