#include "base/ber_reader.h"

namespace dirlease {

size_t BerReader::ReadLongLength(size_t& length) const {
  const size_t count = length - kLongFormLength;
  if (count == 0 || count > 4 || rest_.size() < 2 + count) return 0;
  length = 0;
  for (size_t i = 0; i < count; ++i) length = length << 8 | Octet(2 + i);
  return 2 + count;
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
