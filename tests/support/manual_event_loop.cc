#include "support/manual_event_loop.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace dirlease::testing {

namespace {

constexpr int kMostRounds = 100'000;

[[noreturn]] void Die(const char* what) {
  fprintf(stderr, "ManualEventLoop: %s\n", what);
  abort();
}

}  // namespace

class ManualEventLoop::ManualTimer final : public Timer, public TimerHeap::Alarm {
 public:
  ManualTimer(ManualEventLoop& loop, Task task)
      : loop_(loop), task_(std::make_shared<Task>(std::move(task))) {
    ++loop_.live_timers_;
  }
  ~ManualTimer() override {
    Disarm();
    --loop_.live_timers_;
  }
  void ArmAt(absl::Time when) override {
    if (!loop_.InLoopThread()) Die("ArmAt on another thread");
    if (when == absl::InfiniteFuture()) {
      Disarm();
    } else {
      loop_.timers_.Arm(*this, when);
    }
  }
  void Disarm() override { loop_.timers_.Remove(*this); }
  // The task may destroy this timer, so it is kept alive by a reference of its own.
  void Fire() {
    const std::shared_ptr<Task> task = task_;
    (*task)();
  }

 private:
  ManualEventLoop& loop_;
  const std::shared_ptr<Task> task_;
};

class ManualEventLoop::ManualFdWatch final : public FdWatch {
 public:
  ManualFdWatch(ManualEventLoop& loop, int fd, uint32_t events, FdCallback callback)
      : loop_(loop),
        fd_(fd),
        events_(events),
        callback_(std::make_shared<FdCallback>(std::move(callback))) {
    if (!loop_.watches_.emplace(fd, this).second) Die("two watches of one descriptor");
  }
  ~ManualFdWatch() override { loop_.watches_.erase(fd_); }
  void SetInterest(uint32_t events) override { events_ = events; }
  uint32_t events() const { return events_; }
  // The callback may destroy this watch, so it is kept alive by a reference of its own.
  void Fire(uint32_t events) {
    const std::shared_ptr<FdCallback> callback = callback_;
    (*callback)(events);
  }

 private:
  ManualEventLoop& loop_;
  const int fd_;
  uint32_t events_;
  const std::shared_ptr<FdCallback> callback_;
};

ManualEventLoop::~ManualEventLoop() {
  if (live_timers_ > 0) Die("a Timer outlives its loop");
  if (!watches_.empty()) Die("an FdWatch outlives its loop");
  std::lock_guard lock(mutex_);
  if (!posted_.empty()) ADD_FAILURE() << posted_.size() << " tasks were posted and never run";
}

void ManualEventLoop::Post(Task task) {
  std::lock_guard lock(mutex_);
  posted_.push_back(std::move(task));
}

std::unique_ptr<Timer> ManualEventLoop::NewTimer(Task task) {
  return std::make_unique<ManualTimer>(*this, std::move(task));
}

std::unique_ptr<FdWatch> ManualEventLoop::Watch(int fd, uint32_t events, FdCallback callback) {
  return std::make_unique<ManualFdWatch>(*this, fd, events, std::move(callback));
}

size_t ManualEventLoop::RunPosted() {
  std::vector<Task> tasks;
  {
    std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) {
    task();
    task = nullptr;
  }
  return tasks.size();
}

void ManualEventLoop::RunUntilIdle() {
  for (int round = 0; round < kMostRounds; ++round) {
    const bool ran = RunPosted() > 0;
    if (!FireOneDueTimer() && !ran) return;
  }
  Die("still busy after very many rounds");
}

void ManualEventLoop::Advance(absl::Duration duration) {
  const absl::Time end = Now() + duration;
  RunUntilIdle();
  while (timers_.NextWake() <= end) {
    const absl::Time wake = timers_.NextWake();
    clock_.MoveTo(wake);
    // A heap entry that waits for its timer's later moment is only sorted in anew here.
    if (FireOneDueTimer()) RunUntilIdle();
  }
  clock_.MoveTo(end);
  RunUntilIdle();
}

bool ManualEventLoop::FireOneDueTimer() {
  TimerHeap::Alarm* alarm = timers_.PopDue(Now());
  if (alarm == nullptr) return false;
  static_cast<ManualTimer*>(alarm)->Fire();
  return true;
}

bool ManualEventLoop::Signal(int fd, uint32_t events) {
  const auto watch = watches_.find(fd);
  if (watch == watches_.end()) return false;
  const uint32_t wanted = events & (watch->second->events() | EPOLLERR | EPOLLHUP);
  if (wanted == 0) return false;
  watch->second->Fire(wanted);
  return true;
}

std::optional<uint32_t> ManualEventLoop::InterestOf(int fd) const {
  const auto watch = watches_.find(fd);
  if (watch == watches_.end()) return std::nullopt;
  return watch->second->events();
}

}  // namespace dirlease::testing
