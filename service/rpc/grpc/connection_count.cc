#include "rpc/grpc/connection_count.h"

#include <sys/stat.h>

#include <optional>

namespace dirlease {

namespace {

// A storm on a full listener must not make looking our main business: after a look over n sockets,
// some microsecond each, there is none for 20 times as long.
constexpr absl::Duration kRestForEachSocket = absl::Microseconds(20);

std::optional<ino_t> SocketOf(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
  return status.st_ino;
}

}  // namespace

bool ConnectionCount::Add(int fd, absl::Time now) {
  const auto socket = SocketOf(fd);
  if (!socket) return false;
  if (open_.size() >= most_ && !open_.contains(fd) && now >= next_look_) {
    ForgetClosed();
    next_look_ = now + kRestForEachSocket * static_cast<int64_t>(most_);
  }
  if (open_.size() >= most_ && !open_.contains(fd)) return false;
  open_[fd] = *socket;
  return true;
}

void ConnectionCount::ForgetClosed() {
  absl::erase_if(open_, [](const auto& one) { return SocketOf(one.first) != one.second; });
}

}  // namespace dirlease
