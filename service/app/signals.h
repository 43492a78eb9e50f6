// The signals of the daemon as events for its main thread. One per process.
#pragma once

#include "absl/time/time.h"

namespace dirlease {

class Signals {
 public:
  enum class Event {
    kTerminate,  // SIGTERM, SIGINT
    kReload,     // SIGHUP
    kWoken,      // Wake
    kTimeout,
  };

  // Blocks the signals in this thread and those it starts: create it before any other thread.
  Signals();

  // Waits for the next one, no longer than `timeout`, which may be infinite. Main thread only.
  Event Wait(absl::Duration timeout) const;
  // Thread-safe. Wakes that come close together may be one.
  void Wake() const;
};

}  // namespace dirlease
