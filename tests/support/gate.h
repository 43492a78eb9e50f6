// A rendezvous: one side waits at the gate, the other opens it, so a test chooses the order of what
// threads do. Thread-safe. A wait of a minute ends the process loudly: the order that the test
// meant never came.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include "support/limits.h"

namespace dirlease::testing {

class Gate {
 public:
  explicit Gate(const char* name) : name_(name) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Says that this side has come, then waits for Open. Returns at once when the gate is open.
  void Pass() {
    std::unique_lock lock(mutex_);
    ++arrived_;
    changed_.notify_all();
    Wait(lock, "Pass", [this] { return open_; });
  }
  // Waits until `count` sides have come (passed or waiting).
  void AwaitArrivals(size_t count = 1) {
    std::unique_lock lock(mutex_);
    Wait(lock, "AwaitArrivals", [this, count] { return arrived_ >= count; });
  }
  // Lets all pass that wait and all that come later.
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  template <typename Condition>
  void Wait(std::unique_lock<std::mutex>& lock, const char* what, Condition condition) {
    if (changed_.wait_for(lock, kSafetyLimit, condition)) return;
    fprintf(stderr, "Gate \"%s\": %s waited for too long\n", name_, what);
    abort();
  }

  const char* const name_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t arrived_ = 0;
  bool open_ = false;
};

}  // namespace dirlease::testing
