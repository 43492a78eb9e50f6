// The one-threaded world in which leases, operations and LDAP handles live. Post is the only door from other threads.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace dirlease {

// A one-shot alarm on the loop. Loop thread only. Destroying it disarms it. Re-arming later than before costs nothing
// until the earlier moment comes (the heap entry is moved lazily), so "renew the lease" is one store.
class Timer {
 public:
  virtual ~Timer() = default;
  // Runs the task once at or soon after `when`; replaces what was armed before. absl::InfiniteFuture() disarms.
  virtual void ArmAt(absl::Time when) = 0;
  virtual void Disarm() = 0;
};

// Interest in a descriptor, level-triggered. Loop thread only. Destroying it ends the interest; the descriptor stays
// the caller's, who must keep it open as long as this lives. No callback comes after destruction.
class FdWatch {
 public:
  virtual ~FdWatch() = default;
  // `events`: EPOLLIN | EPOLLOUT | 0. Errors and hang-ups are always told (EPOLLERR, EPOLLHUP).
  virtual void SetInterest(uint32_t events) = 0;
};

class EventLoop {
 public:
  using Task = absl::AnyInvocable<void()>;
  using FdCallback = absl::AnyInvocable<void(uint32_t events)>;

  // REQUIRES: no Timer or FdWatch of this loop lives any more.
  virtual ~EventLoop() = default;

  // Thread-safe. Runs the task later on the loop thread, in order of posting; never inside Post, also when called on
  // the loop. Tasks posted after the loop has stopped are destroyed without having run.
  virtual void Post(Task task) = 0;
  // Thread-safe.
  virtual bool InLoopThread() const = 0;

  // Loop thread only, all that follow.
  virtual absl::Time Now() const = 0;
  virtual std::unique_ptr<Timer> NewTimer(Task task) = 0;
  virtual std::unique_ptr<FdWatch> Watch(int fd, uint32_t events, FdCallback callback) = 0;

  // Destroys `object` in a later turn: for objects that may be on the call stack now.
  template <typename T>
  void DeferDelete(std::unique_ptr<T> object) {
    Post([object = std::move(object)] {});
  }
};

}  // namespace dirlease
