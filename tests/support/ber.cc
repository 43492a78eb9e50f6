#include "support/ber.h"

namespace dirlease::testing::ber {

namespace {

std::string Length(size_t size) {
  if (size < 0x80) return std::string(1, static_cast<char>(size));
  std::string octets;
  for (; size > 0; size >>= 8) octets.insert(octets.begin(), static_cast<char>(size & 0xff));
  return static_cast<char>(0x80 | octets.size()) + octets;
}

// How many octets of length follow the first one; empty for a form that LDAP does not allow.
std::optional<size_t> LengthOctets(uint8_t first) {
  if (first < 0x80) return 0;
  const size_t count = first & 0x7f;
  if (count == 0 || count > 8) return std::nullopt;
  return count;
}

}  // namespace

std::string Element(uint8_t tag, std::string_view content) {
  std::string element(1, static_cast<char>(tag));
  element += Length(content.size());
  element += content;
  return element;
}

std::string Integer(int64_t value, uint8_t tag) {
  std::string octets;
  bool more = true;
  while (more) {
    const auto octet = static_cast<int8_t>(value & 0xff);
    octets.insert(octets.begin(), static_cast<char>(octet));
    value >>= 8;
    more = !((value == 0 && octet >= 0) || (value == -1 && octet < 0));
  }
  return Element(tag, octets);
}

std::string Boolean(bool value) {
  return Element(kBoolean, std::string(1, value ? '\xff' : '\0'));
}

std::optional<size_t> ElementSize(std::string_view input) {
  if (input.size() < 2) return 0;
  const auto first = static_cast<uint8_t>(input[1]);
  const std::optional<size_t> count = LengthOctets(first);
  if (!count) return std::nullopt;
  if (*count == 0) return 2 + first;
  if (input.size() < 2 + *count) return 0;
  size_t size = 0;
  for (size_t i = 0; i < *count; ++i) size = size << 8 | static_cast<uint8_t>(input[2 + i]);
  if (size > SIZE_MAX / 2) return std::nullopt;
  return 2 + *count + size;
}

std::optional<int64_t> IntegerOf(std::string_view content) {
  if (content.empty() || content.size() > 8) return std::nullopt;
  int64_t value = static_cast<int8_t>(content[0]);
  for (const char octet : content.substr(1)) {
    value = static_cast<int64_t>(static_cast<uint64_t>(value) << 8 | static_cast<uint8_t>(octet));
  }
  return value;
}

Parsed Reader::Take() {
  const std::optional<size_t> size = ElementSize(rest_);
  if (!ok_ || !size || *size == 0 || *size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const auto first = static_cast<uint8_t>(rest_[1]);
  const size_t header = 2 + *LengthOctets(first);
  const Parsed parsed{.tag = static_cast<uint8_t>(rest_[0]),
                      .content = rest_.substr(header, *size - header),
                      .whole = rest_.substr(0, *size)};
  rest_.remove_prefix(*size);
  return parsed;
}

std::string_view Reader::Take(uint8_t tag) {
  const Parsed parsed = Take();
  if (parsed.tag == tag) return parsed.content;
  ok_ = false;
  rest_ = {};
  return {};
}

int64_t Reader::TakeInteger(uint8_t tag) {
  const std::optional<int64_t> value = IntegerOf(Take(tag));
  if (!value) ok_ = false;
  return value.value_or(0);
}

bool Reader::TakeBoolean() {
  const std::string_view content = Take(kBoolean);
  if (content.size() != 1) ok_ = false;
  return ok_ && content[0] != 0;
}

}  // namespace dirlease::testing::ber
