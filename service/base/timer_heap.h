// The loop's alarms as a pure data structure: a binary heap that knows each alarm's place, with late re-arming free.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/time/time.h"

namespace dirlease {

// Not thread-safe. Holds pointers only: an Alarm must be removed before it is destroyed.
class TimerHeap {
 public:
  struct Alarm {
    absl::Time due = absl::InfiniteFuture();  // when it really is to run
    absl::Time heap_time;                     // the moment it is sorted by: never later than `due`
    size_t place = kNowhere;
  };
  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  // Sorts the alarm in at `due`, or leaves it at an earlier place to be moved when that comes.
  void Arm(Alarm& alarm, absl::Time due);
  void Remove(Alarm& alarm);
  // Takes out one alarm that is due at `now`; null when none is.
  Alarm* PopDue(absl::Time now);
  // The earliest moment at which PopDue may have something to do.
  absl::Time NextWake() const { return heap_.empty() ? absl::InfiniteFuture() : heap_[0]->heap_time; }
  bool empty() const { return heap_.empty(); }

 private:
  void Put(Alarm* alarm, size_t place);
  void SiftUp(size_t place);
  void SiftDown(size_t place);

  std::vector<Alarm*> heap_;
};

}  // namespace dirlease
