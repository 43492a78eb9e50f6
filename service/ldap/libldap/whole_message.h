// Finds an LDAP message in octets that were received, without taking them (RFC 4511 section 4.1.1). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "ldap/libldap/response_decoder.h"

namespace dirlease {

struct WholeMessage {
  ReceivedMessage parts;  // views into the octets
  size_t octets = 0;      // header included
};

// The message at the beginning. Empty: not all of it is there, or it is none.
std::optional<WholeMessage> FirstWholeMessage(std::string_view octets);

}  // namespace dirlease
