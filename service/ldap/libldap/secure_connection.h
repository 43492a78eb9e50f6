// The one step that may wait: StartTLS (RFC 4511 section 4.14) and the TLS handshake.
#pragma once

#include <optional>

#include "ldap/connector.h"
#include "ldap/libldap/libldap_handle.h"
#include "ldap/libldap/tls_context.h"

namespace dirlease {

// Blocks until the connection is secured, fails, or the deadline passes; not on the loop. Empty:
// the handle speaks TLS, and the certificate is valid for the host's name. After a failure only
// Unbind is left.
std::optional<ConnectFailure> SecureConnection(LibldapHandle& handle, TargetConfig::Tls tls,
                                               const TlsContext& context,
                                               SocketBuffer::Deadline deadline);

}  // namespace dirlease
