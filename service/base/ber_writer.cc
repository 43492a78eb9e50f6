#include "base/ber_writer.h"

namespace dirlease {

std::string BerElement(uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    int length_octets = 1;
    for (size_t rest = content.size() >> 8; rest > 0; rest >>= 8) ++length_octets;
    out += static_cast<char>(0x80 | length_octets);
    for (int shift = 8 * (length_octets - 1); shift >= 0; shift -= 8) {
      out += static_cast<char>(content.size() >> shift);
    }
  }
  return out.append(content);
}

std::string BerIntegerElement(int value) {
  std::string content;
  for (int shift = 24; shift >= 0; shift -= 8) content += static_cast<char>(value >> shift);
  // The shortest form, but never one whose first bit would turn the sign (X.690 section 8.3).
  while (content.size() > 1 && content[0] == 0 && (content[1] & 0x80) == 0) content.erase(0, 1);
  return BerElement(kBerInteger, content);
}

std::string BerTrueElement(uint8_t tag) { return BerElement(tag, "\xff"); }

}  // namespace dirlease
