#include "ldap/lingering_close.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace dirlease {

namespace {
// A turn reads so much of what a flooding directory sends, not more: the loop has others to serve.
constexpr int kReadsPerTurn = 16;
constexpr size_t kOctetsPerRead = 16 * 1024;
}  // namespace

LingeringClose::LingeringClose(EventLoop& loop, UniqueFd socket, Callback callback)
    : socket_(std::move(socket)),
      callback_(std::move(callback)),
      watch_(loop.Watch(socket_.get(), EPOLLIN, [this](uint32_t) { OnReadable(); })),
      timer_(loop.NewTimer([this] { OnLimit(); })) {
  timer_->ArmAt(loop.Now() + kLimit);
}

void LingeringClose::OnReadable() {
  char dropped[kOctetsPerRead];
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const ssize_t count = recv(socket_.get(), dropped, sizeof dropped, 0);
    if (count > 0 || (count < 0 && errno == EINTR)) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    Close();
    return;
  }
}

void LingeringClose::OnLimit() {
  (void)shutdown(socket_.get(), SHUT_RDWR);
  Close();
}

void LingeringClose::Close() {
  watch_.reset();
  timer_->Disarm();
  socket_.Reset();
  Callback callback = std::move(callback_);
  if (callback) callback();
}

}  // namespace dirlease
