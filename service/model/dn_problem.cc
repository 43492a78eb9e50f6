#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "model/names.h"

namespace dirlease {

namespace {

constexpr size_t kEnd = std::string_view::npos;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view upper) {
  return text.size() >= upper.size() &&
         std::equal(upper.begin(), upper.end(), text.begin(), [](char wanted, char c) {
           return wanted == (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
         });
}

bool IsActiveDirectoryForm(std::string_view dn) {
  static constexpr std::array<std::string_view, 3> kStarts = {"<GUID=", "<SID=", "<WKGUID="};
  return dn.find('>') != kEnd && std::any_of(kStarts.begin(), kStarts.end(), [dn](auto start) {
           return StartsWithIgnoringCase(dn, start);
         });
}

// Where the value from `start` on ends: at a separator that is neither escaped nor quoted.
size_t EndOfValue(std::string_view dn, size_t start, std::optional<std::string>& problem) {
  bool quoted = false;  // RFC 2253 section 4: LDAPv2's way, which directories still read
  size_t i = start;
  for (; i < dn.size(); ++i) {
    const char c = dn[i];
    if (c == '\\') {
      const bool hex = i + 2 < dn.size() && IsHexDigit(dn[i + 1]) && IsHexDigit(dn[i + 2]);
      if (i + 1 == dn.size() || (!hex && IsAlnum(dn[i + 1]))) {
        problem = "a backslash is followed by a special character or two hexadecimal digits";
        return i;
      }
      i += hex ? 2 : 1;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == ';' || c == '+')) {
      break;
    }
  }
  if (quoted) problem = "a quotation mark is not closed; in a value it is written \\22";
  return i;
}

std::optional<std::string> TypeProblem(std::string_view type) {
  const auto is_type_char = [](char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_'; };
  if (!type.empty() && std::all_of(type.begin(), type.end(), is_type_char)) return std::nullopt;
  return "every part has the form attribute=value; a comma in a value is written \\2c";
}

}  // namespace

std::optional<std::string> DnProblem(std::string_view dn) {
  if (dn.size() > kMaxDnOctets) return "longer than 8 KiB";
  if (dn.find('\0') != kEnd) return "a NUL octet is written \\00";
  if (Trim(dn).empty() || IsActiveDirectoryForm(dn)) return std::nullopt;
  for (size_t start = 0; start <= dn.size();) {
    const size_t equals = dn.find('=', start);
    if (auto problem = TypeProblem(Trim(dn.substr(start, equals == kEnd ? 0 : equals - start)))) {
      return problem;
    }
    std::optional<std::string> problem;
    start = EndOfValue(dn, equals + 1, problem) + 1;
    if (problem) return problem;
  }
  return std::nullopt;
}

std::optional<std::string> RdnProblem(std::string_view rdn) {
  if (Trim(rdn).empty()) return "empty: give the new name, such as cn=new";
  if (auto problem = DnProblem(rdn)) return problem;
  if (IsActiveDirectoryForm(rdn)) return "not a name: it has the form attribute=value";
  std::optional<std::string> problem;
  for (size_t end = 0; (end = EndOfValue(rdn, end, problem)) < rdn.size(); ++end) {
    if (rdn[end] != '+') return "more than one name: the parent goes into new_superior, a comma in a value is \\2c";
  }
  return std::nullopt;
}

}  // namespace dirlease
