// The gateway's side of one SASL bind (RFC 4422): makes the client's messages. The real one computes on a pool
// (ldap/pooled_sasl_exchange.h), because a mechanism may wait for others or work long.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "base/secret.h"

namespace dirlease {

struct SaslStep {
  std::optional<Secret> credentials;  // to be sent; absent differs from empty
  bool complete = false;              // the mechanism is satisfied: with what it sends now, or with what the directory said last
  std::string error;                  // not empty: it cannot go on. For callers: what kind of thing went wrong, no details
  std::string detail;                 // for our log; no secrets
};

// Loop thread only. Destroying it cancels: no callback comes any more.
class SaslExchange {
 public:
  using Callback = absl::AnyInvocable<void(SaslStep)>;

  virtual ~SaslExchange() = default;
  // Makes the first message (no challenge), or the answer to the directory's. The callback comes once, never within this
  // call. REQUIRES: the step before has answered, without error and incomplete.
  virtual void Next(std::optional<Secret> challenge, Callback callback) = 0;
};

}  // namespace dirlease
