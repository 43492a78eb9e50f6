#include "model/paged_results.h"

#include "base/ber_reader.h"

namespace dirlease {

namespace {
constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kOctetString = 0x04;
constexpr uint8_t kSequence = 0x30;

std::string Element(uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    out += static_cast<char>(content.size());
  } else {
    out += static_cast<char>(0x84);  // length in four octets
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(content.size() >> shift);
  }
  return out.append(content);
}

std::string Integer(int value) {
  std::string content;
  for (int shift = 24; shift >= 0; shift -= 8) content += static_cast<char>(value >> shift);
  // The shortest form, but never one whose first bit would turn the sign (X.690 section 8.3).
  while (content.size() > 1 && content[0] == 0 && (content[1] & 0x80) == 0) content.erase(0, 1);
  return Element(kInteger, content);
}
}  // namespace

std::string EncodePagedResults(int size, std::string_view cookie) {
  return Element(kSequence, Integer(size) + Element(kOctetString, cookie));
}

std::optional<PagedResults> DecodePagedResults(std::string_view value) {
  BerReader outer(value);
  const auto sequence = outer.NextIf(kSequence);
  if (!sequence) return std::nullopt;
  BerReader inner(*sequence);
  const auto size_octets = inner.NextIf(kInteger);
  const auto cookie = inner.NextIf(kOctetString);
  if (!size_octets || !cookie) return std::nullopt;
  const auto size = BerInteger(*size_octets);
  if (!size) return std::nullopt;
  return PagedResults{*size, std::string(*cookie)};
}

}  // namespace dirlease
