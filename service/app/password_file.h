// A password in a file of its own, as orchestrators mount secrets. Thread-safe.
#pragma once

#include <string>

#include "base/secret.h"

namespace dirlease {

// The file's content without one line end at its end; 1 to 4096 octets. Else `problem` says why not, and nothing of the
// content.
Secret ReadPasswordFile(const std::string& path, std::string& problem);

}  // namespace dirlease
