#include "base/ber_reader.h"

namespace dirlease {

BerReader::Extent BerReader::LongExtent(const char* at, const char* end) {
  const auto octet = [at](size_t i) { return static_cast<uint8_t>(at[i]); };
  const size_t count = octet(1) - kLongFormLength;
  const size_t header = kShortHeader + count;
  if (count == 0 || count > 4 || static_cast<size_t>(end - at) < header) return {0, 0};
  size_t length = 0;
  for (size_t i = kShortHeader; i < header; ++i) length = length << 8 | octet(i);
  return {header, length};
}

std::optional<int> BerReader::NextIntegerIf(uint8_t tag) {
  const auto content = NextIf(tag);
  return content ? BerInteger(*content) : std::nullopt;
}

std::optional<int> BerInteger(std::string_view content) {
  if (content.empty() || content.size() > 4) return std::nullopt;
  uint32_t number = static_cast<int8_t>(content[0]) < 0 ? ~0u : 0u;
  for (const char octet : content) number = number << 8 | static_cast<uint8_t>(octet);
  return static_cast<int>(number);
}

}  // namespace dirlease
