#include "ldap/tcp_connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace dirlease {

namespace {

constexpr int kKeepaliveIdleSeconds = 30;
constexpr int kKeepaliveIntervalSeconds = 10;
constexpr int kKeepaliveProbes = 3;
// Longer than all probes take: it ends a silent connection instead of their number (tcp(7)), and a single lost probe would
// end a lease.
constexpr unsigned kUserTimeoutMilliseconds = 65'000;

// A system that refuses one of these is still a system to work on.
void SetSocketOptions(int fd) {
  const auto set = [fd](int level, int option, auto value) {
    (void)setsockopt(fd, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kKeepaliveProbes);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMilliseconds);
}

ConnectFailure::Kind KindOf(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case EADDRNOTAVAIL:
    case ENOBUFS:
    case ENOMEM:
      return ConnectFailure::Kind::kResources;
    case ETIMEDOUT:
      return ConnectFailure::Kind::kTimeout;
    default:
      return ConnectFailure::Kind::kUnreachable;
  }
}

}  // namespace

TcpConnect::TcpConnect(EventLoop& loop, std::vector<SocketAddress> addresses, absl::Time deadline,
                       Callback callback)
    : loop_(loop),
      addresses_(std::move(addresses)),
      deadline_(deadline),
      callback_(std::move(callback)),
      timer_(loop.NewTimer([this] { OnTimer(); })) {
  // The first address too, so that the callback never comes inside the constructor.
  timer_->ArmAt(loop_.Now());
}

void TcpConnect::OnTimer() {
  if (socket_.valid()) FailAddress(ETIMEDOUT);
  TryNext();
}

void TcpConnect::TryNext() {
  while (next_ < addresses_.size()) {
    const auto left = static_cast<int64_t>(addresses_.size() - next_);
    const int error = Start(addresses_[next_++]);
    if (error == 0) {
      timer_->ArmAt(loop_.Now() + (deadline_ - loop_.Now()) / left);
      return;
    }
    FailAddress(error);
  }
  Finish(UniqueFd());
}

int TcpConnect::Start(const SocketAddress& address) {
  const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  socket_.Reset(socket(address.storage.ss_family, type, 0));
  if (!socket_.valid()) return errno;
  SetSocketOptions(socket_.get());
  const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
  if (connect(socket_.get(), name, address.length) != 0 && errno != EINPROGRESS) return errno;
  watch_ = loop_.Watch(socket_.get(), EPOLLOUT, [this](uint32_t) { OnWritable(); });
  return 0;
}

void TcpConnect::OnWritable() {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  if (error == 0) {
    watch_.reset();
    Finish(std::move(socket_));
    return;
  }
  FailAddress(error);
  TryNext();
}

void TcpConnect::FailAddress(int error) {
  watch_.reset();
  socket_.Reset();
  if (!failure_.text.empty()) failure_.text += ", ";
  failure_.text += ToText(addresses_[next_ - 1]) + ": " + strerror(error);
  if (failure_.kind != ConnectFailure::Kind::kResources) failure_.kind = KindOf(error);
}

void TcpConnect::Finish(UniqueFd socket) {
  timer_->Disarm();
  Callback callback = std::move(callback_);
  callback(std::move(socket), std::move(failure_));
}

}  // namespace dirlease
