// The sockets of one HOST:PORT: all addresses that the host's name has, on one port. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace dirlease {

struct ListenSockets {
  std::vector<UniqueFd> sockets;  // listening, non-blocking; empty: see error
  int port = 0;
  std::string error;  // for people
};

// Port 0 = any free one. [::] is every address of IPv4 too, 0.0.0.0 those of IPv4 only. May ask DNS.
ListenSockets ListenAt(const std::string& listen);

}  // namespace dirlease
