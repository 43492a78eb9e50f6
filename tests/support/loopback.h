// Sockets on 127.0.0.1 for tests. Thread-safe. Each ends the process when the system refuses.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "ldap/resolver.h"

namespace dirlease::testing {

// A listening TCP socket on a free port.
UniqueFd ListenOnLoopback();
// Bound, not listening: as long as it is open nobody gets the port by chance, while a server that
// sets SO_REUSEADDR may listen on it. Connections to it are refused until then.
UniqueFd ReserveLoopbackPort();
// The local port of a bound or connected socket.
int LocalPort(int socket);
// Blocking connect; invalid when refused.
UniqueFd ConnectToLoopback(int port);

// For a resolver: every name is this machine's.
Resolution EveryNameIsLoopback(const std::string& name);

}  // namespace dirlease::testing
