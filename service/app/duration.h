// Durations as people write them in the configuration: 300ms, 2s, 5m, 1h, 1h30m. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace dirlease {

// Empty on anything else: without a unit, negative or infinite.
std::optional<absl::Duration> ParseDuration(std::string_view text);
// What ParseDuration reads as the same duration.
std::string DurationText(absl::Duration duration);

}  // namespace dirlease
