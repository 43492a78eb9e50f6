#include "session/holds.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirlease {

Holds::Counts Holds::Count() const {
  Counts counts;
  for (const auto& [lease, held] : leases_) {
    counts.broken_tethers += held->grace != nullptr ? 1 : 0;
    for (const auto& [number, hold] : held->holds) {
      ++(hold.tether.tied ? counts.tethered : counts.untethered);
    }
  }
  return counts;
}

bool Holds::full(LeaseId lease) const {
  const auto found = leases_.find(lease);
  return found != leases_.end() && found->second->holds.size() >= kMostPerLease;
}

bool Holds::IsHeld(LeaseId lease) const {
  const auto found = leases_.find(lease);
  return found != leases_.end() && !found->second->holds.empty();
}

Holds::Ticket Holds::Add(LeaseId lease, LeaseHolder& holder, Tether tether) {
  assert(!full(lease));
  auto& held = leases_[lease];
  if (held == nullptr) held = std::make_unique<Held>();
  held->holds[++last_number_] = {&holder, tether};
  if (tether.tied) held->grace.reset();
  return {lease, last_number_};
}

void Holds::Remove(Ticket ticket) {
  const auto found = leases_.find(ticket.lease);
  if (found == leases_.end()) return;
  Held& held = *found->second;
  const auto hold = held.holds.find(ticket.number);
  if (hold == held.holds.end()) return;
  const Tether tether = hold->second.tether;
  held.holds.erase(hold);
  // Who reconnected before the old connection's death was noticed holds a tether already.
  const auto tied = [](const auto& other) { return other.second.tether.tied; };
  if (tether.tied && std::none_of(held.holds.begin(), held.holds.end(), tied)) {
    Untie(ticket.lease, held, tether.grace);
  } else if (held.holds.empty() && held.grace == nullptr) {
    leases_.erase(found);
  }
}

void Holds::Untie(LeaseId lease, Held& held, absl::Duration grace) {
  if (grace <= absl::ZeroDuration()) {
    on_untied_(lease);
    return;
  }
  held.grace = loop_.NewTimer([this, lease] { on_untied_(lease); });
  held.grace->ArmAt(loop_.Now() + grace);
}

void Holds::TellDraining(absl::Time end) {
  for (const auto& [lease, held] : leases_) {
    for (const auto& [number, hold] : held->holds) hold.holder->OnDraining(end);
  }
}

void Holds::End(LeaseId lease, const OperationEnd& end) {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) return;
  const std::unique_ptr<Held> held = std::move(found->second);
  leases_.erase(found);
  for (const auto& [number, hold] : held->holds) hold.holder->OnLeaseEnded(end);
}

}  // namespace dirlease
