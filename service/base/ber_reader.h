// Reads BER elements (X.690, as RFC 4511 section 5.1 restricts it: definite lengths) in place,
// without copying or allocating and never past the end, whatever the octets are. Pure; not
// thread-safe.
//
// Why not libldap's accessors: ldap_parse_extended_result and ldap_parse_intermediate end the
// process on an empty OID, the control parser inverts the criticality, texts are cut at NUL, and
// each attribute costs an allocation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ber_tags.h"

namespace dirlease {

struct BerItem {
  uint8_t tag = 0;
  std::string_view content;
};

// In the header, because every value of every entry passes here.
class BerReader {
 public:
  explicit BerReader(std::string_view octets) : rest_(octets) {}

  bool at_end() const { return rest_.empty(); }
  // What was not taken yet.
  std::string_view rest() const { return rest_; }
  // Empty: at the end, or what follows is no element.
  std::optional<BerItem> Next() {
    size_t length = 0;
    const size_t header = ReadHeader(length);
    if (header == 0 || length > rest_.size() - header) return std::nullopt;
    const BerItem element{Octet(0), rest_.substr(header, length)};
    rest_.remove_prefix(header + length);
    return element;
  }
  // The next element's content if it has this tag; else empty and nothing is taken.
  std::optional<std::string_view> NextIf(uint8_t tag) {
    if (rest_.empty() || Octet(0) != tag) return std::nullopt;
    const std::optional<BerItem> element = Next();
    if (!element) return std::nullopt;
    return element->content;
  }
  // As NextIf, of an INTEGER or ENUMERATED. Empty: another tag, and nothing is taken; or no number of at most four octets.
  std::optional<int> NextIntegerIf(uint8_t tag);

 private:
  static constexpr uint8_t kLongFormLength = 0x80;
  static constexpr uint8_t kHighTagNumber = 0x1f;

  uint8_t Octet(size_t at) const { return static_cast<uint8_t>(rest_[at]); }
  // Octets of the element's header, with its content's length put into `length`; 0 when it is none.
  size_t ReadHeader(size_t& length) const {
    if (rest_.size() < 2 || (Octet(0) & kHighTagNumber) == kHighTagNumber) return 0;
    length = Octet(1);
    return length < kLongFormLength ? 2 : ReadLongLength(length);
  }
  size_t ReadLongLength(size_t& length) const;

  std::string_view rest_;
};

// Content of an INTEGER or ENUMERATED of at most four octets.
std::optional<int> BerInteger(std::string_view content);

}  // namespace dirlease
