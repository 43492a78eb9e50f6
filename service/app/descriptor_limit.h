// How many descriptors the process may have: a lease takes one, and so does a caller's connection.
#pragma once

#include <cstdint>

namespace dirlease {

// Raises the soft limit to the hard one. Returns the limit that holds then.
uint64_t RaiseDescriptorLimit();

}  // namespace dirlease
