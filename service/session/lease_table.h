// Who may use what until when: leases by the digest of their token, their idle and maximum ages, and the memory of ended
// ones. Pure: no clock, no threads, no LDAP; every call says what time it is. Not thread-safe.
//
//   Grant -> (Hold / Release / Renew)* -> End, by its user or because Expire found it due
//
// An ended lease leaves a tombstone for its owner, so that later calls learn why it ended.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/crypto.h"
#include "base/timer_heap.h"

namespace dirlease {

using LeaseId = uint64_t;  // 0 = none

enum class LeaseEnd { kClosed, kExpired, kLost, kRevoked };

class LeaseTable {
 public:
  // Ended leases are remembered this long, and at most so many of them if nothing else is said.
  static constexpr absl::Duration kTombstoneAge = absl::Minutes(10);
  static constexpr size_t kMostTombstones = 100'000;

  struct Grant {
    Digest token_digest;
    std::string owner;  // caller identity; empty = without identity
    absl::Duration ttl;
    absl::Duration max_age;
  };
  struct View {
    absl::Duration ttl;
    absl::Time create_time;
    absl::Time last_use_time;
    absl::Time expire_time;  // if nothing renews it; while held: the maximum
    absl::Time max_expire_time;
  };
  struct LookUp {
    LeaseId live = 0;
    std::optional<LeaseEnd> ended;  // neither: unknown, or somebody else's, which answers alike
  };
  struct Due {
    LeaseId lease;
    bool by_maximum;  // its maximum age passed; else it was idle for its time to live
  };

  explicit LeaseTable(size_t most_tombstones = kMostTombstones) : most_tombstones_(most_tombstones) {}
  LeaseTable(const LeaseTable&) = delete;
  LeaseTable& operator=(const LeaseTable&) = delete;

  LeaseId Add(const Grant& grant, absl::Time now);
  // A lease that is due at `now` is not live any more, even before Expire took it.
  LookUp Find(const Digest& token_digest, const std::string& owner, absl::Time now) const;
  // REQUIRES for all that follow: `lease` is live.
  View Describe(LeaseId lease) const;
  void Renew(LeaseId lease, absl::Time now);
  // While held (a running operation), idleness does not end it; counted. Release renews.
  void Hold(LeaseId lease, absl::Time now);
  void Release(LeaseId lease, absl::Time now);
  void End(LeaseId lease, LeaseEnd how, absl::Time now);

  // Takes out what is due, without ending it: the caller ends each.
  std::vector<Due> Expire(absl::Time now);
  // When Expire may next have something to do.
  absl::Time NextExpiry() const { return ages_.NextWake(); }

  size_t size() const { return leases_.size(); }
  size_t CountOwnedBy(const std::string& owner) const;

 private:
  struct Lease : TimerHeap::Alarm {
    LeaseId id = 0;
    Digest token_digest;
    std::string owner;
    absl::Duration ttl;
    absl::Time create_time;
    absl::Time last_use_time;
    absl::Time max_expire_time;
    int holds = 0;
  };
  struct Tombstone {
    std::string owner;
    LeaseEnd how;
    absl::Time end_time;
  };
  using DigestKey = std::string;  // the digest's octets: hashing a digest again hides where lookups differ

  static DigestKey KeyOf(const Digest& digest);
  static absl::Time ExpireTime(const Lease& lease);
  void Rearm(Lease& lease);
  void Bury(const Lease& lease, LeaseEnd how, absl::Time now);

  const size_t most_tombstones_;
  LeaseId last_id_ = 0;
  absl::flat_hash_map<LeaseId, std::unique_ptr<Lease>> leases_;
  absl::flat_hash_map<DigestKey, Lease*> by_token_;
  absl::flat_hash_map<std::string, size_t> by_owner_;
  TimerHeap ages_;
  absl::flat_hash_map<DigestKey, Tombstone> tombstones_;
  std::deque<std::pair<absl::Time, DigestKey>> graveyard_;  // oldest first
};

}  // namespace dirlease
