// What opening a lease gives, and what a caller may know of his lease. Values; pointers into the session live as long as
// that.
#pragma once

#include <variant>

#include "absl/functional/any_invocable.h"
#include "base/secret.h"
#include "model/ldap_result.h"
#include "session/call_error.h"
#include "session/lease_table.h"
#include "session/session.h"

namespace dirlease {

struct LeaseDescription {
  const Session::Facts* facts = nullptr;  // lives as long as the session
  LeaseTable::View lease;
  bool draining = false;
  bool tls = false;
  int active_operations = 0;
  bool binding = false;  // nobody is bound yet, or a rebind is under way
};

struct OpenedLease {
  Secret token;
  LdapResult bind_result;
  Session* session = nullptr;  // until the loop turns
  LeaseDescription description;
  bool more_steps = false;  // it waits for ContinueBind
  Secret server_sasl_credentials;
};

// What a step of a bind on a lease came to, when it did not fail.
struct BoundLease {
  LdapResult result;
  bool more_steps = false;
  Secret server_sasl_credentials;
  LeaseDescription description;
};
using BindCallback = absl::AnyInvocable<void(std::variant<BoundLease, CallError>)>;

using OpenResult = std::variant<OpenedLease, CallError>;
using OpenCallback = absl::AnyInvocable<void(OpenResult)>;

}  // namespace dirlease
