// One way through a target's URIs: resolve, connect and, if a handle is wanted, secure, until one
// of them works. Loop thread only.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "ldap/connector.h"
#include "ldap/libldap/tls_context.h"
#include "ldap/resolver.h"
#include "ldap/tcp_connect.h"
#include "ldap/worker_pool.h"

namespace dirlease {

// What an attempt works with; all outlive it, and the pool's tasks.
struct ConnectServices {
  EventLoop& loop;
  Resolver& resolver;
  WorkerPool& tls_pool;
  TlsContexts& tls_contexts;
};

class ConnectAttempt final : public Connector::Attempt {
 public:
  enum class Purpose {
    kHandle,
    kProbe,  // a TCP connection is enough: it is closed again, `uri` is set without a handle
  };

  // REQUIRES: the target has a URI.
  ConnectAttempt(ConnectServices services, const TargetConfig& target, Purpose purpose,
                 Connector::Callback callback);

 private:
  // What a TLS step on the pool finds its way back by: gone = nobody waits for it any more.
  struct SecureStep {
    ConnectAttempt* attempt;
  };

  const LdapUri& uri() const { return target_.uris[uri_index_]; }
  void StartUri();
  void OnResolved(const Resolution& resolution);
  void OnTcp(UniqueFd socket, ConnectFailure failure);
  void Secure(UniqueFd socket);
  void OnSecured(std::unique_ptr<LdapHandle> handle, ConnectFailure failure);
  void FailUri(const ConnectFailure& failure);
  void Succeed(std::unique_ptr<LdapHandle> handle);
  void Answer(Connected connected);

  const ConnectServices services_;
  const TargetConfig& target_;
  const Purpose purpose_;
  Connector::Callback callback_;
  size_t uri_index_ = 0;
  absl::Time deadline_;  // of the URI
  std::unique_ptr<Timer> timer_;
  ConnectFailure failure_;  // of all URIs so far

  // The step that runs; the others are null.
  std::unique_ptr<Resolver::Waiter> resolving_;
  std::unique_ptr<TcpConnect> connecting_;
  std::shared_ptr<SecureStep> securing_;
};

}  // namespace dirlease
