// The real loop: one thread over epoll, a task queue behind an eventfd, one timer heap.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/event_loop.h"
#include "base/timer_heap.h"
#include "base/unique_fd.h"

namespace dirlease {

class EpollEventLoop final : public EventLoop {
 public:
  // Starts the thread; `name` (at most 15 octets) is what the system's tools show. `clock` must outlive the loop.
  EpollEventLoop(const std::string& name, const Clock& clock);
  // REQUIRES: Stop() was called.
  ~EpollEventLoop() override;

  // Runs what was posted before, then ends the thread. Not on the loop thread; a second call does nothing. Objects that
  // live on the loop must have been destroyed there before (post that).
  void Stop();

  void Post(Task task) override;
  bool InLoopThread() const override;
  absl::Time Now() const override { return clock_.Now(); }
  std::unique_ptr<Timer> NewTimer(Task task) override;
  std::unique_ptr<FdWatch> Watch(int fd, uint32_t events, FdCallback callback) override;

 private:
  class LoopTimer;
  class LoopFdWatch;

  void Run();
  void RunPosted();
  void RunDueTimers();
  void WaitAndDispatch();
  // Infinite: until something happens.
  absl::Duration TimeToWait();
  int WaitForEvents(epoll_event* events, int most, absl::Duration timeout);
  void Wake();

  // Constant after construction.
  const Clock& clock_;
  UniqueFd epoll_;
  UniqueFd wakeup_;
  std::thread thread_;
  std::atomic<std::thread::id> loop_thread_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::vector<Task> posted_;
  bool sleeping_ = false;  // the loop waits, or is about to: a Post has to wake it
  bool stopping_ = false;

  // Loop thread only.
  TimerHeap timers_;
  std::vector<Task> running_;
  bool has_fine_wait_ = true;         // else waits are counted in milliseconds (kernels before 5.11)
  std::vector<LoopFdWatch*> ready_;  // told by the last wait, null = destroyed meanwhile
};

}  // namespace dirlease
