// Who holds which lease (HoldSession), and what the end of a tether does.
//
//   tethered hold --its stream ends, no other tether left--> grace --passed--> on_untied: the lease is unbound
//                                                              \--a new tethered hold--> held again
//
// Loop thread only. Nothing here ends a lease or keeps its idle time: the SessionManager does both.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "model/operation.h"
#include "session/lease_table.h"

namespace dirlease {

// Hears of the lease it holds. May describe the lease in these calls, nothing else: no call back into the manager that
// holds, releases or ends.
class LeaseHolder {
 public:
  virtual ~LeaseHolder() = default;
  // A drain began, or its end came nearer.
  virtual void OnDraining(absl::Time end) = 0;
  // Once; the hold is over with it. The lease can be described for the last time.
  virtual void OnLeaseEnded(const OperationEnd& end) = 0;
};

class Holds {
 public:
  static constexpr size_t kMostPerLease = 16;

  struct Tether {
    bool tied = false;  // the end of the hold unbinds the lease ...
    absl::Duration grace = absl::ZeroDuration();  // ... so much later
  };
  struct Ticket {
    LeaseId lease = 0;
    uint64_t number = 0;  // 0 = none
  };

  // `on_untied` comes when the last tether of a lease broke and its grace has passed, possibly within Remove. `loop` must
  // outlive this.
  Holds(EventLoop& loop, absl::AnyInvocable<void(LeaseId)> on_untied)
      : loop_(loop), on_untied_(std::move(on_untied)) {}

  struct Counts {
    size_t tethered = 0;  // holds, that is open streams
    size_t untethered = 0;
    size_t broken_tethers = 0;  // leases in their tether's grace
  };
  Counts Count() const;
  bool full(LeaseId lease) const;
  bool IsHeld(LeaseId lease) const;
  // The holder must live until Remove or its OnLeaseEnded. REQUIRES: not full.
  Ticket Add(LeaseId lease, LeaseHolder& holder, Tether tether);
  // The holder is gone. Harmless when the lease has ended.
  void Remove(Ticket ticket);

  void TellDraining(absl::Time end);
  // Tells the lease's holders and forgets them and its tether. Harmless when nobody holds it.
  void End(LeaseId lease, const OperationEnd& end);

 private:
  struct Hold {
    LeaseHolder* holder;
    Tether tether;
  };
  struct Held {
    std::map<uint64_t, Hold> holds;  // in order of arrival
    std::unique_ptr<Timer> grace;    // null = no broken tether
  };

  void Untie(LeaseId lease, Held& held, absl::Duration grace);

  EventLoop& loop_;
  absl::AnyInvocable<void(LeaseId)> on_untied_;
  absl::flat_hash_map<LeaseId, std::unique_ptr<Held>> leases_;  // held, or with a broken tether in its grace
  uint64_t last_number_ = 0;
};

}  // namespace dirlease
