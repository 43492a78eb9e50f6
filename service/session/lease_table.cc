#include "session/lease_table.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirlease {

LeaseId LeaseTable::Add(const Grant& grant, absl::Time now) {
  auto lease = std::make_unique<Lease>();
  lease->id = ++last_id_;
  lease->token_digest = grant.token_digest;
  lease->owner = grant.owner;
  lease->ttl = grant.ttl;
  lease->create_time = now;
  lease->last_use_time = now;
  lease->max_expire_time = now + grant.max_age;
  Rearm(*lease);
  ++by_owner_[grant.owner];
  by_token_[KeyOf(grant.token_digest)] = lease.get();
  leases_[last_id_] = std::move(lease);
  return last_id_;
}

LeaseTable::LookUp LeaseTable::Find(const Digest& token_digest, const std::string& owner,
                                    absl::Time now) const {
  const DigestKey key = KeyOf(token_digest);
  if (const auto found = by_token_.find(key); found != by_token_.end()) {
    const Lease& lease = *found->second;
    if (!EqualInConstantTime(lease.token_digest, token_digest) || lease.owner != owner) return {};
    if (ExpireTime(lease) <= now) return {.ended = LeaseEnd::kExpired};
    return {.live = lease.id};
  }
  const auto buried = tombstones_.find(key);
  if (buried == tombstones_.end() || buried->second.owner != owner) return {};
  if (buried->second.end_time + kTombstoneAge <= now) return {};
  return {.ended = buried->second.how};
}

LeaseTable::View LeaseTable::Describe(LeaseId id) const {
  const Lease& lease = *leases_.at(id);
  return {.ttl = lease.ttl,
          .create_time = lease.create_time,
          .last_use_time = lease.last_use_time,
          .expire_time = ExpireTime(lease),
          .max_expire_time = lease.max_expire_time};
}

void LeaseTable::Renew(LeaseId id, absl::Time now) {
  Lease& lease = *leases_.at(id);
  lease.last_use_time = now;
  Rearm(lease);
}

void LeaseTable::Hold(LeaseId id, absl::Time now) {
  ++leases_.at(id)->holds;
  Renew(id, now);
}

void LeaseTable::Release(LeaseId id, absl::Time now) {
  Lease& lease = *leases_.at(id);
  assert(lease.holds > 0);
  --lease.holds;
  Renew(id, now);
}

void LeaseTable::End(LeaseId id, LeaseEnd how, absl::Time now) {
  const auto found = leases_.find(id);
  assert(found != leases_.end());
  Lease& lease = *found->second;
  ages_.Remove(lease);
  by_token_.erase(KeyOf(lease.token_digest));
  if (const auto owned = by_owner_.find(lease.owner); --owned->second == 0) by_owner_.erase(owned);
  Bury(lease, how, now);
  leases_.erase(found);
}

std::vector<LeaseTable::Due> LeaseTable::Expire(absl::Time now) {
  std::vector<Due> due;
  while (TimerHeap::Alarm* alarm = ages_.PopDue(now)) {
    const Lease& lease = *static_cast<Lease*>(alarm);
    due.push_back({lease.id, lease.max_expire_time <= now});
  }
  return due;
}

size_t LeaseTable::CountOwnedBy(const std::string& owner) const {
  const auto found = by_owner_.find(owner);
  return found == by_owner_.end() ? 0 : found->second;
}

LeaseTable::DigestKey LeaseTable::KeyOf(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

absl::Time LeaseTable::ExpireTime(const Lease& lease) {
  if (lease.holds > 0) return lease.max_expire_time;
  return std::min(lease.last_use_time + lease.ttl, lease.max_expire_time);
}

void LeaseTable::Rearm(Lease& lease) { ages_.Arm(lease, ExpireTime(lease)); }

void LeaseTable::Bury(const Lease& lease, LeaseEnd how, absl::Time now) {
  while (!graveyard_.empty() && (graveyard_.size() >= most_tombstones_ ||
                                 graveyard_.front().first + kTombstoneAge <= now)) {
    tombstones_.erase(graveyard_.front().second);
    graveyard_.pop_front();
  }
  const DigestKey key = KeyOf(lease.token_digest);
  tombstones_[key] = {lease.owner, how, now};
  graveyard_.emplace_back(now, key);
}

}  // namespace dirlease
