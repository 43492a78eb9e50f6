// SASL binds as OpenSession, Rebind and VerifyCredentials are asked for them.
#pragma once

#include <string>

#include "dirlease/v1/session_service.pb.h"

namespace dirlease::testing {

// What slapd calls itself in SASL; EveryNameIsLoopback finds it.
inline constexpr char kHost[] = "directory.test";
// SASL names and certificates' subjects as entries of the sample; user.1 may act for the others.
inline constexpr char kSaslConfig[] =
    "sasl-host directory.test\n"
    "sasl-realm EXAMPLE.TEST\n"
    "authz-policy any\n"
    "authz-regexp \"^cn=(user[.][0-9]+)$\" \"uid=$1,ou=people,dc=example,dc=com\"\n"
    "authz-regexp \"^uid=([^,]+),(cn=[^,]+,)?cn=[^,]+,cn=auth$\" \"uid=$1,ou=people,dc=example,dc=com\"\n";

// By the gateway, in one call.
template <typename Request = v1::OpenSessionRequest>
Request Managed(const std::string& mechanism, const std::string& user = "", const std::string& password = "",
                const std::string& authorization_id = "") {
  Request request;
  v1::ManagedSaslBind& sasl = *request.mutable_credentials()->mutable_managed_sasl();
  sasl.set_mechanism(mechanism);
  sasl.set_authentication_id(user);
  sasl.set_password(password);
  sasl.set_authorization_id(authorization_id);
  return request;
}

// Step by step.
template <typename Request = v1::OpenSessionRequest>
Request Relayed(const std::string& mechanism, const std::string& credentials = "") {
  Request request;
  v1::SaslBind& sasl = *request.mutable_credentials()->mutable_sasl();
  sasl.set_mechanism(mechanism);
  if (!credentials.empty()) sasl.set_credentials(credentials);
  return request;
}

}  // namespace dirlease::testing
