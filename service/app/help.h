// What --help says.
#pragma once

namespace dirlease {

extern const char kHelp[];

}  // namespace dirlease
