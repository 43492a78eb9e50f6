#include "cli/cookie_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/secrets.h"

namespace dirlease::cli {
namespace {

// Down to the disk: a name that outlives a crash with an empty file behind it would be a lost resume point.
bool WriteWhole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0;
}

}  // namespace

std::optional<std::string> CookieFile::Read() const {
  if (access(path_.c_str(), F_OK) != 0 && errno == ENOENT) return std::string();
  return ReadFile(path_);
}

bool CookieFile::Replace(std::string_view cookie) const {
  const std::string fresh = path_ + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  const bool written = WriteWhole(fd, cookie);
  const bool closed = close(fd) == 0;
  if (written && closed && rename(fresh.c_str(), path_.c_str()) == 0) return true;
  const int cause = errno;
  unlink(fresh.c_str());
  errno = cause;
  return false;
}

}  // namespace dirlease::cli
