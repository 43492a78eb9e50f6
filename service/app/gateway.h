// The daemon without its process: loop, connector, leases and listener put together, and taken
// apart in the right order. Used by one thread at a time, never by the loop's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "app/audit_log.h"
#include "app/certificates.h"
#include "app/measured_connector.h"
#include "app/metrics.h"
#include "app/metrics_server.h"
#include "app/pem_file.h"
#include "app/telemetry_fan_out.h"
#include "app/tls_metrics.h"
#include "base/clock.h"
#include "base/epoll_event_loop.h"
#include "ldap/target_connector.h"
#include "rpc/grpc/server.h"
#include "session/session_manager.h"

namespace dirlease {

class Gateway {
 public:
  struct Listener {
    std::string listen;           // as Server::Options has it
    std::optional<PemFiles> tls;  // with authorities callers must show a certificate; else plaintext
    ServerLimits limits = {};
  };
  struct ProfilePassword {
    std::string profile;
    std::string file;
  };
  struct Settings {
    Listener server;
    std::optional<Listener> admin;  // the operators' listener
    absl::Duration drain_grace;            // of a drain by an operator who names none
    SessionManager::Options sessions;
    std::vector<TargetConfig> targets;  // the first one is the default
    std::string metrics_listen;         // ADDRESS:PORT; empty = no metrics are served
    std::string audit_log;              // path, "-" = standard output; empty = none
    std::vector<ProfilePassword> profile_passwords = {};
  };

  // REQUIRES: InitialiseLibldap() was called.
  explicit Gateway(Settings settings);
  // Stops without grace if it was not stopped.
  ~Gateway();

  // Listens and accepts calls; health follows the directories from now on. Empty, or why not. Call
  // once.
  std::string Start();
  // HOST:PORT with the real port. REQUIRES: started.
  const std::string& address() const { return server_->address(); }
  // REQUIRES: started, with settings for it.
  const std::string& admin_address() const { return admin_->address(); }

  // ADDRESS:PORT of GET /metrics; empty = not served. REQUIRES: started.
  std::string metrics_address() const;

  // Health says NOT_SERVING, new leases are refused, operations have `grace`; when every lease has
  // ended the listener closes. Waits for all of it. Later calls do nothing.
  void Stop(absl::Duration grace);

  // Certificates are read again, all or those that changed; see app/certificates.h. REQUIRES: Stop was not called.
  void ReloadCertificates() { certificates_.Reload(); }
  void ReloadChangedCertificates() { certificates_.ReloadChanged(); }
  // Profiles' passwords are read again; where that fails, those of before stay in use. REQUIRES: as above.
  void ReloadProfiles() { ReadProfilePasswords(); }
  // Somebody renamed the audit log's file. Harmless without one.
  void ReopenAuditLog();

 private:
  // Each: empty, or why not.
  std::string StartListeners();
  std::string UseListenerCertificate(const std::string& name, const Listener& listener, Server& server);
  std::string UseDirectoryCertificates();
  std::string UseProfileCertificates();
  // Empty, or why not, of the first that failed.
  std::string ReadProfilePasswords();

  // Runs the task on the loop and waits for it.
  void OnLoop(absl::AnyInvocable<void()> task);
  void EndLeases(absl::Duration grace);
  void SetServing(bool serving);
  // Empty, or why not.
  std::string StartAudit();

  Settings settings_;
  Metrics metrics_;
  TlsMetrics tls_metrics_{*metrics_.registry()};
  Certificates certificates_{tls_metrics_};
  std::unique_ptr<AuditLog> audit_;  // null = none
  TelemetryFanOut telemetry_;
  SteadyClock clock_;
  EpollEventLoop loop_;
  std::unique_ptr<TargetConnector> connector_;
  MeasuredConnector measured_connector_;
  std::unique_ptr<SessionManager> manager_;  // created, used and destroyed on the loop
  std::unique_ptr<Server> server_;
  std::unique_ptr<Server> admin_;  // null = none
  std::unique_ptr<MetricsServer> metrics_server_;
};

}  // namespace dirlease
