#include "app/daemon.h"

#include <atomic>
#include <cstdlib>
#include <string>

#include "app/address_file.h"
#include "app/gateway.h"
#include "app/settings.h"
#include "app/version.h"
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

void Reload(Gateway& gateway) {
  gateway.ReloadTls();
  log::Info("certificates for the directories are read again; the listener's own need a restart");
}

[[noreturn]] void EndAtOnce(AddressFile& address_file) {
  log::Warning("second signal: ending without drain");
  address_file.Remove();
  std::_Exit(1);
}

// Returns when a drain has ended.
void ServeUntilDrained(Gateway& gateway, absl::Duration grace, const Signals& signals,
                       AddressFile& address_file) {
  std::atomic<bool> drained = false;
  bool draining = false;
  while (!drained) {
    switch (signals.Wait()) {
      case Signals::Event::kReload: Reload(gateway); break;
      case Signals::Event::kWoken: break;
      case Signals::Event::kTerminate:
        if (draining) EndAtOnce(address_file);
        draining = true;
        log::Info("draining");
        gateway.Drain(grace, [&] {
          drained = true;
          signals.Wake();
        });
        break;
    }
  }
}

}  // namespace

int RunDaemon(const config::v1::Config& config, const Signals& signals) {
  Gateway gateway(ToSettings(config));
  const std::string error = gateway.Start();
  if (!error.empty()) return Fail(error);
  AddressFile address_file;
  if (!config.address_file().empty()) {
    const std::string problem = address_file.Write(config.address_file(), gateway.address());
    if (!problem.empty()) return Fail(problem);
  }
  log::Info("listening", {{"address", gateway.address()},
                          {"targets", TargetNames(config)},
                          {"max_leases", config.max_leases()},
                          {"version", kVersion}});
  WarnOfMissingIdentity(config);
  ServeUntilDrained(gateway, DrainGrace(config), signals, address_file);
  gateway.Stop();
  log::Info("drained");
  return 0;
}

}  // namespace dirlease
