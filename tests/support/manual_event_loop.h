// An EventLoop that the test itself turns, on the thread that made it: tasks run, timers fire and
// descriptors become ready when the test says so. Post is thread-safe, as the contract has it; all
// else belongs to the making thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "base/timer_heap.h"
#include "support/manual_clock.h"

namespace dirlease::testing {

class ManualEventLoop final : public EventLoop {
 public:
  ManualEventLoop() = default;
  // Ends the process when a Timer or FdWatch still lives (it would point nowhere); fails the test
  // when tasks are left.
  ~ManualEventLoop() override;

  void Post(Task task) override;
  bool InLoopThread() const override { return std::this_thread::get_id() == thread_; }
  absl::Time Now() const override { return clock_.Now(); }
  std::unique_ptr<Timer> NewTimer(Task task) override;
  std::unique_ptr<FdWatch> Watch(int fd, uint32_t events, FdCallback callback) override;

  // Moves with Advance only.
  const Clock& clock() const { return clock_; }

  // One round: the tasks posted before the call. Says how many ran.
  size_t RunPosted();
  // Rounds and due timers until nothing is left to do now; ends the process after 100,000 rounds.
  void RunUntilIdle();
  // Moves the clock to each due timer in turn (RunUntilIdle at each), then on to the end of
  // `duration`.
  void Advance(absl::Duration duration);
  // The moment of the earliest armed timer, or earlier where one was re-armed later
  // (base/timer_heap.h).
  absl::Time NextTimer() const { return timers_.NextWake(); }

  // Calls the watch of `fd` with those `events` it is interested in (EPOLLERR and EPOLLHUP always);
  // runs no tasks. False when nobody watches or wants them: then there was no call.
  bool Signal(int fd, uint32_t events);
  // Empty when nobody watches `fd`.
  std::optional<uint32_t> InterestOf(int fd) const;

  size_t live_timers() const { return live_timers_; }
  size_t live_watches() const { return watches_.size(); }

 private:
  class ManualTimer;
  class ManualFdWatch;

  bool FireOneDueTimer();

  const std::thread::id thread_ = std::this_thread::get_id();
  ManualClock clock_;
  TimerHeap timers_;
  size_t live_timers_ = 0;
  absl::flat_hash_map<int, ManualFdWatch*> watches_;

  mutable std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
};

}  // namespace dirlease::testing
