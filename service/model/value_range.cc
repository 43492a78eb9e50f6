#include "model/value_range.h"

#include <charconv>

#include "base/ascii.h"

namespace dirlease {

namespace {

constexpr std::string_view kRangeOption = "range=";

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// "0-1499" or "1500-*".
bool ParseBounds(std::string_view bounds, ValueRange& out) {
  const size_t dash = bounds.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = ParseNumber(bounds.substr(0, dash));
  const std::string_view last = bounds.substr(dash + 1);
  if (!first) return false;
  out.first = *first;
  if (last == "*") return true;
  out.last = ParseNumber(last);
  return out.last && *out.last >= out.first && *out.last < INT64_MAX;
}

// Without the semicolon before it.
std::string_view FindRangeOption(std::string_view description) {
  for (size_t semicolon = description.find(';'); semicolon != std::string_view::npos;
       semicolon = description.find(';', semicolon + 1)) {
    const std::string_view rest = description.substr(semicolon + 1);
    const std::string_view option = rest.substr(0, rest.find(';'));
    if (StartsWithIgnoreCase(option, kRangeOption)) return option;
  }
  return {};
}

}  // namespace

std::optional<ValueRange> ParseValueRange(std::string_view description) {
  const std::string_view option = FindRangeOption(description);
  ValueRange range;
  if (option.empty() || !ParseBounds(option.substr(kRangeOption.size()), range)) return std::nullopt;
  const size_t place = option.data() - description.data();
  range.type = description.substr(0, place - 1);
  range.type += description.substr(place + option.size());
  return range;
}

bool HasRangeOption(std::string_view description) { return !FindRangeOption(description).empty(); }

std::string ValuesFrom(std::string_view type, int64_t first) {
  return std::string(type) + ";range=" + std::to_string(first) + "-*";
}

}  // namespace dirlease
