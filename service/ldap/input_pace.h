// How long to let a directory's input gather before it is read again. Directories write each entry of a stream by itself;
// to wake for each of them costs several times what the entry costs, here and, on a shared machine, there. While we rest,
// entries gather in the sender's buffer too, and its kernel sends them in fewer and larger pieces.
//
// Latency: the first entries of a search are never held back, later ones by kLongestRest at most, and no search takes
// longer by more than 1/kPartOfTime. Pure: every call says what time it is. Not thread-safe.
#pragma once

#include <algorithm>
#include <utility>

#include "absl/time/time.h"

namespace dirlease {

class InputPace {
 public:
  // Nothing rests before so many entries came since a search ended: searches with few entries pay nothing.
  static constexpr int kFirstEntries = 64;
  // Longer rests save little more, and where the buffers between the directory and us are small, it waits for us.
  static constexpr absl::Duration kLongestRest = absl::Milliseconds(3);
  static constexpr absl::Duration kShortestRest = absl::Microseconds(100);
  // A rest is at most this part of the time since the first entries.
  static constexpr int kPartOfTime = 8;

  void CountEntry() {
    ++entries_;
    something_came_ = true;
  }
  // A search ended, by its final response or because it was abandoned.
  void CountEnd() {
    entries_ = 0;
    first_ = absl::InfiniteFuture();
  }
  // Entries come in such numbers that a rest pays.
  bool streaming() const { return entries_ >= kFirstEntries; }

  // Everything that had arrived was read. Zero: no rest.
  absl::Duration RestAt(absl::Time now) {
    if (!std::exchange(something_came_, false)) return absl::ZeroDuration();
    first_ = std::min(first_, now);
    const absl::Duration rest = std::min(kLongestRest, (now - first_) / kPartOfTime);
    return streaming() && rest >= kShortestRest ? rest : absl::ZeroDuration();
  }

 private:
  int entries_ = 0;                            // since a search ended
  absl::Time first_ = absl::InfiniteFuture();  // when the first of them had been read
  bool something_came_ = false;                // since the last rest began
};

}  // namespace dirlease
