// Who a lease is bound as, as far as the gateway knows. Value.
#pragma once

#include <optional>
#include <string>

#include "model/ldap_result.h"

namespace dirlease {

struct BoundIdentity {
  std::string bind_name;       // as the bind said it; empty where a caller's SASL message says it
  std::string sasl_mechanism;  // empty = simple or anonymous
  std::string profile;         // empty = the caller's own credentials
  std::string authorization_id = {};  // for whom, of those that the profile may act for; empty = itself
  // The same for the same identity at a target, and for no other one: what is kept for one is nobody else's.
  std::string key;
  // For whom every operation acts (RFC 4370), set by a profile.
  std::optional<Control> proxied_authorization;
};

}  // namespace dirlease
