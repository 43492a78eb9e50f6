// Keeps connections that nobody wants any more until their sockets are closed in peace. Loop thread only.
#pragma once

#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "base/event_loop.h"
#include "ldap/connection.h"

namespace dirlease {

class Reaper final : private Connection::Observer {
 public:
  // `on_empty` (may be null) comes whenever the last one is gone. `loop` must outlive this.
  Reaper(EventLoop& loop, absl::AnyInvocable<void()> on_empty)
      : loop_(loop), on_empty_(std::move(on_empty)) {}

  // Unbinds it if that has not happened. REQUIRES: no exchange of it waits.
  void Take(std::unique_ptr<Connection> connection);
  bool empty() const { return connections_.empty(); }

 private:
  void OnPlaceFree() override {}
  void OnConnectionLost(const LdapResult&) override {}
  void Release(Connection* connection);

  EventLoop& loop_;
  absl::AnyInvocable<void()> on_empty_;
  absl::flat_hash_map<Connection*, std::unique_ptr<Connection>> connections_;
};

}  // namespace dirlease
