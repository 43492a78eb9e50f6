#include "model/filter_type.h"

#include <algorithm>

#include "base/ascii.h"

namespace dirlease {

namespace {

bool IsKeyChar(char c) { return IsAlpha(c) || IsDigit(c) || c == '-'; }
bool IsAllKeyChars(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsKeyChar);
}

// What stands before the next `separator`, which is taken off `rest` too; all when there is none.
std::string_view TakeUntil(char separator, std::string_view& rest) {
  const size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

bool IsDottedDecimal(std::string_view text) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const std::string_view arc = TakeUntil('.', text);
    if (arc.empty() || !std::all_of(arc.begin(), arc.end(), IsDigit)) return false;
  }
  return true;
}

// RFC 4512 section 1.4: a descriptor or dotted decimal.
bool IsOid(std::string_view text) {
  if (text.empty()) return false;
  return IsAlpha(text[0]) ? IsAllKeyChars(text) : IsDottedDecimal(text);
}

bool IsDn(std::string_view text) {
  return text == "dn" || text == "DN" || text == "Dn" || text == "dN";
}

}  // namespace

std::optional<std::string> FilterAttributeProblem(std::string_view attribute) {
  if (attribute.empty()) return "the attribute is missing";
  const bool ends_in_semicolon = attribute.back() == ';';
  std::string_view rest = attribute;
  if (!IsOid(TakeUntil(';', rest))) {
    return "the attribute is neither a name (letters, digits, hyphens) nor dotted decimal";
  }
  while (!rest.empty()) {
    if (!IsAllKeyChars(TakeUntil(';', rest))) return "an attribute option is malformed";
  }
  if (ends_in_semicolon) return "an attribute option is missing after ';'";
  return std::nullopt;
}

ExtensibleMatchParts SplitExtensibleMatch(std::string_view text) {
  ExtensibleMatchParts parts;
  std::string_view rest = text;
  parts.attribute = TakeUntil(':', rest);
  if (IsDn(rest)) {
    parts.dn = true;
  } else if (rest.size() > 3 && IsDn(rest.substr(0, 2)) && rest[2] == ':') {
    parts.dn = true;
    parts.rule = rest.substr(3);
  } else {
    parts.rule = rest;
  }
  return parts;
}

std::optional<std::string> ExtensibleMatchProblem(std::string_view text) {
  const auto [attribute, dn, rule] = SplitExtensibleMatch(text);
  const bool ends_in_colon = !text.empty() && text.back() == ':';
  if (ends_in_colon || (!rule.empty() && !IsOid(rule))) {
    return "the matching rule is neither a name nor dotted decimal";
  }
  if (attribute.empty() && rule.empty()) {
    return "an extensible match needs an attribute or a matching rule";
  }
  return attribute.empty() ? std::nullopt : FilterAttributeProblem(attribute);
}

}  // namespace dirlease
