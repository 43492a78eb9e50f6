#include "cli/dn_printer.h"

#include <cstdint>

namespace dirlease::cli {

std::string DnText(std::string_view dn) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  bool c1 = false;  // U+0080 to U+009F: terminals obey them too
  for (size_t i = 0; i < dn.size(); ++i) {
    const auto octet = static_cast<uint8_t>(dn[i]);
    const bool starts_c1 = octet == 0xc2 && i + 1 < dn.size() && static_cast<uint8_t>(dn[i + 1]) < 0xa0;
    if (octet >= 0x20 && octet != 0x7f && !starts_c1 && !c1) {
      text += dn[i];
    } else {
      text += {'\\', kHex[octet >> 4], kHex[octet & 15]};
    }
    c1 = starts_c1;
  }
  return text;
}

void DnPrinter::BeginEntry(const v1::SearchEntry& entry) {
  text_ += DnText(entry.dn());
  text_ += '\n';
}

}  // namespace dirlease::cli
