// Text from elsewhere, without what a terminal would obey. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace dirlease::cli {

// Each control character, C0, DEL or C1 (U+0080 to U+009F, in UTF-8), becomes `mask`.
std::string MaskControls(std::string_view text, char mask = ' ');

}  // namespace dirlease::cli
