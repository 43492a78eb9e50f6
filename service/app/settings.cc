#include "app/settings.h"

#include "ldap/ldap_uri.h"

namespace dirlease {

namespace {

using config::v1::Config;

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// Of the operators' listener: an operator or two, and what watches it.
constexpr uint32_t kOperatorsConnections = 32;

ServerLimits ToLimits(const config::v1::Grpc& grpc, uint32_t max_connections) {
  ServerLimits limits;
  limits.max_connections = max_connections;
  limits.handshake_timeout = ToDuration(grpc.handshake_timeout());
  limits.max_connection_idle = ToDuration(grpc.max_connection_idle());
  limits.keepalive_time = ToDuration(grpc.keepalive_time());
  limits.keepalive_timeout = ToDuration(grpc.keepalive_timeout());
  limits.min_ping_interval = ToDuration(grpc.min_ping_interval());
  limits.max_concurrent_streams = grpc.max_concurrent_streams();
  limits.max_metadata_size = static_cast<uint32_t>(grpc.max_metadata_size());
  limits.max_receive_message_size = static_cast<uint32_t>(grpc.max_receive_message_size());
  limits.memory = grpc.memory();
  return limits;
}

Gateway::Listener ToListener(const Config& config) {
  Gateway::Listener listener{.listen = config.listen(), .tls = std::nullopt};
  listener.limits = ToLimits(config.grpc(), config.grpc().max_connections());
  if (config.insecure()) return listener;
  listener.tls = PemFiles{.certificate = config.tls().cert(),
                          .key = config.tls().key(),
                          .authorities = config.client_ca()};
  return listener;
}

std::optional<Gateway::Listener> ToAdminListener(const Config& config) {
  if (config.admin().listen().empty()) return std::nullopt;
  Gateway::Listener listener{.listen = config.admin().listen(), .tls = std::nullopt};
  listener.limits = ToLimits(config.grpc(), kOperatorsConnections);
  if (config.admin().client_ca().empty()) return listener;
  listener.tls = PemFiles{.certificate = config.tls().cert(),
                          .key = config.tls().key(),
                          .authorities = config.admin().client_ca()};
  return listener;
}

SessionManager::Options ToSessionOptions(const Config& config) {
  SessionManager::Options options;
  options.min_ttl = ToDuration(config.lease().min_ttl());
  options.default_ttl = ToDuration(config.lease().default_ttl());
  options.max_ttl = ToDuration(config.lease().max_ttl());
  options.max_age = ToDuration(config.lease().max_age());
  options.max_leases = config.max_leases();
  options.max_leases_per_owner = config.max_leases_per_owner();
  options.anonymous = config.anonymous();
  options.session.most_operations = config.max_operations_per_lease();
  options.session.most_persisting_syncs = config.max_persisting_syncs_per_lease();
  options.stall_deadline = ToDuration(config.stall_deadline());
  options.budget_octets = config.memory_budget();
  options.checks.most_connections = config.verify().max_connections();
  options.checks.failed_binds.most = static_cast<int>(config.verify().max_failed_binds());
  options.checks.failed_binds.window = ToDuration(config.verify().failed_bind_window());
  return options;
}

TargetConfig::Tls ToTls(const std::string& word) {
  if (word == "ldaps") return TargetConfig::Tls::kLdaps;
  return word == "starttls" ? TargetConfig::Tls::kStartTls : TargetConfig::Tls::kNone;
}

ChannelBinding ToChannelBinding(const std::string& word) {
  if (word == "none") return ChannelBinding::kNone;
  return word == "tls-unique" ? ChannelBinding::kTlsUnique : ChannelBinding::kTlsEndpoint;
}

ReferralPolicy ToReferralPolicy(const config::v1::Referrals& referrals) {
  ReferralPolicy policy;
  if (referrals.follow() == "anonymous") policy.follow = ReferralPolicy::Follow::kAnonymous;
  if (referrals.follow() == "same_identity") policy.follow = ReferralPolicy::Follow::kSameIdentity;
  for (const std::string& uri : referrals.servers()) policy.servers.push_back(*ParseLdapUri(uri));
  policy.most_hops = static_cast<int>(referrals.max_hops());
  policy.most_followed = static_cast<int>(referrals.max_followed());
  policy.most_connections = referrals.max_connections();
  return policy;
}

TargetConfig ToTarget(const config::v1::Target& target) {
  TargetConfig result{.name = target.name(),
                      .tls = ToTls(target.tls()),
                      .ca_file = target.ca(),
                      .cert_file = target.cert(),
                      .key_file = target.key(),
                      .connect_timeout = ToDuration(target.connect_timeout())};
  result.gateway_identity = target.gateway_identity();
  result.client_keytab = target.client_keytab();
  result.sasl_channel_binding = ToChannelBinding(target.sasl_channel_binding());
  result.referrals = ToReferralPolicy(target.referrals());
  result.most_connections = target.max_connections_per_lease();
  result.most_pages = target.max_concurrent_pages();
  if (target.session_tracking() == "always") result.session_tracking = true;
  if (target.session_tracking() == "never") result.session_tracking = false;
  for (const std::string& uri : target.uris()) result.uris.push_back(*ParseLdapUri(uri));
  return result;
}

Profile::Method ToMethod(const std::string& word) {
  if (word == "external") return Profile::Method::kExternal;
  return word == "gssapi" ? Profile::Method::kGssapi : Profile::Method::kSimple;
}

Profile ToProfile(const config::v1::Profile& profile) {
  return {.name = profile.name(),
          .targets = {profile.targets().begin(), profile.targets().end()},
          .method = ToMethod(profile.method()),
          .dn = profile.dn(),
          .cert_file = profile.cert(),
          .key_file = profile.key(),
          .client_keytab = profile.client_keytab(),
          .callers = {profile.callers().begin(), profile.callers().end()},
          .any_caller = profile.any_caller(),
          .sasl_authorization = profile.authorization() == "sasl",
          .authorization_ids = {profile.authorization_ids().begin(), profile.authorization_ids().end()}};
}

}  // namespace

Gateway::Settings ToSettings(const Config& config) {
  Gateway::Settings settings{.server = ToListener(config),
                             .admin = ToAdminListener(config),
                             .drain_grace = DrainGrace(config),
                             .sessions = ToSessionOptions(config)};
  settings.metrics_listen = config.metrics_listen();
  settings.audit_log = config.audit_log();
  for (const auto& target : config.targets()) settings.targets.push_back(ToTarget(target));
  for (const auto& profile : config.profiles()) {
    settings.sessions.profiles.push_back(ToProfile(profile));
    if (!profile.password_file().empty()) {
      settings.profile_passwords.push_back({profile.name(), profile.password_file()});
    }
  }
  return settings;
}

log::Format LogFormat(const Config& config) {
  return config.log_format() == "text" ? log::Format::kText : log::Format::kJson;
}

log::Level LogLevel(const Config& config) {
  return log::ParseLevel(config.log_level()).value_or(log::Level::kInfo);
}

absl::Duration DrainGrace(const Config& config) { return ToDuration(config.drain_grace()); }

absl::Duration CertificateCheckInterval(const Config& config) {
  return ToDuration(config.certificate_check_interval());
}

std::string TargetNames(const Config& config) {
  std::string names;
  for (const auto& target : config.targets()) {
    if (!names.empty()) names += ',';
    names += target.name();
  }
  return names;
}

}  // namespace dirlease
