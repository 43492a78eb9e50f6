// Whether the gateway follows where a target's directory refers to, and how far. Value.
#pragma once

#include <cstddef>
#include <vector>

#include "ldap/ldap_uri.h"

namespace dirlease {

struct ReferralPolicy {
  enum class Follow {
    kNever,         // references are the caller's
    kAnonymous,     // whoever the lease is
    kSameIdentity,  // as the lease, where the gateway itself knows how: anonymous ones and those of profiles
  };
  Follow follow = Follow::kNever;
  // No other one is asked, whatever a directory says: it would choose to whom the gateway binds.
  std::vector<LdapUri> servers;
  int most_hops = 5;               // from a directory to the next
  int most_followed = 16;          // references of one operation, all hops together
  size_t most_connections = 4;     // of one lease, beside its own
};

}  // namespace dirlease
