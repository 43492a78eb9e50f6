#include "cli/json.h"

#include <cstdint>
#include <cstdio>

namespace dirlease::cli {
namespace {

void AppendEscape(unsigned code_point, std::string& out) {
  char text[8];
  snprintf(text, sizeof text, "\\u%04x", code_point);
  out += text;
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    if (octet == '"' || octet == '\\') {
      out += {'\\', text[i]};
    } else if (octet == '\n') {
      out += "\\n";
    } else if (octet < 0x20 || octet == 0x7f) {
      AppendEscape(octet, out);
    } else if (octet == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0) {
      AppendEscape(static_cast<uint8_t>(text[++i]), out);
    } else {
      out += text[i];
    }
  }
  out += '"';
}

}  // namespace dirlease::cli
