// What ties a SASL bind to its TLS connection (RFC 5929), as libldap sees the connection.
#pragma once

#include <string>

#include "ldap/ldap_handle.h"

struct ldap;

namespace dirlease {

// Cyrus SASL's name for it is part of the client's message, and OpenLDAP's servers expect this one for every kind.
inline constexpr char kChannelBindingName[] = "ldap";

// As LdapHandle has it. REQUIRES: `handle` speaks TLS, or `kind` is kNone.
std::string ChannelBindingOctets(ldap* handle, ChannelBinding kind);

}  // namespace dirlease
