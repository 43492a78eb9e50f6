// Calls of one kind, as many at once as were asked for, each on a thread of its own that starts the
// next when one ends. No call begins after the run's time; those that run then are awaited and
// counted. A worker whose calls all fail gives up after kMaxFailuresInARow of them, so that a
// gateway in trouble is not hammered. Made for one Run().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "cli/bench/load_figures.h"
#include "cli/interrupts.h"

namespace dirlease::cli {

class LoadRun {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kMaxFailuresInARow = 100;

  struct Call {
    CallStatus status;
    Clock::time_point start;
    Clock::time_point end;
    // No entry = unset.
    Clock::time_point first_entry{};
    int64_t entries = 0;
  };
  // Makes call number `number`, from 0. Runs on several threads at once.
  using Caller = std::function<Call(int64_t number)>;

  struct Limits {
    int concurrency = 1;
    int64_t calls = 0;
    // Unset = the calls alone end the run.
    std::optional<std::chrono::milliseconds> duration;
  };

  LoadRun(const Limits& limits, Caller caller, const Interrupts& interrupts)
      : limits_(limits), caller_(std::move(caller)), interrupts_(interrupts) {}

  LoadFigures Run();

  // `interrupted`: what was cancelled does not count.
  static void Note(const Call& call, bool interrupted, LoadFigures& figures);

 private:
  LoadFigures Work(Clock::time_point start);
  bool GoesOn(Clock::time_point start, int64_t number) const;

  const Limits limits_;
  const Caller caller_;
  const Interrupts& interrupts_;
  std::atomic<int64_t> next_{0};
};

}  // namespace dirlease::cli
