#include "app/config_loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/config_file.h"
#include "app/pem_file.h"

namespace dirlease {

namespace {

using config::v1::Config;

// Descriptors that are no lease's: callers' connections, the listener, log, epoll ...
constexpr uint64_t kOtherDescriptors = 512;
constexpr uint64_t kMostLeases = 10'000;
// The same without callers' connections.
constexpr uint64_t kOwnDescriptors = 128;
constexpr uint64_t kMostConnections = 10'000;
constexpr uint64_t kLeastConnections = 16;

void ReadFile(const std::string& path, Config& config, std::vector<std::string>& problems) {
  const auto text = ReadTextFile(path);
  if (!text) {
    problems.push_back(fmt::format("--config: cannot read {}", path));
  } else {
    ApplyYaml(*text, path, config, problems);
  }
}

// [NAME=]URI[,URI...]
config::v1::Target ParseTarget(std::string_view text) {
  config::v1::Target target;
  const size_t equals = text.find('=');
  if (equals != std::string_view::npos && equals < text.find(':')) {
    target.set_name(std::string(text.substr(0, equals)));
    text.remove_prefix(equals + 1);
  }
  for (;;) {
    const size_t comma = text.find(',');
    target.add_uris(std::string(text.substr(0, comma)));
    if (comma == std::string_view::npos) return target;
    text.remove_prefix(comma + 1);
  }
}

// The last source that speaks of targets gives all of them: flags, else the environment.
std::vector<config::v1::Target> TargetsOf(const std::vector<Setting>& settings) {
  std::vector<config::v1::Target> targets;
  std::string_view source;
  for (const Setting& setting : settings) {
    if (setting.key != "target") continue;
    if (setting.source != source) targets.clear();
    source = setting.source;
    targets.push_back(ParseTarget(setting.value));
  }
  return targets;
}

void ApplyToTargets(const Setting& setting, std::vector<config::v1::Target>& targets,
                    std::vector<std::string>& problems) {
  if (targets.empty()) {
    problems.push_back(fmt::format(
        "{} is for targets given by --target; those of the file have their own", setting.source));
  }
  for (const ConfigKey& key : TargetKeys()) {
    if (key.name != setting.key) continue;
    std::string problem;
    for (config::v1::Target& target : targets) problem = SetKey(target, key, setting.value);
    if (!problem.empty()) problems.push_back(setting.source + ": " + problem);
  }
}

void ApplySettings(const std::vector<Setting>& settings, Config& config,
                   std::vector<std::string>& problems) {
  const std::vector<ConfigKey> keys = ConfigKeys(*Config::descriptor());
  std::vector<config::v1::Target> targets = TargetsOf(settings);
  for (const Setting& setting : settings) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& candidate) {
      return candidate.name == setting.key;
    });
    if (key != keys.end()) {
      const std::string problem = SetKey(config, *key, setting.value);
      if (!problem.empty()) problems.push_back(setting.source + ": " + problem);
    } else if (setting.key != "target") {
      ApplyToTargets(setting, targets, problems);
    }
  }
  if (!targets.empty()) config.mutable_targets()->Assign(targets.begin(), targets.end());
}

void FillReferrals(config::v1::Referrals& referrals) {
  if (referrals.follow().empty()) referrals.set_follow("never");
  if (!referrals.has_max_hops()) referrals.set_max_hops(5);
  if (!referrals.has_max_followed()) referrals.set_max_followed(16);
  if (!referrals.has_max_connections()) referrals.set_max_connections(4);
}

void FillTarget(config::v1::Target& target) {
  if (target.name().empty()) target.set_name("default");
  if (!target.has_connect_timeout()) target.mutable_connect_timeout()->set_seconds(5);
  if (target.session_tracking().empty()) target.set_session_tracking("auto");
  if (!target.has_gateway_identity()) target.set_gateway_identity(false);
  if (target.sasl_channel_binding().empty()) target.set_sasl_channel_binding("tls-endpoint");
  if (!target.has_max_connections_per_lease()) target.set_max_connections_per_lease(1);
  if (!target.has_max_concurrent_pages()) target.set_max_concurrent_pages(2);
  FillReferrals(*target.mutable_referrals());
  if (!target.tls().empty()) return;
  const bool ldaps = target.uris_size() > 0 && target.uris(0).starts_with("ldaps:");
  target.set_tls(ldaps ? "ldaps" : "none");
}

void FillProfile(const Config& config, config::v1::Profile& profile) {
  if (profile.method().empty()) profile.set_method("simple");
  if (profile.authorization().empty()) profile.set_authorization("proxied");
  if (!profile.has_any_caller()) profile.set_any_caller(false);
  if (profile.targets().empty() && !config.targets().empty()) {
    profile.add_targets(config.targets(0).name());
  }
}

void FillLease(config::v1::Lease& lease) {
  if (!lease.has_min_ttl()) lease.mutable_min_ttl()->set_seconds(10);
  if (!lease.has_default_ttl()) lease.mutable_default_ttl()->set_seconds(5 * 60);
  if (!lease.has_max_ttl()) lease.mutable_max_ttl()->set_seconds(60 * 60);
  if (!lease.has_max_age()) lease.mutable_max_age()->set_seconds(12 * 60 * 60);
}

// A lease takes so many descriptors, without those for referrals.
uint64_t MostConnectionsPerLease(const Config& config) {
  uint64_t most = 1;
  for (const config::v1::Target& target : config.targets()) {
    most = std::max<uint64_t>(most, target.max_connections_per_lease());
  }
  return most;
}

uint32_t DefaultMaxLeases(uint64_t descriptor_limit, uint64_t connections_per_lease) {
  if (descriptor_limit <= kOtherDescriptors) return 1;
  const uint64_t most = std::min(kMostLeases, (descriptor_limit - kOtherDescriptors) / connections_per_lease);
  return static_cast<uint32_t>(std::max<uint64_t>(most, 1));
}

uint32_t DefaultMaxConnections(uint64_t descriptor_limit, uint64_t directory_connections) {
  const uint64_t taken = directory_connections + kOwnDescriptors;
  if (descriptor_limit <= taken) return kLeastConnections;
  return static_cast<uint32_t>(
      std::clamp(descriptor_limit - taken, kLeastConnections, kMostConnections));
}

void FillVerify(config::v1::Verify& verify) {
  if (!verify.has_max_connections()) verify.set_max_connections(4);
  if (!verify.has_max_failed_binds()) verify.set_max_failed_binds(10);
  if (!verify.has_failed_bind_window()) verify.mutable_failed_bind_window()->set_seconds(60);
}

// max_connections apart. The numbers are those of ServerLimits.
void FillGrpc(config::v1::Grpc& grpc) {
  if (!grpc.has_handshake_timeout()) grpc.mutable_handshake_timeout()->set_seconds(10);
  if (!grpc.has_max_connection_idle()) grpc.mutable_max_connection_idle()->set_seconds(15 * 60);
  if (!grpc.has_keepalive_time()) grpc.mutable_keepalive_time()->set_seconds(30);
  if (!grpc.has_keepalive_timeout()) grpc.mutable_keepalive_timeout()->set_seconds(10);
  if (!grpc.has_min_ping_interval()) grpc.mutable_min_ping_interval()->set_seconds(10);
  if (!grpc.has_max_concurrent_streams()) grpc.set_max_concurrent_streams(1000);
  if (!grpc.has_max_metadata_size()) grpc.set_max_metadata_size(16 << 10);
  if (!grpc.has_max_receive_message_size()) grpc.set_max_receive_message_size(8 << 20);
  if (!grpc.has_memory()) grpc.set_memory(512 << 20);
}

}  // namespace

Config LoadConfig(const CommandLine& line, std::vector<std::string>& problems) {
  Config config;
  problems.insert(problems.end(), line.problems.begin(), line.problems.end());
  if (!line.config_file.empty()) ReadFile(line.config_file, config, problems);
  ApplySettings(line.settings, config, problems);
  return config;
}

void FillDefaults(uint64_t descriptor_limit, Config& config) {
  if (config.listen().empty()) config.set_listen("127.0.0.1:50051");
  if (config.log_format().empty()) config.set_log_format("json");
  if (config.log_level().empty()) config.set_log_level("info");
  if (!config.has_drain_grace()) config.mutable_drain_grace()->set_seconds(25);
  if (!config.has_certificate_check_interval()) {
    config.mutable_certificate_check_interval()->set_seconds(10);
  }
  if (!config.has_stall_deadline()) config.mutable_stall_deadline()->set_seconds(30);
  for (config::v1::Target& target : *config.mutable_targets()) FillTarget(target);
  const uint64_t per_lease = MostConnectionsPerLease(config);
  if (!config.has_max_leases()) config.set_max_leases(DefaultMaxLeases(descriptor_limit, per_lease));
  if (!config.has_max_leases_per_owner()) config.set_max_leases_per_owner(256);
  if (!config.has_max_operations_per_lease()) config.set_max_operations_per_lease(64);
  if (!config.has_max_persisting_syncs_per_lease()) config.set_max_persisting_syncs_per_lease(7);
  if (!config.has_anonymous()) config.set_anonymous(true);
  if (!config.has_memory_budget()) config.set_memory_budget(256 << 20);
  FillLease(*config.mutable_lease());
  FillVerify(*config.mutable_verify());
  if (!config.grpc().has_max_connections()) {
    config.mutable_grpc()->set_max_connections(
        DefaultMaxConnections(descriptor_limit, config.max_leases() * per_lease));
  }
  FillGrpc(*config.mutable_grpc());
  for (config::v1::Profile& profile : *config.mutable_profiles()) FillProfile(config, profile);
}

}  // namespace dirlease
