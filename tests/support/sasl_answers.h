// What a SASL client answers, computed here, so that relayed binds can be tested. Pure, thread-safe.
#pragma once

#include <string>

namespace dirlease::testing {

// RFC 2195's digest of a challenge, as hexadecimal digits.
std::string CramMd5Digest(const std::string& password, const std::string& challenge);

struct DigestMd5Client {
  std::string user;
  std::string password;
  std::string host;           // of the LDAP service
  std::string qop = "auth";   // "auth-int" asks for a security layer
};
// RFC 2831's response to a challenge.
std::string DigestMd5Response(const DigestMd5Client& client, const std::string& challenge);

}  // namespace dirlease::testing
