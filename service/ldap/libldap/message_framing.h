// Counts how much of an unfinished LDAP message has passed: follows the lengths of the BER elements
// in a stream of octets. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dirlease {

class MessageFraming {
 public:
  void Consume(std::string_view octets);
  // Octets since the last complete message. REQUIRES: !broken().
  size_t partial_octets() const { return partial_octets_; }
  // A message began with something else than LDAPMessage's tag: the rest makes no sense.
  bool broken() const { return broken_; }

 private:
  void ConsumeHeaderOctet(uint8_t octet);

  size_t partial_octets_ = 0;
  uint64_t content_left_ = 0;   // of the message whose header is complete
  uint64_t length_ = 0;         // as far as the header told it
  int header_octets_ = 0;       // that have passed
  int length_octets_left_ = 0;  // of a length in the long form
  bool broken_ = false;
};

}  // namespace dirlease
