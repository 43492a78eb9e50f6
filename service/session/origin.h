// Where a call came from, as far as logs here and at the directory tell it. Value.
#pragma once

#include <string>
#include <string_view>

namespace dirlease {

struct Origin {
  std::string peer;      // network address of the caller, "ipv4:127.0.0.1:4711"
  std::string trace_id;  // W3C trace context, 32 hexadecimal digits; empty = the caller sent none
};

// "127.0.0.1" of "ipv4:127.0.0.1:4711", "::1" of "ipv6:%5B::1%5D:4711", as gRPC writes them; of other kinds nothing.
std::string_view HostOf(std::string_view peer);

}  // namespace dirlease
