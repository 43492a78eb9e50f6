// A file that lines are appended to, written by a thread of its own: whoever appends never waits
// for the disk. What waits for it is bounded. Lines are lost when more would wait, or when they
// cannot be written; both are counted, and the file itself says with a later line how many are
// missing ("lines lost"). Thread-safe.
#pragma once

#include <prometheus/counter.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "absl/time/time.h"
#include "base/unique_fd.h"

namespace dirlease {

class AuditFile {
 public:
  static constexpr size_t kMostWaitingOctets = 1 << 20;
  static constexpr absl::Duration kEndTime = absl::Seconds(2);

  // Of lost lines, by why. They outlive the file.
  struct Losses {
    prometheus::Counter& queue_full;
    prometheus::Counter& write_failed;
  };
  struct Opened {
    std::unique_ptr<AuditFile> file;  // null: see error
    std::string error;
  };

  // `path` is created, if need be, for its owner only; "-" = standard output.
  static Opened Open(const std::string& path, Losses losses);
  // Waits until all is written; for a pipe's reader no longer than kEndTime, then the rest is lost.
  ~AuditFile();
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;

  // `line` without its end.
  void Append(std::string_view line);
  // Opens the path again, behind the lines that wait: somebody has renamed the file. If that fails
  // the old one stays in use. Does not wait.
  void Reopen();

 private:
  AuditFile(std::string path, UniqueFd fd, Losses losses);

  void Run();
  // How much of it.
  size_t Write(std::string_view text);
  // False: it is over, and has been for too long.
  bool AwaitReader();
  // Answers how many lines are missing after it, of these and of `lost` earlier ones.
  uint64_t Put(std::string text, uint64_t lost);
  void OpenAgain();
  void TellFailure(int error);

  // Constant after construction.
  const std::string path_;
  const Losses losses_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;  // guarded by mutex_, as all that follow
  uint64_t lost_ = 0;    // lines that the file does not speak of yet
  bool reopen_ = false;
  bool ending_ = false;
  bool full_ = false;  // the log was told
  absl::Time end_time_ = absl::InfiniteFuture();

  // The thread's own.
  UniqueFd fd_;
  bool torn_ = false;     // its last line has no end
  bool failing_ = false;  // the log was told
  std::thread thread_;
};

}  // namespace dirlease
