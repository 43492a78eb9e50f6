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

namespace dirlease {

struct BerItem {
  uint8_t tag = 0;
  std::string_view content;
};

class BerReader {
 public:
  explicit BerReader(std::string_view octets) : rest_(octets) {}

  bool at_end() const { return rest_.empty(); }
  // Empty: at the end, or what follows is no element.
  std::optional<BerItem> Next();
  // The next element's content if it has this tag; else empty and nothing is taken.
  std::optional<std::string_view> NextIf(uint8_t tag);

 private:
  std::string_view rest_;
};

// Content of an INTEGER or ENUMERATED of at most four octets.
std::optional<int> BerInteger(std::string_view content);

}  // namespace dirlease
