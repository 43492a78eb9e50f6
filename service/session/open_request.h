// What OpenSession asks for, checked and converted. Move-only: it carries a password.
#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/crypto.h"
#include "model/requests.h"

namespace dirlease {

// Who calls. `owner` comes from mutual TLS (SPIFFE id, else subject alternative name); empty without it.
struct Caller {
  std::string owner;
  std::string peer;  // network address, for logs
  std::string trace_id;  // see session/origin.h
};

// One of the configured profiles (session/profiles.h) instead of the caller's own credentials.
struct ProfileUse {
  std::string profile;
  std::string authorization_id;  // "" = the profile's own identity
};
// What a caller binds with.
struct Credentials {
  BindRequest bind;
  std::optional<ProfileUse> profile;  // set: `bind` has controls only
};

struct OpenRequest {
  std::string target;  // "" = the default one
  BindRequest bind;
  std::optional<ProfileUse> profile;  // as in Credentials
  std::optional<absl::Duration> ttl;
  std::string label;
  std::string request_id;
};

struct RebindRequest {
  Credentials credentials;
  bool abandon_outstanding = false;  // reads that run end; else the bind is refused
};

// Keyed with a random key of this process, so that what is remembered of a request says nothing about its password.
Digest DigestOf(const OpenRequest& request, const std::string& key);

}  // namespace dirlease
