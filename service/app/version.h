// Version of the daemon, said by --version.
#pragma once

namespace dirlease {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace dirlease
