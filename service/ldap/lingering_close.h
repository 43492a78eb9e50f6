// Closes a socket behind an LDAP unbind in peace: reads and drops what the directory still sends
// until it closes its side, so that neither a reset overtakes the unbind nor the time of waiting
// (TIME_WAIT) falls to us. Loop thread only.
#pragma once

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "base/unique_fd.h"

namespace dirlease {

class LingeringClose {
 public:
  using Callback = absl::AnyInvocable<void()>;

  // A directory that has not closed by then is not waited for.
  static constexpr absl::Duration kLimit = absl::Seconds(1);

  // The callback (may be null) comes once, when the socket is closed, never inside the constructor;
  // it may destroy this. `loop` must outlive this. Destroyed earlier: the socket is closed at once,
  // without callback.
  LingeringClose(EventLoop& loop, UniqueFd socket, Callback callback);
  LingeringClose(const LingeringClose&) = delete;
  LingeringClose& operator=(const LingeringClose&) = delete;

 private:
  void OnReadable();
  void OnLimit();
  void Close();

  UniqueFd socket_;
  Callback callback_;
  std::unique_ptr<FdWatch> watch_;
  std::unique_ptr<Timer> timer_;
};

}  // namespace dirlease
