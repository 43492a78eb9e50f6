#include "ldap/libldap/message_framing.h"

#include <algorithm>

namespace dirlease {

namespace {
constexpr uint8_t kLdapMessage = 0x30;
}  // namespace

void MessageFraming::Consume(std::string_view octets) {
  while (!octets.empty()) {
    if (content_left_ == 0) {
      ConsumeHeaderOctet(static_cast<uint8_t>(octets.front()));
      octets.remove_prefix(1);
      continue;
    }
    const size_t taken = static_cast<size_t>(std::min<uint64_t>(content_left_, octets.size()));
    content_left_ -= taken;
    partial_octets_ = content_left_ == 0 ? 0 : partial_octets_ + taken;
    octets.remove_prefix(taken);
  }
}

void MessageFraming::ConsumeHeaderOctet(uint8_t octet) {
  ++partial_octets_;
  switch (header_octets_++) {
    case 0:
      broken_ = broken_ || octet != kLdapMessage;
      return;
    case 1:
      length_octets_left_ = octet & 0x80 ? octet & 0x7f : 0;
      length_ = octet & 0x80 ? 0 : octet;
      break;
    default:
      length_ = length_ << 8 | octet;
      --length_octets_left_;
  }
  if (length_octets_left_ > 0) return;
  header_octets_ = 0;
  content_left_ = length_;
  if (content_left_ == 0) partial_octets_ = 0;
}

}  // namespace dirlease
