// Leases that are being opened: one bind each, awaited by everybody who asked for it with the same request id. Loop thread
// only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/crypto.h"
#include "session/bind_again.h"
#include "session/bound_identity.h"
#include "session/open_attempt.h"
#include "session/open_request.h"
#include "session/opened_lease.h"
#include "session/target.h"
#include "session/telemetry.h"

namespace dirlease {

struct Opening {
  using Ticket = uint64_t;  // 0 = none
  struct Waiter {
    Ticket ticket;
    OpenCallback callback;
  };

  Caller caller;
  Target* target = nullptr;
  std::string label;
  BoundIdentity identity;  // once it is bound
  const TargetConfig* config = nullptr;  // as OpenAttempt has it
  BindAgain bind_again = {};             // where a lease of the target may have several connections
  absl::Duration ttl;
  std::string request_key;  // empty = without request id
  Digest request_digest;    // of nothing without request id
  std::vector<Waiter> waiters;
};

class Openings {
 public:
  // Hears how each ended, unless it was cancelled.
  using OnDone = absl::AnyInvocable<void(Opening&, OpenAttempt::Result)>;
  enum class Joined {
    kNo,         // nobody opens with this key
    kYes,        // the waiter was taken
    kDifferent,  // somebody does, with another request
  };

  // `telemetry` hears of each that failed, was cancelled or was ended. It must outlive this.
  Openings(OpenAttempt::Services services, Telemetry& telemetry, OnDone on_done);

  // Takes `waiter` only if it joined.
  Joined Join(const std::string& key, const Digest& digest, Opening::Waiter& waiter);
  void Start(Opening opening, BindRequest bind);
  // After it the ticket's callback does not come. True: it was the last that waited, its bind has ended.
  bool Cancel(Opening::Ticket ticket);
  // Ends every bind, telling `failure`.
  void FailAll(const Failure& failure);
  // For one whose success is of no use any more.
  void TellFailed(const Opening& opening, const CallError& error) const;

  size_t size() const { return openings_.size(); }
  bool empty() const { return openings_.empty(); }
  size_t CountOwnedBy(std::string_view owner) const;

 private:
  using Id = uint64_t;
  struct Running {
    Opening opening;
    std::unique_ptr<OpenAttempt> attempt;
  };
  void Finish(Id id, OpenAttempt::Result result);

  const OpenAttempt::Services services_;
  Telemetry& telemetry_;
  OnDone on_done_;
  Id last_id_ = 0;
  absl::flat_hash_map<Id, std::unique_ptr<Running>> openings_;
};

}  // namespace dirlease
