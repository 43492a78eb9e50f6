#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <mutex>
#include <random>
#include <thread>

#include "bench/load/run.h"

namespace dirlease::bench {
namespace {

constexpr size_t kMostOutstanding = 10'000;

// Starts what is due. One thread starts, perhaps another takes answers.
class Schedule {
 public:
  Schedule(Load& load, Operations& operations, double per_second, double seconds)
      : load_(load), operations_(operations), gap_(per_second), next_(Clock::now()) {
    end_ =
        next_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  Clock::time_point next() const { return next_; }
  bool over() const { return next_ >= end_; }

  // Everything that should have been started by now.
  void StartDue() {
    for (bool any = false; !over(); any = true) {
      if (next_ > Clock::now()) {
        if (any) load_.Flush();
        return;
      }
      const size_t slot = TakeSlot();
      load_.Start(slot, operations_.Number(number_++));
      next_ +=
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap_(random_)));
    }
    load_.Flush();
  }

  void Note(const Answer& answer) {
    const std::lock_guard lock(mutex_);
    run_.Note(answer, scheduled_[answer.slot]);
    free_.push_back(answer.slot);
  }
  size_t outstanding() {
    const std::lock_guard lock(mutex_);
    return scheduled_.size() - free_.size();
  }
  Run& run() { return run_; }

 private:
  size_t TakeSlot() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      free_.push_back(scheduled_.size());
      scheduled_.emplace_back();
      if (scheduled_.size() > kMostOutstanding) next_ = end_;
    }
    const size_t slot = free_.back();
    free_.pop_back();
    scheduled_[slot] = next_;
    run_.most_outstanding =
        std::max<uint64_t>(run_.most_outstanding, scheduled_.size() - free_.size());
    return slot;
  }

  Load& load_;
  Operations& operations_;
  std::mt19937_64 random_{20231115};
  std::exponential_distribution<double> gap_;
  Clock::time_point next_, end_;
  uint64_t number_ = 0;
  std::mutex mutex_;
  std::vector<Clock::time_point> scheduled_;
  std::vector<size_t> free_;
  Run run_;
};

// Finer than gRPC's and libldap's own waiting.
void WaitUntil(Clock::time_point time) {
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(time - Clock::now()).count();
  if (left <= 0) return;
  constexpr int64_t kSecond = 1'000'000'000;
  const timespec wait{.tv_sec = static_cast<time_t>(left / kSecond), .tv_nsec = left % kSecond};
  ppoll(nullptr, 0, &wait, nullptr);
}

}  // namespace

Run OpenLoop(Load& load, Operations& operations, double per_second, double seconds) {
  constexpr std::chrono::milliseconds kLook{100};
  prctl(PR_SET_TIMERSLACK, 1);
  const double cpu = ClientCpuMicroseconds();
  const Clock::time_point begin = Clock::now();
  Schedule schedule(load, operations, per_second, seconds);
  const auto note = [&schedule](const Answer& answer) { schedule.Note(answer); };
  if (load.StartsFromAnyThread()) {
    std::atomic<bool> all_started = false;
    // gRPC's waiting is as fine as milliseconds; a thread of its own is finer.
    std::thread starter([&] {
      prctl(PR_SET_TIMERSLACK, 1);
      while (!schedule.over()) {
        WaitUntil(schedule.next());
        schedule.StartDue();
      }
      all_started = true;
    });
    while (!all_started || schedule.outstanding() > 0) load.Take(Clock::now() + kLook, note);
    starter.join();
  } else {
    while (!schedule.over()) {
      load.Take(schedule.next(), note);
      schedule.StartDue();
    }
    while (schedule.outstanding() > 0) load.Take(Clock::now() + kLook, note);
  }
  Run& run = schedule.run();
  run.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  run.client_us = ClientCpuMicroseconds() - cpu;
  return run;
}

}  // namespace dirlease::bench
