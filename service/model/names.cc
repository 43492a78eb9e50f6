#include "model/names.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"

namespace dirlease {

namespace {

template <typename Predicate>
bool IsAll(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

// Wider than RFC 4512: directories in the field have names with underscores.
bool IsTypeChar(char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; }
// As RFC 4512, and Active Directory's "range=0-*".
bool IsOptionChar(char c) { return IsAlnum(c) || c == '-' || c == '_' || c == '=' || c == '*'; }

}  // namespace

std::optional<std::string> AttributeDescriptionProblem(std::string_view description) {
  if (description.size() > kMaxAttributeDescriptionOctets) return "longer than 1024 octets";
  if (description.empty()) return "empty: name an attribute";
  const size_t type_end = description.find(';');
  const std::string_view type = description.substr(0, type_end);
  if (!IsAll(type, IsTypeChar) || !IsAlnum(type[0])) {
    return "not an attribute description: use a name such as 'cn' or dotted decimal";
  }
  for (size_t start = type_end; start != std::string_view::npos;) {
    const size_t end = description.find(';', start + 1);
    const size_t size = end == std::string_view::npos ? end : end - start - 1;
    if (!IsAll(description.substr(start + 1, size), IsOptionChar)) {
      return "an attribute option after ';' is empty or malformed";
    }
    start = end;
  }
  return std::nullopt;
}

std::optional<std::string> AttributeSelectorProblem(std::string_view selector) {
  if (selector == "*" || selector == "+") return std::nullopt;
  if (!selector.empty() && selector[0] == '@') selector.remove_prefix(1);
  return AttributeDescriptionProblem(selector);
}

std::optional<std::string> OperationIdProblem(std::string_view id) {
  const auto is_id_char = [](char c) { return IsAlnum(c) || c == '.' || c == '_' || c == '-'; };
  if (id.size() <= kMaxOperationIdOctets && IsAll(id, is_id_char)) return std::nullopt;
  return "an operation id is 1 to 64 letters, digits, '.', '_' or '-'";
}

std::optional<std::string> OidProblem(std::string_view oid) {
  size_t arcs = 0;
  for (size_t start = 0; start <= oid.size(); ++arcs) {
    const size_t end = std::min(oid.find('.', start), oid.size());
    const std::string_view arc = oid.substr(start, end - start);
    if (!IsAll(arc, IsDigit) || (arc.size() > 1 && arc[0] == '0')) {
      return "not an object identifier: use dotted decimal such as '1.2.840.113556.1.4.319'";
    }
    start = end + 1;
  }
  if (arcs < 2) return "an object identifier has at least two numbers with a dot between them";
  return std::nullopt;
}

std::string DnToUtf8(std::string_view octets) {
  const bool has_nul = octets.find('\0') != std::string_view::npos;
  if (!has_nul && IsValidUtf8(octets)) return std::string(octets);
  std::string dn;
  dn.reserve(octets.size());
  bool escaping = false;  // an odd number of backslashes stands before
  while (!octets.empty()) {
    const size_t size = std::max<size_t>(Utf8CharacterSize(octets), 1);
    const std::string escaped =
        octets[0] == '\0' ? "\\00" : EscapeInvalidUtf8(octets.substr(0, size), '\\');
    // Else the backslash would swallow that of the escape: it becomes an escaped one itself.
    if (escaping && escaped.size() != size) dn += "5c";
    dn += escaped;
    escaping = !escaping && octets[0] == '\\';
    octets.remove_prefix(size);
  }
  return dn;
}

}  // namespace dirlease
