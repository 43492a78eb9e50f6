#include "cli/interrupts.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <system_error>

namespace dirlease::cli {

void Interrupts::Raise(int signal_number) {
  std::lock_guard lock(mutex_);
  if (signal_number_ == 0) signal_number_ = signal_number;
  if (listener_) listener_();
}

int Interrupts::signal_number() const {
  std::lock_guard lock(mutex_);
  return signal_number_;
}

void Interrupts::SetListener(std::function<void()> listener) {
  std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
  if (listener_ && signal_number_ != 0) listener_();
}

SignalWatcher::SignalWatcher(Interrupts& interrupts) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_fd_ = signalfd(-1, &signals, SFD_CLOEXEC);
  stop_fd_ = eventfd(0, EFD_CLOEXEC);
  if (signals_fd_ < 0 || stop_fd_ < 0)
    throw std::system_error(errno, std::generic_category(), "signalfd");
  thread_ = std::thread([this, &interrupts] { Watch(interrupts); });
}

SignalWatcher::~SignalWatcher() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_fd_, &one, sizeof one);
  thread_.join();
  close(signals_fd_);
  close(stop_fd_);
}

void SignalWatcher::Watch(Interrupts& interrupts) {
  pollfd watched[] = {{signals_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}};
  while (true) {
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents != 0) return;
    signalfd_siginfo info;
    if (read(signals_fd_, &info, sizeof info) == sizeof info)
      interrupts.Raise(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace dirlease::cli
