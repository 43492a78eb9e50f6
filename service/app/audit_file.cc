#include "app/audit_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "base/log.h"

namespace dirlease {

namespace {

constexpr char kStandardOutput[] = "-";

UniqueFd OpenToAppend(const std::string& path) {
  if (path == kStandardOutput) return UniqueFd(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  // A pipe that nobody reads is refused instead of waited for.
  UniqueFd fd(
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600));
  if (fd.valid()) fcntl(fd.get(), F_SETFL, O_APPEND);
  return fd;
}

bool IsPipe(int fd) {
  struct stat file {};
  return fstat(fd, &file) == 0 && !S_ISREG(file.st_mode);
}

uint64_t LinesIn(std::string_view text) {
  return static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

AuditFile::Opened AuditFile::Open(const std::string& path, Losses losses) {
  UniqueFd fd = OpenToAppend(path);
  if (!fd.valid()) return {nullptr, "cannot write " + path + ": " + strerror(errno)};
  return {std::unique_ptr<AuditFile>(new AuditFile(path, std::move(fd), losses)), ""};
}

AuditFile::AuditFile(std::string path, UniqueFd fd, Losses losses)
    : path_(std::move(path)), losses_(losses), fd_(std::move(fd)), thread_([this] { Run(); }) {}

AuditFile::~AuditFile() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    end_time_ = absl::Now() + kEndTime;
  }
  changed_.notify_one();
  thread_.join();
}

void AuditFile::Append(std::string_view line) {
  bool was_full = false, full = false;
  {
    std::lock_guard lock(mutex_);
    full = waiting_.size() + line.size() >= kMostWaitingOctets;
    was_full = std::exchange(full_, full);
    if (full) {
      ++lost_;
    } else {
      waiting_ += line;
      waiting_ += '\n';
    }
  }
  changed_.notify_one();
  if (!full) return;
  losses_.queue_full.Increment();
  if (!was_full) {
    log::Error("audit log is not written fast enough, lines are lost", {{"key", "audit_log"}, {"path", path_}});
  }
}

void AuditFile::Reopen() {
  {
    std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  changed_.notify_one();
}

void AuditFile::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !waiting_.empty() || reopen_ || ending_; });
    if (waiting_.empty() && !reopen_) return;
    std::string text = std::exchange(waiting_, {});
    const bool reopen = std::exchange(reopen_, false);
    const uint64_t lost = std::exchange(lost_, 0);
    lock.unlock();
    const uint64_t missing = Put(std::move(text), lost);
    if (reopen) OpenAgain();
    lock.lock();
    lost_ += missing;
  }
}

size_t AuditFile::Write(std::string_view text) {
  const bool pipe = IsPipe(fd_.get());
  size_t written = 0;
  while (written < text.size()) {
    if (pipe && !AwaitReader()) break;
    const size_t most = pipe ? PIPE_BUF : text.size();  // what a writable pipe takes without waiting
    const ssize_t count = write(fd_.get(), text.data() + written, std::min(most, text.size() - written));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    written += static_cast<size_t>(count);
  }
  return written;
}

bool AuditFile::AwaitReader() {
  constexpr int kLookMilliseconds = 100;
  pollfd pipe{fd_.get(), POLLOUT, 0};
  while (poll(&pipe, 1, kLookMilliseconds) == 0) {
    std::lock_guard lock(mutex_);
    if (absl::Now() < end_time_) continue;
    errno = ETIMEDOUT;
    return false;
  }
  return true;
}

uint64_t AuditFile::Put(std::string text, uint64_t lost) {
  if (text.empty()) return lost;
  if (torn_) torn_ = Write("\n") == 0;
  const size_t said_from = text.size();
  if (lost > 0) {
    text += log::FormatLine(log::Format::kJson, absl::Now(), log::Level::kWarning, "lines lost",
                            {{"lines", lost}});
    text += '\n';
  }
  const size_t written = Write(text);
  if (written == text.size()) {
    torn_ = false;
    if (std::exchange(failing_, false)) log::Info("audit log is written again", {{"path", path_}});
    return 0;
  }
  TellFailure(errno);
  if (written > 0) torn_ = text[written - 1] != '\n';
  if (written >= said_from) return lost;
  const uint64_t missing = LinesIn(std::string_view(text).substr(0, said_from).substr(written));
  losses_.write_failed.Increment(static_cast<double>(missing));
  return lost + missing;
}

void AuditFile::TellFailure(int error) {
  if (std::exchange(failing_, true)) return;
  log::Error("audit log cannot be written, lines are lost",
             {{"key", "audit_log"}, {"path", path_}, {"error", strerror(error)}});
}

void AuditFile::OpenAgain() {
  UniqueFd fd = OpenToAppend(path_);
  if (!fd.valid()) {
    log::Error("audit log cannot be opened again, the old file stays in use",
               {{"key", "audit_log"}, {"path", path_}, {"error", strerror(errno)}});
    return;
  }
  fd_ = std::move(fd);
  torn_ = false;
}

}  // namespace dirlease
