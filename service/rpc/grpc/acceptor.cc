#include "rpc/grpc/acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/log.h"

namespace dirlease {

namespace {

// How long those who connect wait in the kernel's queue when the process has no descriptor left.
constexpr int kNoDescriptorsMilliseconds = 100;
constexpr absl::Duration kWarningInterval = absl::Seconds(10);

// For now; the next connection may well succeed.
bool IsShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Acceptor::Acceptor(std::vector<UniqueFd> listeners, size_t most_connections, Receiver receiver)
    : listeners_(std::move(listeners)),
      receiver_(std::move(receiver)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      count_(most_connections),
      thread_([this] { Run(); }) {}

Acceptor::~Acceptor() { Stop(); }

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_.get(), 1);
  thread_.join();
  listeners_.clear();
}

void Acceptor::Run() {
  std::vector<pollfd> polled = {{stop_.get(), POLLIN, 0}};
  for (const UniqueFd& listener : listeners_) polled.push_back({listener.get(), POLLIN, 0});
  while (polled[0].revents == 0) {
    for (size_t i = 0; i < listeners_.size() && !no_descriptors_; ++i) {
      if (polled[i + 1].revents != 0) Accept(listeners_[i]);
    }
    const bool pause = std::exchange(no_descriptors_, false);
    for (pollfd& one : polled) one.revents = 0;
    poll(polled.data(), pause ? 1 : polled.size(), pause ? kNoDescriptorsMilliseconds : -1);
    if (!pause) continue;
    for (size_t i = 1; i < polled.size(); ++i) polled[i].revents = POLLIN;
  }
}

void Acceptor::Accept(const UniqueFd& listener) {
  const int socket = accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) {
    no_descriptors_ = IsShortage(errno);
    if (no_descriptors_) {
      Warn("no descriptor left for a connection",
           "raise the descriptor limit, or lower grpc.max_connections");
    }
  } else if (count_.Add(socket, clock_.Now())) {
    receiver_(listener.get(), socket);
  } else {
    Refuse(socket);
  }
}

void Acceptor::Refuse(int socket) {
  // Without the kernel's own memory of it.
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(socket);
  ++refused_;
  Warn("connections refused", "raise grpc.max_connections");
}

void Acceptor::Warn(std::string_view what, std::string_view mend) {
  if (clock_.Now() < next_warning_) return;
  next_warning_ = clock_.Now() + kWarningInterval;
  log::Warning(what, {{"refused", std::exchange(refused_, 0)}, {"mend", mend}});
}

}  // namespace dirlease
