// The lines that a program writes to a pipe, kept by a thread of our own, and waiting for those
// that match. Patterns are POSIX extended regular expressions ([0-9], not \d). Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace dirlease::testing {

// A place in the log: "from here on".
struct LogMark {
  size_t line = 0;
};

class LogLines {
 public:
  LogLines() = default;
  ~LogLines() { Finish(); }

  // Starts to read a pipe; its lines go behind those of earlier ones. REQUIRES: none is being read.
  void Follow(UniqueFd pipe);
  // Waits for the end of the pipe, which its writer has closed or will.
  void Finish();

  LogMark Mark() const;
  // The lines since `since` that match now.
  std::vector<std::string> Matching(const std::string& pattern, LogMark since = {}) const;
  // Waits until at least `count` lines match and answers all that do. After the safety limit the
  // test has failed and fewer are answered.
  std::vector<std::string> WaitFor(const std::string& pattern, size_t count = 1,
                                   LogMark since = {}) const;
  // Waits until `condition`, called under the lock with each new set of lines, holds; false when it
  // does not within the safety limit. Fails no test.
  bool WaitUntil(const std::function<bool(const std::vector<std::string>&)>& condition) const;
  // The last lines, for messages.
  std::string Tail(size_t count = 20) const;

 private:
  void Read();

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> lines_;  // guarded by mutex_

  UniqueFd pipe_;
  std::thread reader_;
};

}  // namespace dirlease::testing
