// Host names to addresses without blocking the loop. Loop thread only.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "base/event_loop.h"
#include "ldap/worker_pool.h"

namespace dirlease {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

struct Resolution {
  std::vector<SocketAddress> addresses;  // in the system's order of preference, without port
  std::string error;                     // why there are none
};

// getaddrinfo, blocking, for stream sockets.
Resolution LookUpHost(const std::string& host);
void SetPort(SocketAddress& address, int port_number);
// Without port.
std::string ToText(const SocketAddress& address);

class Resolver {
 public:
  using Lookup = std::function<Resolution(const std::string& host)>;
  using Callback = absl::AnyInvocable<void(const Resolution&)>;
  // Destroying it cancels: no callback comes any more.
  class Waiter {
   public:
    virtual ~Waiter() = default;
  };

  // `loop` and `pool` must outlive the resolver, `pool` be stopped before `loop` is destroyed.
  // `lookup` runs on the pool's threads.
  Resolver(EventLoop& loop, WorkerPool& pool, Lookup lookup = LookUpHost);
  ~Resolver();

  // The callback comes at most once, never inside this call; it may destroy its waiter. A lookup of
  // the same host that is on its way is shared.
  std::unique_ptr<Waiter> Resolve(const std::string& host, Callback callback);

 private:
  class SharedWaiter;

  void Finish(const std::string& host, const Resolution& resolution);

  EventLoop& loop_;
  WorkerPool& pool_;
  const Lookup lookup_;
  std::map<std::string, std::vector<std::weak_ptr<Callback>>> in_flight_;
  // Tasks in the loop's queue hold it weakly: they find nothing when this is gone.
  const std::shared_ptr<Resolver*> self_ = std::make_shared<Resolver*>(this);
};

}  // namespace dirlease
