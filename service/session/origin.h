// Where a call came from, as far as logs here and at the directory tell it. Value.
#pragma once

#include <string>

namespace dirlease {

struct Origin {
  std::string peer;      // network address of the caller, "ipv4:127.0.0.1:4711"
  std::string trace_id;  // W3C trace context, 32 hexadecimal digits; empty = the caller sent none
};

}  // namespace dirlease
