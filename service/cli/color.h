// Colors on terminals, and only there. Thread-safe.
#pragma once

namespace dirlease::cli {

enum class ColorChoice { kAuto, kAlways, kNever };

// kAuto: on a terminal that is not dumb, unless NO_COLOR is set (https://no-color.org).
bool UseColor(ColorChoice choice, bool is_terminal);

// ECMA-48 "select graphic rendition".
inline constexpr char kDnColor[] = "\x1b[1m";
inline constexpr char kTypeColor[] = "\x1b[36m";
inline constexpr char kErrorColor[] = "\x1b[1;31m";
inline constexpr char kEndColor[] = "\x1b[0m";

}  // namespace dirlease::cli
