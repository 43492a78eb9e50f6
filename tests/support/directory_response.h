// LDAP responses (RFC 4511 section 4) as octets for the socket. Pure, thread-safe.
#pragma once

#include <string>

#include "support/directory_request.h"
#include "support/fake_message.h"

namespace dirlease::testing {

// One LDAPMessage. `answered` is what a kResult answers: it chooses the response. kPartial and
// kBroken have no octets of their own: send raw ones.
std::string EncodeResponse(const FakeMessage& message, DirectoryRequest::Kind answered);

}  // namespace dirlease::testing
