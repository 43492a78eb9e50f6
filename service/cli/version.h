// Version of the client, said by --version and in its user agent.
#pragma once

namespace dirlease::cli {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace dirlease::cli
