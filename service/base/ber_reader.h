// Reads BER elements (X.690, as RFC 4511 section 5.1 restricts it: definite lengths) in place,
// without copying or allocating and never past the end, whatever the octets are. Pure; not
// thread-safe.
//
// Why not libldap's accessors: ldap_parse_extended_result and ldap_parse_intermediate end the
// process on an empty OID, the control parser inverts the criticality, texts are cut at NUL, and
// each attribute costs an allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ber_tags.h"

namespace dirlease {

// Octets of the least header an element has: its tag and a length below 128 (X.690 section 8.1.3.4).
inline constexpr size_t kShortHeader = 2;

struct BerItem {
  uint8_t tag = 0;
  std::string_view content;
};

// In the header, because every value of every entry passes here.
class BerReader {
 public:
  explicit BerReader(std::string_view octets) : at_(octets.data()), end_(octets.data() + octets.size()) {}

  bool at_end() const { return at_ == end_; }
  // What was not taken yet.
  std::string_view rest() const { return {at_, left()}; }
  // False: at the end, or what follows is no element; nothing is taken then.
  bool Take(BerItem& out) {
    if (left() < kShortHeader || (Octet(0) & kHighTagNumber) == kHighTagNumber) return false;
    Extent extent = {kShortHeader, Octet(1)};
    if (extent.content >= kLongFormLength) extent = LongExtent(at_, end_);
    if (extent.header == 0 || extent.content > left() - extent.header) return false;
    out = {Octet(0), {at_ + extent.header, extent.content}};
    at_ += extent.header + extent.content;
    return true;
  }
  // Empty: as Take.
  std::optional<BerItem> Next() {
    BerItem element;
    return Take(element) ? std::optional(element) : std::nullopt;
  }
  // The next element's content if it has this tag; else empty and nothing is taken.
  std::optional<std::string_view> NextIf(uint8_t tag) {
    BerItem element;
    if (at_end() || Octet(0) != tag || !Take(element)) return std::nullopt;
    return element.content;
  }
  // As NextIf, of an INTEGER or ENUMERATED. Empty: another tag, and nothing is taken; or no number of at most four octets.
  std::optional<int> NextIntegerIf(uint8_t tag);

 private:
  static constexpr uint8_t kLongFormLength = 0x80;
  static constexpr uint8_t kHighTagNumber = 0x1f;

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  uint8_t Octet(size_t at) const { return static_cast<uint8_t>(at_[at]); }
  // Of an element, in octets.
  struct Extent {
    size_t header;
    size_t content;
  };
  // Where the length is in the long form; a header of 0: it is none. By value throughout, so that a reader and what it reads
  // stay in registers.
  static Extent LongExtent(const char* at, const char* end);

  const char* at_;
  const char* end_;
};

// Content of an INTEGER or ENUMERATED of at most four octets.
std::optional<int> BerInteger(std::string_view content);

}  // namespace dirlease
