// The connections of one lease beside its first one: to the same URI, bound as the lease is. One is added when
// operations wait for places, and closed when nothing ran on it for a while. That one cannot be added costs nobody
// anything.
//
//   Grow --> connecting, binding --> takes operations --idle, CloseAll: one unbind--> closing --socket closed--> gone
//                    \-- failed: not tried again for a while         \-- lost ------->--/
//
// Which operations need not run on the first connection: only those that leave nothing behind at their connection, and
// find nothing there (MayRunOnAnyConnection). ADR 15 has the reasons.
//
// Loop thread only. Owned by its lease's Session, which outlives it.
#pragma once

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "ldap/connection.h"
#include "ldap/connector.h"
#include "model/requests.h"
#include "session/bind_again.h"
#include "session/call_error.h"
#include "session/open_attempt.h"
#include "session/target.h"

namespace dirlease {

// Searches and compares, if every control of theirs is about this one request.
bool MayRunOnAnyConnection(const OperationRequest& request);

class ExtraConnections final {
 public:
  // One is closed when nothing ran on it for so long, or up to twice.
  static constexpr absl::Duration kIdleTime = absl::Seconds(30);
  // After an attempt that failed, and after a loss. Where the directory refused the bind there is none: the password may
  // be another one by now, and asking again and again locks accounts.
  static constexpr absl::Duration kRetryAfter = absl::Seconds(30);

  class Observer {
   public:
    virtual ~Observer() = default;
    // One more operation may find a place: one was added or cannot be, or has a place free again.
    virtual void OnExtraPlaceFree() = 0;
    // What waited for responses on `connection` was told. It is used no more.
    virtual void OnExtraLost(Connection& connection, const LdapResult& last_word) = 0;
    virtual bool CarriesOperation(const Connection& connection) const = 0;
  };
  struct Services {
    OpenAttempt::Services open;
    Target& target;
    TargetConfig config;  // the lease's own, with the URI that its first connection leads to and no other
    // What became of an attempt to add one; null = it was added.
    absl::AnyInvocable<void(const CallError*)> on_grown;
    absl::AnyInvocable<void(const LdapResult&)> on_lost;  // one that was added
  };

  // `observer` is the lease's Session.
  ExtraConnections(Services services, Observer& observer);
  // REQUIRES: closed().
  ~ExtraConnections();

  // Who the lease is from now on; null = it stays with its first connection. REQUIRES: CloseAll was called, or nothing
  // yet.
  void SetBind(BindAgain bind) { bind_ = std::move(bind); }

  bool has_place() const;
  // Where an operation that may run on any of them is sent: the first one, `first`, or one of these. One that is paused,
  // waiting for a slow reader, is taken only if all of them are and none may be added. Null: no place.
  Connection* Choose(Connection& first);
  // An operation waits for a place: adds one, if there may be one more.
  void Grow();

  // The lease's connections are numbered, its first one is 0. Else from 1: `connection` is one of these.
  int NumberOf(const Connection& connection) const;
  // Those that are bound, and those of them that are paused.
  size_t bound() const;
  size_t paused() const;

  // Unbinds them all, and forgets how to bind. REQUIRES: no operation on them.
  void CloseAll();
  bool closed() const { return extras_.empty(); }
  // `callback` comes once, within this call or later, when every socket is closed. REQUIRES: CloseAll was called.
  void WhenClosed(absl::AnyInvocable<void()> callback);

 private:
  class Extra;
  bool MayGrow() const;
  bool growing() const;
  void OnOpened(Extra& extra, const CallError* error);
  void OnLost(const LdapResult& last_word);
  void Remove(Extra& extra);

  Services services_;
  Observer& observer_;
  BindAgain bind_;
  std::vector<std::unique_ptr<Extra>> extras_;  // those that close too
  absl::Time no_growth_before_ = absl::InfinitePast();
  absl::AnyInvocable<void()> on_closed_;
};

}  // namespace dirlease
