#include "cli/dn_printer.h"

#include <cstdint>

namespace dirlease::cli {

std::string DnText(std::string_view dn) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (const char c : dn) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet >= 0x20 && octet != 0x7f) {
      text += c;
    } else {
      text += {'\\', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  return text;
}

void DnPrinter::BeginEntry(const v1::SearchEntry& entry) {
  text_ += DnText(entry.dn());
  text_ += '\n';
}

}  // namespace dirlease::cli
