#include "cli/dn_printer.h"

#include <cstdint>

namespace dirlease::cli {

void DnPrinter::BeginEntry(const v1::SearchEntry& entry) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : entry.dn()) {
    const auto octet = static_cast<uint8_t>(c);
    if (octet >= 0x20 && octet != 0x7f) {
      text_ += c;
    } else {
      text_ += {'\\', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  text_ += '\n';
}

}  // namespace dirlease::cli
