#include "model/filter.h"

#include "base/utf8.h"
#include "model/filter_parser.h"

namespace dirlease {

namespace {

constexpr std::string_view kAnyEntry = "(objectClass=*)";

bool StandsInParentheses(std::string_view filter) {
  const size_t first = filter.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && filter[first] == '(';
}

}  // namespace

Outcome<std::string> PrepareFilter(std::string_view filter, const std::vector<std::string>& args) {
  if (filter.size() > kMaxFilterOctets) return InvalidField("filter", "longer than 64 KiB");
  if (!IsValidUtf8(filter)) return InvalidField("filter", "not UTF-8: write other octets as \\xx");
  if (filter.empty()) filter = kAnyEntry;
  if (StandsInParentheses(filter)) return FilterParser(filter, 0, args).Run();
  const std::string text = "(" + std::string(filter) + ")";
  return FilterParser(text, 1, args).Run();
}

std::string EscapeFilterValue(std::string_view value) {
  std::string text;
  for (const char c : value) {
    switch (c) {
      case '\0': text += "\\00"; break;
      case '(': text += "\\28"; break;
      case ')': text += "\\29"; break;
      case '*': text += "\\2a"; break;
      case '\\': text += "\\5c"; break;
      default: text += c;
    }
  }
  return EscapeInvalidUtf8(text, '\\');
}

}  // namespace dirlease
