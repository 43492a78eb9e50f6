// One message received by libldap, owned and opened.
#pragma once

#include <ldap.h>

#include <memory>
#include <optional>

#include "ldap/libldap/response_decoder.h"

namespace dirlease {

struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using UniqueMessage = std::unique_ptr<LDAPMessage, FreeMessage>;

// Views into `message`, which no libldap accessor can read afterwards. Empty: it is no LDAP message
// (RFC 4511 section 4.1.1).
std::optional<ReceivedMessage> SplitMessage(LDAPMessage* message);

}  // namespace dirlease
