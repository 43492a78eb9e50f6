// A clock that stands still until a test moves it. Thread-safe.
#pragma once

#include <mutex>

#include "absl/time/time.h"
#include "base/clock.h"

namespace dirlease::testing {

class ManualClock final : public Clock {
 public:
  absl::Time Now() const override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  // Never moves back: an earlier moment changes nothing.
  void MoveTo(absl::Time moment) {
    std::lock_guard lock(mutex_);
    if (moment > now_) now_ = moment;
  }
  void Advance(absl::Duration duration) { MoveTo(Now() + duration); }

 private:
  mutable std::mutex mutex_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

}  // namespace dirlease::testing
