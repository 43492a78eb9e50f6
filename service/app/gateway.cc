#include "app/gateway.h"

#include <algorithm>
#include <future>
#include <utility>

#include "app/load_collector.h"
#include "app/password_file.h"
#include "app/process_collector.h"
#include "base/log.h"

namespace dirlease {

namespace {

// Answers that are on their way when the last lease has ended.
constexpr absl::Duration kShutdownTime = absl::Seconds(2);

ListenerPem ToListenerPem(PemContents contents) {
  return {.certificate = std::move(contents.certificate),
          .key = std::move(contents.key),
          .client_ca = std::move(contents.authorities)};
}

// Empty, or why not.
std::string ToOptions(const Gateway::Listener& listener, Server::Options& options) {
  options = {.listen = listener.listen, .tls = std::nullopt, .limits = listener.limits};
  if (!listener.tls) return "";
  PemContents contents;
  std::string problem = ReadPemFiles(*listener.tls, contents);
  options.tls = ToListenerPem(std::move(contents));
  return problem;
}

}  // namespace

Gateway::Gateway(Settings settings)
    : settings_(std::move(settings)),
      loop_("dirlease-loop", clock_),
      connector_(std::make_unique<TargetConnector>(loop_)),
      measured_connector_(loop_, *connector_, *metrics_.registry()) {
  telemetry_.Add(metrics_);
  settings_.sessions.telemetry = &telemetry_;
  OnLoop([this] {
    manager_ = std::make_unique<SessionManager>(loop_, measured_connector_, settings_.sessions,
                                                settings_.targets);
  });
}

Gateway::~Gateway() { Stop(absl::ZeroDuration()); }

std::string Gateway::Start() {
  if (std::string problem = StartAudit(); !problem.empty()) return problem;
  if (std::string problem = UseDirectoryCertificates(); !problem.empty()) return problem;
  if (std::string problem = UseProfileCertificates(); !problem.empty()) return problem;
  if (std::string problem = ReadProfilePasswords(); !problem.empty()) return problem;
  if (std::string problem = StartListeners(); !problem.empty()) return problem;
  if (!settings_.metrics_listen.empty()) {
    MetricsServer::Started metrics = MetricsServer::Start(
        settings_.metrics_listen,
        {metrics_.registry(), std::make_shared<LoadCollector>(loop_, *manager_),
         std::make_shared<ProcessCollector>()});
    if (metrics.server == nullptr) return metrics.error;
    metrics_server_ = std::move(metrics.server);
  }
  loop_.Post([this] {
    manager_->StartProbing([this](bool reachable) {
      log::Info(reachable ? "directory reachable" : "no directory reachable");
      SetServing(reachable && !manager_->draining());
    });
  });
  return "";
}

std::string Gateway::StartListeners() {
  Server::Options options;
  if (std::string problem = ToOptions(settings_.server, options); !problem.empty()) return problem;
  Server::Started started = Server::Start(options, loop_, *manager_);
  if (started.server == nullptr) return started.error;
  server_ = std::move(started.server);
  std::string problem = UseListenerCertificate("callers", settings_.server, *server_);
  if (!problem.empty() || !settings_.admin) return problem;

  problem = ToOptions(*settings_.admin, options);
  if (!problem.empty()) return problem;
  AdminHooks hooks{.drain_grace = settings_.drain_grace, .on_drain = [this] { SetServing(false); }};
  started = Server::StartAdmin(options, loop_, *manager_, std::move(hooks));
  if (started.server == nullptr) return "admin: " + started.error;
  // The loop may look at it: a call can be there already.
  OnLoop([&] { admin_ = std::move(started.server); });
  return UseListenerCertificate("operators", *settings_.admin, *admin_);
}

std::string Gateway::UseListenerCertificate(const std::string& name, const Listener& listener,
                                            Server& server) {
  if (!listener.tls) return "";
  return certificates_.Add({.side = Certificates::kListener,
                            .name = name,
                            .files = *listener.tls,
                            .apply = [&server](PemContents contents) -> std::string {
                              server.SetCertificate(ToListenerPem(std::move(contents)));
                              return "";
                            }});
}

std::string Gateway::UseDirectoryCertificates() {
  for (const TargetConfig& target : settings_.targets) {
    if (target.tls == TargetConfig::Tls::kNone) continue;
    std::string problem = certificates_.Add(
        {.side = Certificates::kDirectory,
         .name = target.name,
         .files = {target.cert_file, target.key_file, target.ca_file},
         .apply = [this, &target](const PemContents&) { return connector_->ReloadTls(target); }});
    if (!problem.empty()) return "target " + target.name + ": " + problem;
  }
  return "";
}

std::string Gateway::UseProfileCertificates() {
  for (const Profile& profile : settings_.sessions.profiles) {
    if (profile.cert_file.empty()) continue;
    for (const TargetConfig& target : settings_.targets) {
      if (std::count(profile.targets.begin(), profile.targets.end(), target.name) == 0) continue;
      TargetConfig config = target;
      config.cert_file = profile.cert_file;
      config.key_file = profile.key_file;
      std::string problem = certificates_.Add(
          {.side = Certificates::kDirectory,
           .name = target.name + " as " + profile.name,
           .files = {config.cert_file, config.key_file, config.ca_file},
           .apply = [this, config](const PemContents&) { return connector_->ReloadTls(config); }});
      if (!problem.empty()) return "profile " + profile.name + ": " + problem;
    }
  }
  return "";
}

std::string Gateway::ReadProfilePasswords() {
  std::string first_problem;
  for (const ProfilePassword& one : settings_.profile_passwords) {
    std::string problem;
    Secret password = ReadPasswordFile(one.file, problem);
    if (!problem.empty()) {
      log::Error("profile's password not read", {{"profile", one.profile}, {"error", problem}});
      if (first_problem.empty()) first_problem = "profile " + one.profile + ": " + problem;
      continue;
    }
    OnLoop([&] { manager_->SetProfilePassword(one.profile, std::move(password)); });
  }
  return first_problem;
}

std::string Gateway::StartAudit() {
  if (settings_.audit_log.empty()) return "";
  AuditFile::Opened opened = AuditFile::Open(settings_.audit_log, metrics_.AuditLosses());
  if (opened.file == nullptr) return "audit_log: " + opened.error;
  audit_ = std::make_unique<AuditLog>(std::move(opened.file));
  telemetry_.Add(*audit_);
  return "";
}

void Gateway::ReopenAuditLog() {
  if (audit_ != nullptr) audit_->Reopen();
}

std::string Gateway::metrics_address() const {
  return metrics_server_ == nullptr ? "" : metrics_server_->address();
}

void Gateway::Stop(absl::Duration grace) {
  if (manager_ == nullptr) return;
  EndLeases(grace);
  if (admin_ != nullptr) admin_->Shutdown(kShutdownTime);
  if (server_ != nullptr) server_->Shutdown(kShutdownTime);
  admin_.reset();
  server_.reset();
  metrics_server_.reset();  // a drain can be watched to its end
  OnLoop([this] { manager_.reset(); });
  loop_.Stop();
  connector_.reset();
}

void Gateway::EndLeases(absl::Duration grace) {
  std::promise<void> drained;
  loop_.Post([&] {
    SetServing(false);
    manager_->Drain(grace, [&drained] { drained.set_value(); });
  });
  drained.get_future().wait();
}

void Gateway::SetServing(bool serving) {
  if (server_ != nullptr) server_->SetServing(serving);
  if (admin_ != nullptr) admin_->SetServing(serving);
}

void Gateway::OnLoop(absl::AnyInvocable<void()> task) {
  std::promise<void> done;
  loop_.Post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

}  // namespace dirlease
