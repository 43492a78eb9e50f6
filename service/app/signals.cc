#include "app/signals.h"

#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace dirlease {

namespace {

constexpr int kWakeSignal = SIGUSR1;

sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGTERM, SIGINT, SIGHUP, kWakeSignal}) sigaddset(&signals, one);
  return signals;
}

}  // namespace

Signals::Signals() {
  // A log file at its largest size is a failed write, not the end.
  signal(SIGXFSZ, SIG_IGN);
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Signals::Event Signals::Wait(absl::Duration timeout) const {
  const sigset_t signals = WatchedSignals();
  int number = 0;
  if (timeout == absl::InfiniteDuration()) {
    sigwait(&signals, &number);
  } else {
    const timespec limit = absl::ToTimespec(timeout);
    // What interrupts it, such as a debugger, counts as its end.
    number = sigtimedwait(&signals, nullptr, &limit);
  }
  if (number < 0) return Event::kTimeout;
  if (number == SIGHUP) return Event::kReload;
  return number == kWakeSignal ? Event::kWoken : Event::kTerminate;
}

void Signals::Wake() const { kill(getpid(), kWakeSignal); }

}  // namespace dirlease
