#include "app/duration.h"

namespace dirlease {

std::optional<absl::Duration> ParseDuration(std::string_view text) {
  // absl would also take "0", "inf" and signs.
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  if (text.back() < 'a' || text.back() > 'z') return std::nullopt;
  absl::Duration duration;
  if (!absl::ParseDuration({text.data(), text.size()}, &duration)) return std::nullopt;
  if (duration == absl::InfiniteDuration()) return std::nullopt;
  return duration;
}

std::string DurationText(absl::Duration duration) {
  return duration == absl::ZeroDuration() ? "0s" : absl::FormatDuration(duration);
}

}  // namespace dirlease
