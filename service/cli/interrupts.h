// Where a signal meets the running command. Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace dirlease::cli {

class Interrupts {
 public:
  // Notes the signal, then runs the listener on the calling thread.
  void Raise(int signal_number);
  // The first signal so far, 0 = none.
  int signal_number() const;
  // At most one listener; an empty one takes it away. Blocks while a listener runs, so what it
  // captured may be destroyed afterwards. A signal that came earlier is told at once.
  void SetListener(std::function<void()> listener);

 private:
  mutable std::mutex mutex_;
  std::function<void()> listener_;
  int signal_number_ = 0;
};

// Turns SIGINT, SIGTERM and SIGHUP into Raise() on a thread of its own, where anything may be
// called, unlike in a signal handler. REQUIRES: made before any other thread, since the threads
// started later inherit the blocked signals.
class SignalWatcher {
 public:
  explicit SignalWatcher(Interrupts& interrupts);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  void Watch(Interrupts& interrupts);

  int signals_fd_ = -1;
  int stop_fd_ = -1;
  std::thread thread_;
};

}  // namespace dirlease::cli
