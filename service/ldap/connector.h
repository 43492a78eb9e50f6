// From a target's configuration to a connected and secured LdapHandle, never blocking the loop: names are resolved by
// getaddrinfo on a resolver thread (one resolution in flight per host, shared by all that wait), TCP connects without
// blocking on the loop, TLS (LDAPS, StartTLS) runs in a small pool with a deadline.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "ldap/ldap_handle.h"
#include "ldap/ldap_uri.h"
#include "ldap/referral_policy.h"
#include "ldap/sasl_exchange.h"
#include "model/requests.h"

namespace dirlease {

struct TargetConfig {
  enum class Tls { kNone, kStartTls, kLdaps };
  std::string name;
  std::vector<LdapUri> uris;  // tried in order, each with its own deadline
  Tls tls = Tls::kNone;
  std::string ca_file;    // PEM; empty = the system's bundle
  std::string cert_file;  // client certificate and key, PEM; empty = none
  std::string key_file;
  absl::Duration connect_timeout = absl::Seconds(5);  // per URI: DNS, TCP and TLS together
  // Whether requests carry the session tracking control; empty = where the directory offers it.
  std::optional<bool> session_tracking;
  // Whether every caller may bind as what the gateway is: SASL EXTERNAL with its certificate, GSSAPI with its Kerberos
  // credentials. Profiles do not ask.
  bool gateway_identity = false;
  // Of the gateway itself in GSSAPI binds, where the profile has none of its own; empty = the process's own credentials.
  std::string client_keytab = {};
  // Of SASL binds whose messages the gateway makes, with mechanisms that can (GSSAPI, SCRAM-...-PLUS).
  ChannelBinding sasl_channel_binding = ChannelBinding::kTlsEndpoint;
  ReferralPolicy referrals = {};
  // Of one lease. Above 1 the gateway keeps what callers bind with as long as the lease.
  size_t most_connections = 1;
  // That one URI's directory works at for all leases, first pages not counted.
  size_t most_pages = 2;
};

struct ConnectFailure {
  enum class Kind { kUnreachable, kTls, kTimeout, kResources /* descriptors or ports ran out */ };
  Kind kind = Kind::kUnreachable;
  std::string text;  // per URI what went wrong, for people; no secrets
};

struct Connected {
  std::unique_ptr<LdapHandle> handle;  // null on failure
  std::string uri;                     // the one that answered
  ConnectFailure failure;
};

class Connector {
 public:
  // Destroying it cancels: no callback comes any more, what was half open is closed.
  class Attempt {
   public:
    virtual ~Attempt() = default;
  };
  using Callback = absl::AnyInvocable<void(Connected)>;

  virtual ~Connector() = default;
  // Loop thread only. The callback comes at most once, on the loop, never inside Connect. `target` must outlive the
  // attempt.
  virtual std::unique_ptr<Attempt> Connect(const TargetConfig& target, Callback callback) = 0;
  // Whether a bare TCP connection to one of the target's URIs can be made. As Connect otherwise.
  virtual std::unique_ptr<Attempt> Probe(const TargetConfig& target,
                                         absl::AnyInvocable<void(bool)> callback) = 0;
  // The gateway's side of a SASL bind at the directory at `uri`, one of the target's. Loop thread only. REQUIRES:
  // `request.identity`.
  virtual std::unique_ptr<SaslExchange> StartSasl(const TargetConfig& target, const std::string& uri,
                                                  SaslRequest request) = 0;
};

}  // namespace dirlease
