// One line on the terminal that counts entries, rewritten a few times a second. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>

namespace dirlease::cli {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  // Disabled, it writes nothing.
  Progress(std::ostream& err, bool enabled, Clock::time_point start)
      : err_(err), enabled_(enabled), start_(start) {}
  // Takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(int64_t entries, Clock::time_point now);

 private:
  std::ostream& err_;
  const bool enabled_;
  const Clock::time_point start_;
  Clock::time_point last_{};
  bool shown_ = false;
};

// Entries per second, 0 for no time.
int64_t Rate(int64_t entries, std::chrono::nanoseconds elapsed);

}  // namespace dirlease::cli
