// Remembers which lease an OpenSession with a request_id got, so that a retried one leaks no connection. Pure: every call
// says what time it is. Not thread-safe.
//
// Memory: at most so many entries as its owner allows, each with one token, wiped when it is dropped.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/crypto.h"
#include "base/secret.h"
#include "model/ldap_result.h"
#include "session/lease_table.h"

namespace dirlease {

class RequestIds {
 public:
  static constexpr absl::Duration kAge = absl::Minutes(10);
  static constexpr size_t kMostRemembered = 100'000;

  struct Remembered {
    Digest request_digest;  // keyed digest of the whole request, credentials included
    LeaseId lease = 0;
    Secret token;
    LdapResult bind_result;
  };
  explicit RequestIds(size_t most = kMostRemembered) : most_(most) {}

  // The same id of two callers is two ids.
  static std::string KeyOf(const std::string& owner, const std::string& request_id);

  // Null: never seen, or too long ago. Valid until the next call.
  const Remembered* Find(const std::string& key, absl::Time now);
  void Remember(const std::string& key, Remembered remembered, absl::Time now);
  void Forget(const std::string& key) { remembered_.erase(key); }

 private:
  void DropOld(absl::Time now);

  const size_t most_;
  absl::flat_hash_map<std::string, std::unique_ptr<Remembered>> remembered_;
  std::deque<std::pair<absl::Time, std::string>> ages_;  // oldest first
};

}  // namespace dirlease
