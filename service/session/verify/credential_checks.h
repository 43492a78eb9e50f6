// Is this password right? Checked by binding, on a few connections per target that are kept for it and never become
// leases. Those that wait are served caller by caller in turn; who guesses wrong too often is refused before the directory
// is asked.
//
// Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "model/requests.h"
#include "session/call_error.h"
#include "session/open_attempt.h"
#include "session/open_request.h"
#include "session/target.h"
#include "session/telemetry.h"
#include "session/verify/check_connection.h"
#include "session/verify/failed_binds.h"
#include "session/verify/turns.h"

namespace dirlease {

class CredentialChecks final : private CheckConnection::Owner {
 public:
  using Ticket = uint64_t;  // 0 = none
  // An OperationEnd with the directory's result, success or not; or why there is none. Comes at most once.
  using Callback = absl::AnyInvocable<void(CallError)>;

  struct Options {
    size_t most_connections = 4;  // to one target
    size_t most_waiting = 1'000;  // for one target, a quarter of them of one caller; their requests take memory
    FailedBinds::Options failed_binds;
  };

  // All of `services` and `telemetry` outlive this. `on_empty` comes whenever the last connection is gone.
  CredentialChecks(const OpenAttempt::Services& services, Options options, Telemetry& telemetry,
                   absl::AnyInvocable<void()> on_empty);

  // `bind` has a name and a password. The callback may come within this call. `target` outlives the check.
  Ticket Check(const Caller& caller, Target& target, BindRequest bind, Callback callback);
  // No callback comes any more. A bind that was sent goes on, since it cannot be abandoned, and counts if it fails; but if
  // others wait for its connection, that ends with it.
  void Cancel(Ticket ticket);

  // Closes connections that are idle, and the others after their check, until no more come. For a drain.
  void CloseIdle();
  // Ends every check, telling `failure`.
  void FailAll(const Failure& failure);

  // No check, no connection.
  bool empty() const { return pools_.empty(); }

 private:
  struct Pending {
    Ticket ticket = 0;
    Caller caller;
    Target* target = nullptr;
    BindRequest bind;
    FailedBinds::Key key;
    Callback callback;     // null: cancelled
    bool retried = false;  // it was lost on a connection that the directory had closed
  };
  struct Worker {
    std::unique_ptr<CheckConnection> connection;
    std::unique_ptr<Pending> pending;  // null: idle
  };
  struct Pool {
    Turns<std::unique_ptr<Pending>> waiting;
    std::vector<Worker> workers;  // at most most_connections
  };

  void OnChecked(CheckConnection& connection, CallError answer) override;
  void OnGone(CheckConnection& connection) override;

  // Hands waiting checks to connections, as long as there are both; then forgets a pool that is empty.
  void Pump(Target& target);
  // One that is free, or null.
  Worker* FreeWorker(Target& target, Pool& pool);
  // Ends a connection that nobody waits for any more. False: there is none.
  bool GiveUpCancelled(Pool& pool);
  // Who waits already as often as one caller or all may.
  std::optional<Failure> RefusalToWait(Pool& pool, std::string_view caller) const;
  void Finish(Pending& pending, CallError answer);
  std::optional<Failure> Refusal(const FailedBinds::Key& key) const;
  static void Remove(Pool& pool, const CheckConnection& connection);

  const OpenAttempt::Services services_;
  const Options options_;
  Telemetry& telemetry_;
  absl::AnyInvocable<void()> on_empty_;
  FailedBinds failed_binds_;
  Ticket last_ticket_ = 0;
  bool closing_ = false;
  absl::flat_hash_map<Target*, std::unique_ptr<Pool>> pools_;  // of those targets for which there is something
};

}  // namespace dirlease
