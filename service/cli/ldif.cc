#include "cli/ldif.h"

#include <strings.h>

#include <algorithm>
#include <cstdint>

#include "cli/terminal_text.h"

namespace dirlease::cli {
namespace {

constexpr char kBase64Alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool IsPrintableAscii(char octet) { return octet >= 0x20 && octet <= 0x7e; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// Folds the line that starts at `start` of `out`, then ends it.
void FoldAndEnd(size_t start, size_t columns, std::string& out) {
  if (columns >= 2 && out.size() - start > columns) {
    const std::string rest = out.substr(start + columns);
    out.resize(start + columns);
    for (size_t at = 0; at < rest.size(); at += columns - 1) {
      out += "\n ";
      out.append(rest, at, columns - 1);
    }
  }
  out += '\n';
}

void AppendBase64(std::string_view octets, std::string& out) {
  out.reserve(out.size() + (octets.size() + 2) / 3 * 4);
  for (size_t at = 0; at < octets.size(); at += 3) {
    const size_t count = std::min<size_t>(3, octets.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (i < count ? static_cast<uint8_t>(octets[at + i]) : 0u);
    }
    for (size_t i = 0; i < 4; ++i) {
      out += i <= count ? kBase64Alphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
}

}  // namespace

bool IsPassword(std::string_view name) {
  const std::string_view type = name.substr(0, name.find(';'));
  return EqualsIgnoringCase(type, "userPassword") || type == "2.5.4.35";
}

bool NeedsBase64(std::string_view name, std::string_view octets) {
  if (octets.empty()) return false;
  if (octets.front() == ' ' || octets.front() == ':' || octets.front() == '<' ||
      octets.back() == ' ')
    return true;
  if (!std::all_of(octets.begin(), octets.end(), IsPrintableAscii)) return true;
  return IsPassword(name);
}

std::string EncodeBase64(std::string_view octets) {
  std::string out;
  AppendBase64(octets, out);
  return out;
}

void AppendLdifValue(std::string_view name, std::string_view octets, size_t columns,
                     std::string& out) {
  const size_t start = out.size();
  out += name;
  if (octets.empty()) {
    out += ':';
  } else if (NeedsBase64(name, octets)) {
    out += ":: ";
    AppendBase64(octets, out);
  } else {
    out += ": ";
    out += octets;
  }
  FoldAndEnd(start, columns, out);
}

void AppendLdifComment(std::string_view text, size_t columns, std::string& out) {
  const size_t start = out.size();
  out += '#';
  out += MaskControls(text, '?');
  FoldAndEnd(start, columns, out);
}

}  // namespace dirlease::cli
