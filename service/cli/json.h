// JSON text (RFC 8259). Pure, thread-safe. All functions append to `out`.
#pragma once

#include <string>
#include <string_view>

namespace dirlease::cli {

// A string in quotes, all control characters escaped, U+007F to U+009F too, so that no value can
// drive a terminal. REQUIRES: IsUtf8(text).
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace dirlease::cli
