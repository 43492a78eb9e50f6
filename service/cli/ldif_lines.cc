#include "cli/ldif_lines.h"

#include <utility>

#include "cli/arguments.h"
#include "cli/secrets.h"

namespace dirlease::cli {
namespace {

// Of UTF-8: some editors write it at a file's start.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A URL's %xx; others stay.
std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0;
    out += escaped ? static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])) : text[i];
    if (escaped) i += 2;
  }
  return out;
}

std::string ReadUrl(size_t line, std::string_view url) {
  constexpr std::string_view kFile = "file://";
  url = Trim(url);
  if (url.substr(0, kFile.size()) != kFile || url.substr(kFile.size(), 1) != "/") {
    throw LdifError(line, "only URLs of local files are read: write :< file:///whole/path");
  }
  const std::string path = Unescape(url.substr(kFile.size()));
  std::optional<std::string> content = ReadFile(path);
  if (!content) throw LdifError(line, "cannot read " + path);
  return *std::move(content);
}

}  // namespace

std::vector<LdifLine> LdifLines::NextRecord() {
  std::vector<LdifLine> lines;
  bool in_comment = false;
  for (std::string text; std::getline(in_, text);) {
    if (++number_ == 1 && text.rfind(kByteOrderMark, 0) == 0) text.erase(0, kByteOrderMark.size());
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.empty()) {
      if (!lines.empty()) break;
      in_comment = false;
    } else if (text[0] == ' ' && (in_comment || !lines.empty())) {
      if (!in_comment) lines.back().text.append(text, 1);
    } else {
      in_comment = text[0] == '#';
      if (!in_comment) lines.push_back({number_, std::move(text)});
    }
  }
  return lines;
}

std::string ParseLdifValue(size_t line, std::string_view text) {
  text.remove_prefix(1);
  if (!text.empty() && text[0] == '<') return ReadUrl(line, text.substr(1));
  if (text.empty() || text[0] != ':') {
    const size_t start = text.find_first_not_of(' ');
    return std::string(start == std::string_view::npos ? std::string_view() : text.substr(start));
  }
  std::optional<std::string> octets = DecodeBase64(Trim(text.substr(1)));
  if (!octets) throw LdifError(line, "what stands behind :: is no base64");
  return *std::move(octets);
}

std::string ParseLdifName(const LdifLine& line) {
  const size_t colon = line.text.find(':');
  if (line.text[0] == ' ') throw LdifError(line.number, "begins with a blank, and there is no line to go on with");
  if (colon == std::string::npos || colon == 0) {
    throw LdifError(line.number, "has no name with a colon behind it: write NAME: VALUE");
  }
  std::string name = line.text.substr(0, colon);
  if (!IsUtf8(name)) throw LdifError(line.number, "the name is not UTF-8");
  if (name.find('\0') != std::string::npos) throw LdifError(line.number, "the name holds a NUL octet");
  return name;
}

LdifValue ParseLdifLine(const LdifLine& line) {
  std::string name = ParseLdifName(line);
  const std::string_view value = std::string_view(line.text).substr(name.size());
  return {std::move(name), ParseLdifValue(line.number, value)};
}

}  // namespace dirlease::cli
