#include "cli/terminal_text.h"

#include <cstdint>

namespace dirlease::cli {

std::string MaskControls(std::string_view text, char mask) {
  std::string clean;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<uint8_t>(text[i]);
    const bool c1 = octet == 0xc2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xa0;
    clean += octet < 0x20 || octet == 0x7f || c1 ? mask : text[i];
    if (c1) ++i;
  }
  return clean;
}

}  // namespace dirlease::cli
