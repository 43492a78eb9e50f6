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
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Signals::Event Signals::Wait() const {
  const sigset_t signals = WatchedSignals();
  int number = 0;
  sigwait(&signals, &number);
  if (number == SIGHUP) return Event::kReload;
  return number == kWakeSignal ? Event::kWoken : Event::kTerminate;
}

void Signals::Wake() const { kill(getpid(), kWakeSignal); }

}  // namespace dirlease
