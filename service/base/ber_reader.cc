#include "base/ber_reader.h"

namespace dirlease {

namespace {

constexpr uint8_t kLongFormLength = 0x80;
constexpr uint8_t kHighTagNumber = 0x1f;

uint8_t Octet(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

// Octets of the element's header, with its content's length put into `length`; 0 when it is none.
size_t ReadHeader(std::string_view text, size_t& length) {
  if (text.size() < 2 || (Octet(text, 0) & kHighTagNumber) == kHighTagNumber) return 0;
  length = Octet(text, 1);
  if (length < kLongFormLength) return 2;
  const size_t count = length - kLongFormLength;
  if (count == 0 || count > 4 || text.size() < 2 + count) return 0;
  length = 0;
  for (size_t i = 0; i < count; ++i) length = length << 8 | Octet(text, 2 + i);
  return 2 + count;
}

}  // namespace

std::optional<BerItem> BerReader::Next() {
  size_t length = 0;
  const size_t header = ReadHeader(rest_, length);
  if (header == 0 || length > rest_.size() - header) return std::nullopt;
  const BerItem element{Octet(rest_, 0), rest_.substr(header, length)};
  rest_.remove_prefix(header + length);
  return element;
}

std::optional<std::string_view> BerReader::NextIf(uint8_t tag) {
  if (rest_.empty() || Octet(rest_, 0) != tag) return std::nullopt;
  const std::optional<BerItem> element = Next();
  if (!element) return std::nullopt;
  return element->content;
}

std::optional<int> BerInteger(std::string_view content) {
  if (content.empty() || content.size() > 4) return std::nullopt;
  uint32_t number = static_cast<int8_t>(content[0]) < 0 ? ~0u : 0u;
  for (size_t i = 0; i < content.size(); ++i) number = number << 8 | Octet(content, i);
  return static_cast<int>(number);
}

}  // namespace dirlease
