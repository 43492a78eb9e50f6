// What holders and operators do to leases: SessionManager's part beside opening and ending.
#include <algorithm>
#include <utility>

#include "session/session_manager.h"

namespace dirlease {

namespace {
Failure TooManyHolds() {
  return {.code = absl::StatusCode::kResourceExhausted,
          .reason = "TOO_MANY_HOLDS",
          .message = "the lease is held as often as it may be: end another HoldSession or Pipeline of it first",
          .metadata = {{"limit", std::to_string(Holds::kMostPerLease)}}};
}
}  // namespace

Outcome<Holds::Ticket> SessionManager::Hold(Session& session, LeaseHolder& holder,
                                            Holds::Tether tether) {
  if (holds_.full(session.lease())) return TooManyHolds();
  leases_.Hold(session.lease(), loop_.Now());
  ArmExpiry();
  tether.grace = std::min(tether.grace, leases_.Describe(session.lease()).ttl);
  return holds_.Add(session.lease(), holder, tether);
}

void SessionManager::Release(Holds::Ticket ticket) {
  if (!live_.contains(ticket.lease)) return;
  leases_.Release(ticket.lease, loop_.Now());
  ArmExpiry();
  holds_.Remove(ticket);  // may have ended it
  const auto live = live_.find(ticket.lease);
  if (!draining_ || live == live_.end() || holds_.IsHeld(ticket.lease)) return;
  Session& session = *live->second;
  if (session.busy()) return;
  EndNow(session, LeaseEnd::kLost, EndCause::kDraining, "drain");
}

void SessionManager::EndUntied(LeaseId lease) {
  EndNow(*live_.at(lease), LeaseEnd::kClosed, EndCause::kSessionClosed, "tether");
}

std::vector<Session*> SessionManager::LeasesAfter(LeaseId after, size_t most,
                                                  const std::string& owner) const {
  std::vector<Session*> found;
  for (const auto& [lease, session] : live_) {
    if (lease <= after || (!owner.empty() && session->facts().owner != owner)) continue;
    found.push_back(session);
  }
  const auto page_end = found.begin() + static_cast<std::ptrdiff_t>(std::min(most, found.size()));
  std::partial_sort(found.begin(), page_end, found.end(), [](const Session* a, const Session* b) {
    return a->lease() < b->lease();
  });
  found.erase(page_end, found.end());
  return found;
}

bool SessionManager::Revoke(std::string_view session_id) {
  // Also one that an Unbind waits with: its operations end now.
  const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
    const Session& session = *entry.second.session;
    return session.facts().session_id == session_id && session.state() == Session::State::kActive;
  });
  if (found == sessions_.end()) return false;
  Entry& entry = found->second;
  if (live_.contains(found->first)) {
    EndNow(*entry.session, LeaseEnd::kRevoked, EndCause::kRevoked, "revoked");
  } else {
    entry.end_reason = "revoked";
    entry.unbound.abandoned_operations += entry.session->Close(EndCause::kRevoked);
  }
  return true;
}

size_t SessionManager::ActiveOperations() const {
  size_t operations = 0;
  for (const auto& [lease, entry] : sessions_) operations += entry.session->operations().size();
  return operations;
}

}  // namespace dirlease
