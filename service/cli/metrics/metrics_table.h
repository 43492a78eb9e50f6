// The gateway's metrics for people. Pure, thread-safe.
#pragma once

#include <string>

#include "cli/metrics/exposition.h"

namespace dirlease::cli {

// What there is now, then what has happened since the gateway's start, then the RPCs, a line for
// each method. What the gateway does not tell is left out. Control characters are replaced.
std::string MetricsTable(const Exposition& metrics);

}  // namespace dirlease::cli
