#include "session/bind_again.h"

#include <utility>

namespace dirlease {

namespace {
SaslIdentity CloneOf(const SaslIdentity& identity) {
  return {.authentication_id = identity.authentication_id,
          .password = identity.password.Clone(),
          .realm = identity.realm,
          .authorization_id = identity.authorization_id,
          .client_keytab = identity.client_keytab};
}

BindRequest CloneOf(const BindRequest& bind) {
  BindRequest clone{.name = bind.name, .password = bind.password.Clone(), .controls = {}, .sasl = {}};
  if (bind.sasl) {
    clone.sasl.emplace(SaslRequest{
        .mechanism = bind.sasl->mechanism, .credentials = std::nullopt, .identity = CloneOf(*bind.sasl->identity)});
  }
  return clone;
}
}  // namespace

BindAgain Repeat(const BindRequest& bind) {
  if (bind.sasl && !bind.sasl->identity) return nullptr;
  return [kept = CloneOf(bind)]() -> Outcome<BindRequest> { return CloneOf(kept); };
}

}  // namespace dirlease
