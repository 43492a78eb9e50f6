// One TCP connection to the first of several addresses that answers, made on the loop without
// blocking it. Loop thread only.
#pragma once

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "base/unique_fd.h"
#include "ldap/connector.h"
#include "ldap/resolver.h"

namespace dirlease {

class TcpConnect {
 public:
  // Non-blocking, TCP_NODELAY, with keepalive and a limit for unacknowledged data (about a minute
  // and half a minute until a vanished directory is noticed). Invalid: `failure` says per address
  // what went wrong.
  using Callback = absl::AnyInvocable<void(UniqueFd socket, ConnectFailure failure)>;

  // Tries the addresses (ports set) in order, each for its share of what is left until `deadline`,
  // so one that drops packets does not use up the others' time. The callback comes once, never
  // inside the constructor; it may destroy this. `loop` must outlive this.
  TcpConnect(EventLoop& loop, std::vector<SocketAddress> addresses, absl::Time deadline,
             Callback callback);
  TcpConnect(const TcpConnect&) = delete;
  TcpConnect& operator=(const TcpConnect&) = delete;

 private:
  void OnTimer();
  void TryNext();
  // 0, or what is wrong.
  int Start(const SocketAddress& address);
  void OnWritable();
  void FailAddress(int error);
  void Finish(UniqueFd socket);

  EventLoop& loop_;
  const std::vector<SocketAddress> addresses_;
  const absl::Time deadline_;
  Callback callback_;
  size_t next_ = 0;  // address to try
  UniqueFd socket_;  // valid while one is tried
  std::unique_ptr<FdWatch> watch_;
  std::unique_ptr<Timer> timer_;
  ConnectFailure failure_;
};

}  // namespace dirlease
