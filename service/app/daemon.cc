#include "app/daemon.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include "app/address_file.h"
#include "app/gateway.h"
#include "app/settings.h"
#include "base/log.h"

namespace dirlease {

namespace {

int Fail(const std::string& error) {
  log::Error("cannot start", {{"error", error}});
  return 1;
}

void WarnOfMissingIdentity(const config::v1::Config& config) {
  if (!config.client_ca().empty()) return;
  log::Warning("callers have no identity: whoever holds a lease's token can use the lease",
               {{"mend", "serve with --tls-cert, --tls-key and --client-ca"}});
}

void Reload(Gateway& gateway, bool draining) {
  log::Info("reloading", {{"what", draining ? "the audit log" : "the audit log, certificates and profiles' passwords"}});
  gateway.ReopenAuditLog();
  if (draining) return;
  gateway.ReloadCertificates();
  gateway.ReloadProfiles();
}

// How long to wait for a signal. Only on the operator's word: 0 in the configuration.
absl::Duration CheckInterval(const config::v1::Config& config) {
  const absl::Duration interval = CertificateCheckInterval(config);
  return interval == absl::ZeroDuration() ? absl::InfiniteDuration() : interval;
}

// One for each listener.
struct AddressFiles {
  AddressFile callers;
  AddressFile operators;

  // Empty, or what went wrong.
  std::string Write(const config::v1::Config& config, const Gateway& gateway) {
    std::string problem;
    if (!config.address_file().empty()) {
      problem = callers.Write(config.address_file(), gateway.address());
    }
    if (problem.empty() && !config.admin().address_file().empty()) {
      problem = operators.Write(config.admin().address_file(), gateway.admin_address());
    }
    return problem;
  }
};

void LogListening(const config::v1::Config& config, const Gateway& gateway) {
  log::Info("listening", {{"address", gateway.address()},
                          {"targets", TargetNames(config)},
                          {"metrics", gateway.metrics_address()},
                          {"max_leases", config.max_leases()},
                          {"version", DIRLEASE_VERSION}});
  if (config.admin().listen().empty()) return;
  log::Info("listening for operators",
            {{"address", gateway.admin_address()},
             {"identity", config.admin().client_ca().empty() ? "none" : "certificate"}});
}

[[noreturn]] void EndAtOnce(AddressFiles& address_files) {
  log::Warning("second signal: ending without drain");
  address_files.callers.Remove();
  address_files.operators.Remove();
  std::_Exit(1);
}

// Returns when a drain has ended. This thread stays with the signals, another one waits for the
// drain.
void ServeUntilDrained(Gateway& gateway, const config::v1::Config& config, const Signals& signals,
                       AddressFiles& address_files) {
  std::atomic<bool> drained = false;
  std::thread drain;
  while (!drained) {
    const Signals::Event event = signals.Wait(CheckInterval(config));
    if (event == Signals::Event::kTerminate && drain.joinable()) EndAtOnce(address_files);
    if (event == Signals::Event::kReload) Reload(gateway, drain.joinable());
    if (event == Signals::Event::kTimeout && !drain.joinable()) gateway.ReloadChangedCertificates();
    if (event != Signals::Event::kTerminate) continue;
    log::Info("draining");
    drain = std::thread([&] {
      gateway.Stop(DrainGrace(config));
      drained = true;
      signals.Wake();
    });
  }
  drain.join();
}

}  // namespace

int RunDaemon(const config::v1::Config& config, const Signals& signals) {
  Gateway gateway(ToSettings(config));
  const std::string error = gateway.Start();
  if (!error.empty()) return Fail(error);
  AddressFiles address_files;
  const std::string problem = address_files.Write(config, gateway);
  if (!problem.empty()) return Fail(problem);
  LogListening(config, gateway);
  WarnOfMissingIdentity(config);
  ServeUntilDrained(gateway, config, signals, address_files);
  log::Info("drained");
  return 0;
}

}  // namespace dirlease
