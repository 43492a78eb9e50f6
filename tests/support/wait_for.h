// A value that threads change and a test waits on: no polling, the waiter wakes with each change.
// Thread-safe.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "support/limits.h"

namespace dirlease::testing {

template <typename T>
class Watched {
 public:
  Watched() = default;
  explicit Watched(T value) : value_(std::move(value)) {}

  T Get() const {
    std::lock_guard lock(mutex_);
    return value_;
  }
  // `change` gets a T& under the lock; what it returns is returned.
  template <typename Change>
  auto Update(Change change) {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
    return change(value_);
  }
  // Waits until `condition`, called with a const T& under the lock, holds. False (and a failed
  // test) after the safety limit.
  template <typename Condition>
  [[nodiscard]] bool WaitFor(Condition condition) const {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kSafetyLimit, [&] { return condition(value_); })) return true;
    ADD_FAILURE() << "what the test waits for did not come";
    return false;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  T value_{};
};

}  // namespace dirlease::testing
