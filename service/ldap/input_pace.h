// How long to let a directory's input gather before it is read again. Directories write each entry of a stream by itself;
// to wake for each of them costs several times what the entry costs, here and, on a shared machine, there. Pure: every
// call says what time it is. Not thread-safe.
//
// Latency: the first entries of a search are never held back, later ones by kLongestRest at most.
#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace dirlease {

class InputPace {
 public:
  // Nothing rests before so many entries came since a final response: searches with few entries pay nothing.
  static constexpr int kFirstEntries = 64;
  // A rest is as long as so much takes to arrive, at the pace since the last one: well below the smallest receive window,
  // so that the directory never waits for us.
  static constexpr size_t kGatheredOctets = 32 * 1024;
  static constexpr absl::Duration kLongestRest = absl::Milliseconds(1);
  static constexpr absl::Duration kShortestRest = absl::Microseconds(100);

  void CountEntry(size_t octets) {
    ++entries_;
    octets_ += octets;
  }
  void CountResult() { entries_ = 0; }

  // Everything that had arrived was read. Zero: no rest.
  absl::Duration RestAt(absl::Time now) {
    const absl::Duration elapsed = now - last_;
    const size_t octets = octets_;
    last_ = now;
    octets_ = 0;
    if (entries_ < kFirstEntries || octets == 0) return absl::ZeroDuration();
    const auto rest = elapsed * (static_cast<double>(kGatheredOctets) / static_cast<double>(octets));
    return rest < kShortestRest ? absl::ZeroDuration() : std::min(rest, kLongestRest);
  }

 private:
  int entries_ = 0;    // since the last final response
  size_t octets_ = 0;  // since last_
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace dirlease
