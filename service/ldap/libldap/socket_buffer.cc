#include "ldap/libldap/socket_buffer.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>

#include "base/secret.h"

namespace dirlease {

namespace {
// A longer output buffer is not kept for the next time.
constexpr size_t kKeptOutputOctets = 16 * 1024;
// The socket is asked to take so much without waiting for the end of the turn.
constexpr size_t kMuchOutputOctets = 64 * 1024;
}  // namespace

SocketBuffer::~SocketBuffer() {
  ReturnBuffer();
  Wipe(unsent_);
}

LdapHandle::Filled SocketBuffer::Fill() {
  assert(!has_input());
  if (input_ == nullptr) input_ = BorrowInputBuffer();
  ssize_t count;
  do {
    count = recv(fd(), input_.get(), kInputBufferOctets, 0);
  } while (count < 0 && errno == EINTR);
  if (count > 0) {
    begin_ = 0;
    end_ = static_cast<size_t>(count);
    return LdapHandle::Filled::kData;
  }
  const int error = errno;
  ReturnBuffer();
  if (count == 0) return LdapHandle::Filled::kEof;
  if (error == EAGAIN || error == EWOULDBLOCK) return LdapHandle::Filled::kWouldBlock;
  read_error_ = error;
  return LdapHandle::Filled::kError;
}

ssize_t SocketBuffer::Take(void* to, size_t most) {
  if (!has_input() && (!deadline_ || !WaitForInput())) {
    errno = EWOULDBLOCK;
    if (!deadline_) return -1;
    errno = timed_out_ ? ETIMEDOUT : read_error_;
    return errno == 0 ? 0 : -1;
  }
  const size_t count = std::min(most, end_ - begin_);
  memcpy(to, input_.get() + begin_, count);
  Skip(count);
  return static_cast<ssize_t>(count);
}

void SocketBuffer::Skip(size_t count) {
  begin_ += count;
  if (!has_input()) ReturnBuffer();
}

ssize_t SocketBuffer::Put(const void* from, size_t count) {
  if (!dead_) Append({static_cast<const char*>(from), count});
  if (unsent_octets() >= kMuchOutputOctets) Flush();
  if (!dead_) return static_cast<ssize_t>(count);
  errno = EPIPE;
  return -1;
}

// As append, but a buffer that is given up for a larger one is wiped: a bind's password may be in it.
void SocketBuffer::Append(std::string_view octets) {
  if (unsent_.capacity() - unsent_.size() < octets.size()) {
    std::string larger;
    larger.reserve(2 * (unsent_octets() + octets.size()));
    larger.append(unsent_, std::exchange(sent_, 0));
    unsent_.swap(larger);
    Wipe(larger);
  }
  unsent_.append(octets);
}

bool SocketBuffer::Flush() {
  if (unsent_octets() == 0) return !dead_;
  sent_ += Send(unsent_.data() + sent_, unsent_octets());
  if (unsent_octets() > 0) {
    // Keeps the buffer from growing while the reader is slow but never idle.
    if (sent_ > unsent_.size() / 2) unsent_.erase(0, std::exchange(sent_, 0));
    return !dead_;
  }
  Wipe(unsent_);  // a bind's password was in it
  sent_ = 0;
  if (unsent_.capacity() > kKeptOutputOctets) unsent_.shrink_to_fit();
  return !dead_;
}

size_t SocketBuffer::Send(const char* from, size_t count) {
  size_t sent = 0;
  while (!dead_ && sent < count) {
    const ssize_t taken = send(fd(), from + sent, count - sent, MSG_NOSIGNAL);
    if (taken >= 0) {
      sent += static_cast<size_t>(taken);
      written_ += static_cast<uint64_t>(taken);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      dead_ = true;
    }
  }
  return sent;
}

bool SocketBuffer::WaitForInput() {
  for (;;) {
    Flush();
    const LdapHandle::Filled filled = Fill();
    if (filled != LdapHandle::Filled::kWouldBlock) return filled == LdapHandle::Filled::kData;
    if (!Poll()) return false;
  }
}

bool SocketBuffer::Poll() {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - std::chrono::steady_clock::now());
  if (left.count() <= 0) {
    timed_out_ = true;
    return false;
  }
  pollfd interest{.fd = fd(), .events = POLLIN, .revents = 0};
  if (unsent_octets() > 0 && !dead_) interest.events |= POLLOUT;
  (void)poll(&interest, 1, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
  return true;
}

void SocketBuffer::ReturnBuffer() {
  begin_ = end_ = 0;
  if (input_ != nullptr) ReturnInputBuffer(std::move(input_));
}

}  // namespace dirlease
