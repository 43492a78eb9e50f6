#include "cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace dirlease::cli {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};
// "ms" before "m" and "s": the first suffix that fits is taken.
constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
constexpr int64_t kMaxMilliseconds = 10LL * 366 * 24 * 3'600'000;

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

int Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool ConsumePrefix(std::string_view prefix, std::string_view& text) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<milliseconds> ParseDuration(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (text.size() <= unit.name.size() || text.substr(text.size() - unit.name.size()) != unit.name)
      continue;
    const auto number = ParseNumber<int64_t>(text.substr(0, text.size() - unit.name.size()));
    if (!number || *number > kMaxMilliseconds / unit.milliseconds) return std::nullopt;
    return milliseconds(*number * unit.milliseconds);
  }
  return std::nullopt;
}

std::optional<int32_t> ParseLimit(std::string_view text) {
  if (text == "none") return 0;
  if (text == "max") return std::numeric_limits<int32_t>::max();
  return ParseNumber<int32_t>(text);
}

std::optional<int32_t> ParsePageSize(std::string_view text) {
  ConsumePrefix("!", text);
  if (!ConsumePrefix("pr=", text)) return std::nullopt;
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos && text.substr(slash) != "/noprompt") return std::nullopt;
  return ParseNumber<int32_t>(text.substr(0, slash));
}

std::optional<SyncExtension> ParseSyncExtension(std::string_view text) {
  ConsumePrefix("!", text);
  if (!ConsumePrefix("sync=", text)) return std::nullopt;
  const size_t slash = text.find('/');
  const std::string_view mode = text.substr(0, slash);
  if (mode != "ro" && mode != "rp") return std::nullopt;
  return SyncExtension{.persist = mode == "rp",
                       .cookie = std::string(slash == std::string_view::npos ? "" : text.substr(slash + 1))};
}

std::optional<size_t> ParseLdifWrap(std::string_view text) {
  if (!ConsumePrefix("ldif-wrap=", text)) return std::nullopt;
  if (text == "no") return 0;
  const auto columns = ParseNumber<int32_t>(text);
  if (!columns || *columns < 2) return std::nullopt;
  return static_cast<size_t>(*columns);
}

std::optional<Assertion> ParseAssertion(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Assertion assertion{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  if (assertion.octets.empty() || assertion.octets.front() != ':') return assertion;
  std::optional<std::string> octets = DecodeBase64(text.substr(colon + 2));
  if (!octets) return std::nullopt;
  assertion.octets = *std::move(octets);
  return assertion;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && !text.empty() && text.back() == '='; ++padding)
    text.remove_suffix(1);
  std::string octets;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = Base64Digit(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets += static_cast<char>(bits >> count & 0xff);
  }
  return octets;
}

bool IsLoopbackAddress(std::string_view address) {
  if (ConsumePrefix("unix:", address)) return true;
  const std::string_view host = address.substr(0, address.rfind(':'));
  if (host == "localhost" || host == "[::1]") return true;
  // Digits and dots only: "127.evil.example" is a name of somebody else.
  return host.substr(0, 4) == "127." &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool IsUtf8(std::string_view octets) {
  for (size_t i = 0; i < octets.size();) {
    const auto lead = static_cast<uint8_t>(octets[i]);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || i + length > octets.size()) return false;
    uint32_t code_point = length == 1 ? lead : lead & (0x7fu >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto octet = static_cast<uint8_t>(octets[i + k]);
      if ((octet & 0xc0) != 0x80) return false;
      code_point = code_point << 6 | (octet & 0x3f);
    }
    const bool overlong =
        (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
    if (overlong || code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff))
      return false;
    i += length;
  }
  return true;
}

bool IsTokenText(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace dirlease::cli
