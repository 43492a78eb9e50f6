// One SASL authentication computed by Cyrus SASL. One thread at a time; a step may wait for others (a Kerberos KDC) or
// work for long. REQUIRES: InitialiseLibldap() was called.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ldap/libldap/kerberos_credentials.h"
#include "ldap/sasl_exchange.h"
#include "model/requests.h"

struct sasl_channel_binding;
struct sasl_conn;

namespace dirlease {

class SaslClient {
 public:
  // `request.identity` is who authenticates, to the LDAP service of `host`. Credentials of Kerberos are those of its
  // keytab, else the process's own (KRB5CCNAME, KRB5_CLIENT_KTNAME).
  SaslClient(std::string host, SaslRequest request);
  ~SaslClient();
  SaslClient(const SaslClient&) = delete;
  SaslClient& operator=(const SaslClient&) = delete;

  // As SaslExchange::Next, which says what is required.
  SaslStep Next(const std::optional<Secret>& challenge);

 private:
  struct Answers;  // to what the library asks

  SaslStep External() const;
  SaslStep Start();
  std::optional<SaslStep> UseKeytab();
  std::optional<SaslStep> BindToChannel();
  SaslStep ToStep(int error, const char* credentials, unsigned octets) const;
  SaslStep Failed(int error) const;

  const std::string host_;
  const std::string mechanism_;
  const std::unique_ptr<Answers> answers_;
  const std::string client_keytab_;  // empty = none
  const std::string channel_octets_;  // what the bind is tied to; empty = nothing
  const std::unique_ptr<sasl_channel_binding> channel_;
  KerberosCredentials credentials_;  // of it; outlives the connection's use of them
  sasl_conn* connection_ = nullptr;
};

}  // namespace dirlease
