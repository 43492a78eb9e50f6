// The real Connector: DNS, TLS and SASL mathematics on small pools, everything else on the loop.
#pragma once

#include <memory>

#include "base/event_loop.h"
#include "ldap/connect_attempt.h"
#include "ldap/connector.h"
#include "ldap/libldap/tls_context.h"
#include "ldap/resolver.h"
#include "ldap/worker_pool.h"

namespace dirlease {

class TargetConnector final : public Connector {
 public:
  // `loop` must outlive this. REQUIRES: InitialiseLibldap() was called.
  explicit TargetConnector(EventLoop& loop, Resolver::Lookup lookup = LookUpHost);
  // Waits for handshakes (until their deadlines) and name resolutions that run, so best after the
  // loop's thread ended. REQUIRES: no attempt lives.
  ~TargetConnector() override;

  std::unique_ptr<Attempt> Connect(const TargetConfig& target, Callback callback) override;
  std::unique_ptr<Attempt> Probe(const TargetConfig& target,
                                 absl::AnyInvocable<void(bool)> callback) override;
  std::unique_ptr<SaslExchange> StartSasl(const TargetConfig& target, const std::string& uri,
                                          SaslRequest request) override;
  // Certificates and keys are read from the target's files for later connections. Empty, or why not: then those of before
  // stay in use. Thread-safe; reads files.
  std::string ReloadTls(const TargetConfig& target) { return tls_contexts_.Reload(target); }

 private:
  ConnectServices services() { return {loop_, resolver_, tls_pool_, tls_contexts_}; }

  EventLoop& loop_;
  TlsContexts tls_contexts_;
  WorkerPool name_pool_;
  WorkerPool tls_pool_;
  WorkerPool sasl_pool_;
  Resolver resolver_;
};

}  // namespace dirlease
