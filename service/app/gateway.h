// The daemon without its process: loop, connector, leases and listener put together, and taken apart in the right order.
// Used by one thread, which is not the loop's.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "base/clock.h"
#include "base/epoll_event_loop.h"
#include "ldap/target_connector.h"
#include "rpc/grpc/server.h"
#include "session/session_manager.h"

namespace dirlease {

class Gateway {
 public:
  struct Settings {
    Server::Options server;
    SessionManager::Options sessions;
    std::vector<TargetConfig> targets;  // the first one is the default
  };

  // REQUIRES: InitialiseLibldap() was called.
  explicit Gateway(Settings settings);
  // Ends leases without grace if they were not drained.
  ~Gateway();

  // Listens and accepts calls; health follows the directories from now on. Empty, or why not. Call once.
  std::string Start();
  // HOST:PORT with the real port. REQUIRES: started.
  const std::string& address() const { return server_->address(); }

  // Health says NOT_SERVING, new leases are refused, operations have `grace`; `done` comes on the loop when every lease
  // has ended. Call at most once, before Stop.
  void Drain(absl::Duration grace, absl::AnyInvocable<void()> done);
  // Ends everything that still lives: the listener, then leases, then the loop.
  void Stop();

  // The directories' certificates are read again for later connections.
  void ReloadTls() { connector_->ReloadTls(); }

 private:
  // Runs the task on the loop and waits for it.
  void OnLoop(absl::AnyInvocable<void()> task);
  void EndLeases();

  Settings settings_;
  bool draining_ = false;
  std::promise<void> drained_;
  SteadyClock clock_;
  EpollEventLoop loop_;
  std::unique_ptr<TargetConnector> connector_;
  std::unique_ptr<SessionManager> manager_;  // created, used and destroyed on the loop
  std::unique_ptr<Server> server_;
};

}  // namespace dirlease
