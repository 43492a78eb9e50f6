#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "app/config_loader.h"
#include "app/password_file.h"
#include "app/pem_file.h"
#include "ldap/ldap_uri.h"
#include "rpc/grpc/listen_address.h"

namespace dirlease {

namespace {

using config::v1::Config;
using google::protobuf::Duration;

constexpr uint32_t kMostStreams = 1'000'000;
// An operation keeps what it is referred to until it has been there.
constexpr uint32_t kMostHops = 32;
constexpr uint32_t kMostFollowed = 256;
constexpr uint32_t kMostReferralConnections = 64;
// Beyond, a lease has no operations for them.
constexpr uint32_t kMostConnectionsPerLease = 16;
constexpr uint32_t kMostConcurrentPages = 1000;

bool operator<(const Duration& a, const Duration& b) {
  return std::pair(a.seconds(), a.nanos()) < std::pair(b.seconds(), b.nanos());
}

class Checker {
 public:
  explicit Checker(std::vector<std::string>& problems) : problems_(problems) {}

  void Check(const Config& config) {
    CheckListener(config);
    CheckAdmin(config);
    CheckTargets(config);
    CheckProfiles(config);
    CheckLease(config.lease());
    CheckNumbers(config);
    CheckInterval(config.certificate_check_interval());
    CheckGrpc(config.grpc());
    CheckWord("log_format", config.log_format(), {"json", "text"});
    CheckWord("log_level", config.log_level(), {"debug", "info", "warning", "error"});
  }

 private:
  template <typename... Parts>
  void Add(fmt::format_string<Parts...> format, Parts&&... parts) {
    problems_.push_back(fmt::format(format, std::forward<Parts>(parts)...));
  }

  void CheckListener(const Config& config) {
    if (!config.metrics_listen().empty() && !ParseListenAddress(config.metrics_listen())) {
      Add("metrics_listen: \"{}\" is not of the form ADDRESS:PORT, as 127.0.0.1:9464 or [::1]:0",
          config.metrics_listen());
    }
    const auto address = ParseListenAddress(config.listen());
    if (!address) {
      Add("listen: \"{}\" is not of the form HOST:PORT, as 127.0.0.1:50051 or [::1]:0",
          config.listen());
    }
    CheckFolder("address_file", config.address_file());
    CheckFolder("audit_log", config.audit_log());
    CheckCertificate("tls.cert", config.tls().cert(), "tls.key", config.tls().key());
    const bool tls = !config.tls().cert().empty() || !config.tls().key().empty();
    if (!config.client_ca().empty()) {
      CheckAuthorities("client_ca", config.client_ca());
      if (!tls) Add("client_ca: needs tls.cert and tls.key (--tls-cert, --tls-key) too");
    }
    if (tls && config.insecure()) {
      Add("insecure: says plaintext, but a certificate is given: leave out one of them");
    } else if (!tls && !config.insecure()) {
      Add("tls.cert: give --tls-cert and --tls-key (and --client-ca so that callers have an "
          "identity), or serve "
          "plaintext on loopback with --insecure");
    }
    if (config.insecure() && address && !IsLoopback(*address) && !config.insecure_any_address()) {
      Add("listen: {} is no loopback address, and with --insecure passwords and tokens are "
          "readable on its network: "
          "use TLS, or say --insecure-any-address too",
          config.listen());
    }
  }

  void CheckAdmin(const Config& config) {
    const config::v1::Admin& admin = config.admin();
    CheckFolder("admin.address_file", admin.address_file());
    if (!admin.client_ca().empty()) CheckAuthorities("admin.client_ca", admin.client_ca());
    if (admin.listen().empty()) {
      if (!admin.client_ca().empty()) Add("admin.client_ca: needs --admin-listen=HOST:PORT too");
      if (!admin.address_file().empty()) {
        Add("admin.address_file: needs --admin-listen=HOST:PORT too");
      }
      return;
    }
    const auto address = ParseListenAddress(admin.listen());
    if (!address) {
      Add("admin.listen: \"{}\" is not of the form HOST:PORT, as 127.0.0.1:50052 or [::1]:0",
          admin.listen());
    }
    const bool tls = !config.tls().cert().empty() && !config.tls().key().empty();
    if (!admin.client_ca().empty() && !tls) {
      Add("admin.client_ca: needs tls.cert and tls.key (--tls-cert, --tls-key) too");
    } else if (address && !IsLoopback(*address) && admin.client_ca().empty()) {
      Add("admin.listen: {} is no loopback address: give --admin-client-ca=FILE, with --tls-cert and "
          "--tls-key, so that only operators get in, or listen on loopback",
          admin.listen());
    }
  }

  void CheckTargets(const Config& config) {
    if (config.targets().empty()) {
      Add("targets: none is configured: give --target=ldap://HOST or targets in the file");
    }
    std::set<std::string> names;
    for (const config::v1::Target& target : config.targets()) {
      const std::string key = fmt::format("targets \"{}\"", target.name());
      if (!names.insert(target.name()).second) {
        Add("{}: the name is given twice: name targets as in --target=NAME=URI", key);
      }
      CheckTarget(key, target);
    }
  }

  void CheckTarget(const std::string& key, const config::v1::Target& target) {
    CheckPositive(key + ": connect_timeout", target.connect_timeout());
    CheckWord(key + ": tls", target.tls(), {"none", "starttls", "ldaps"});
    CheckWord(key + ": session_tracking", target.session_tracking(), {"auto", "always", "never"});
    CheckWord(key + ": sasl_channel_binding", target.sasl_channel_binding(), {"tls-endpoint", "tls-unique", "none"});
    if (target.uris().empty()) Add("{}: uris: none is given", key);
    for (const std::string& uri : target.uris()) CheckUri(key, uri, target.tls() == "ldaps");
    CheckCertificate(key + ": cert", target.cert(), key + ": key", target.key());
    if (!target.ca().empty()) CheckAuthorities(key + ": ca", target.ca());
    CheckReferrals(key + ": referrals.", target);
    CheckCount(key + ": max_connections_per_lease", target.max_connections_per_lease(), kMostConnectionsPerLease);
    CheckCount(key + ": max_concurrent_pages", target.max_concurrent_pages(), kMostConcurrentPages);
    CheckReadable(key + ": client_keytab", target.client_keytab());
    const bool files = !target.ca().empty() || !target.cert().empty() || !target.key().empty();
    if (target.tls() == "none" && files) {
      Add("{}: ca, cert and key are for TLS, which this target does not use: say "
          "--target-tls=starttls, use an "
          "ldaps URI, or leave them out",
          key);
    }
  }

  void CheckReferrals(const std::string& key, const config::v1::Target& target) {
    const config::v1::Referrals& referrals = target.referrals();
    CheckWord(key + "follow", referrals.follow(), {"never", "anonymous", "same_identity"});
    for (const std::string& uri : referrals.servers()) CheckUri(key + "servers", uri, target.tls() == "ldaps");
    if (referrals.follow() != "never" && referrals.servers().empty()) {
      Add("{}servers: none is given: name the directories that may be followed to, or say follow: never", key);
    }
    if (referrals.follow() == "never" && !referrals.servers().empty()) {
      Add("{}follow: is never, but servers are given: say anonymous or same_identity, or leave them out", key);
    }
    CheckCount(key + "max_hops", referrals.max_hops(), kMostHops);
    CheckCount(key + "max_followed", referrals.max_followed(), kMostFollowed);
    CheckCount(key + "max_connections", referrals.max_connections(), kMostReferralConnections);
  }

  void CheckCount(const std::string& key, uint32_t count, uint32_t most) {
    if (count == 0 || count > most) Add("{}: has to be between 1 and {}", key, most);
  }

  void CheckUri(const std::string& key, const std::string& text, bool ldaps) {
    const auto uri = ParseLdapUri(text);
    if (!uri) {
      Add("{}: \"{}\" is no address of a directory: write ldap://HOST[:PORT] or "
          "ldaps://HOST[:PORT]",
          key, text);
    } else if (uri->ldaps && !ldaps) {
      Add("{}: {} contradicts its tls setting: an ldaps URI goes with tls ldaps only", key, text);
    } else if (!uri->ldaps && ldaps) {
      Add("{}: {} contradicts its tls setting: write ldaps://, or say starttls", key, text);
    }
  }

  void CheckProfiles(const Config& config) {
    std::set<std::string> names;
    for (const config::v1::Profile& profile : config.profiles()) {
      const std::string key = fmt::format("profiles \"{}\"", profile.name());
      if (profile.name().empty()) Add("profiles: one has no name: give each a name");
      if (!names.insert(profile.name()).second) Add("{}: the name is given twice", key);
      CheckProfile(key, profile, config);
    }
  }

  void CheckProfile(const std::string& key, const config::v1::Profile& profile, const Config& config) {
    CheckWord(key + ": method", profile.method(), {"simple", "external", "gssapi"});
    CheckWord(key + ": authorization", profile.authorization(), {"proxied", "sasl"});
    const bool simple = profile.method() == "simple";
    if (simple) {
      CheckProfilePassword(key, profile);
    } else if (!profile.dn().empty() || !profile.password_file().empty()) {
      Add("{}: dn and password_file are for method simple: leave them out", key);
    }
    if (simple && profile.authorization() == "sasl") {
      Add("{}: authorization: sasl goes with external and gssapi only: say proxied", key);
    }
    CheckReadable(key + ": client_keytab", profile.client_keytab());
    if (!profile.client_keytab().empty() && profile.method() != "gssapi") {
      Add("{}: client_keytab is for method gssapi: leave it out", key);
    }
    const bool certificate = !profile.cert().empty() || !profile.key().empty();
    if (certificate && profile.method() != "external") {
      Add("{}: cert and key are for method external: leave them out", key);
    }
    CheckCertificate(key + ": cert", profile.cert(), key + ": key", profile.key());
    for (const std::string& name : profile.targets()) CheckProfileTarget(key, profile, name, config);
    CheckProfileCallers(key, profile, config);
    for (const std::string& id : profile.authorization_ids()) {
      if (id == "*" || id.starts_with("dn:") || id.starts_with("u:")) continue;
      Add("{}: authorization_ids: \"{}\" is not of the form dn:..., u:... or *", key, id);
    }
  }

  void CheckProfilePassword(const std::string& key, const config::v1::Profile& profile) {
    if (profile.dn().empty()) Add("{}: dn: is missing: name who binds", key);
    if (profile.password_file().empty()) return Add("{}: password_file: is missing", key);
    std::string problem;
    ReadPasswordFile(profile.password_file(), problem);
    if (!problem.empty()) Add("{}: password_file: {}", key, problem);
  }

  void CheckProfileTarget(const std::string& key, const config::v1::Profile& profile,
                          const std::string& name, const Config& config) {
    const auto target =
        std::find_if(config.targets().begin(), config.targets().end(),
                     [&](const config::v1::Target& one) { return one.name() == name; });
    if (target == config.targets().end()) {
      Add("{}: targets: no target is called \"{}\"", key, name);
    } else if (profile.method() == "external" && target->tls() == "none") {
      Add("{}: method external needs TLS with the directory, which target \"{}\" does not use", key, name);
    } else if (profile.method() == "external" && profile.cert().empty() && target->cert().empty()) {
      Add("{}: cert: is missing, and target \"{}\" has none either", key, name);
    }
  }

  void CheckProfileCallers(const std::string& key, const config::v1::Profile& profile,
                           const Config& config) {
    if (profile.callers().empty() && !profile.any_caller()) {
      Add("{}: callers: nobody may use it: name callers, or say any_caller: true", key);
    }
    if (!profile.callers().empty() && config.client_ca().empty()) {
      Add("{}: callers: without client_ca callers have no identity: give --client-ca", key);
    }
  }

  void CheckLease(const config::v1::Lease& lease) {
    CheckPositive("lease.min_ttl", lease.min_ttl());
    CheckPositive("lease.max_age", lease.max_age());
    if (lease.max_ttl() < lease.min_ttl()) {
      Add("lease.max_ttl: is below lease.min_ttl: raise --lease-max-ttl or lower --lease-min-ttl");
    } else if (lease.default_ttl() < lease.min_ttl() || lease.max_ttl() < lease.default_ttl()) {
      Add("lease.default_ttl: has to be between lease.min_ttl and lease.max_ttl: set "
          "--lease-default-ttl");
    }
    if (lease.max_age() < lease.min_ttl()) {
      Add("lease.max_age: is below lease.min_ttl: raise --lease-max-age");
    }
  }

  void CheckNumbers(const Config& config) {
    CheckPositive("stall_deadline", config.stall_deadline());
    CheckPositive("max_leases", config.max_leases());
    CheckPositive("max_leases_per_owner", config.max_leases_per_owner());
    CheckPositive("max_operations_per_lease", config.max_operations_per_lease());
    CheckPositive("max_persisting_syncs_per_lease", config.max_persisting_syncs_per_lease());
    CheckPositive("verify.max_connections", config.verify().max_connections());
    CheckPositive("verify.max_failed_binds", config.verify().max_failed_binds());
    CheckPositive("verify.failed_bind_window", config.verify().failed_bind_window());
    if (config.memory_budget() < (1 << 20)) Add("memory_budget: has to be at least 1MiB");
  }

  void CheckGrpc(const config::v1::Grpc& grpc) {
    CheckPositive("grpc.max_connections", grpc.max_connections());
    CheckPositive("grpc.handshake_timeout", grpc.handshake_timeout());
    CheckPositive("grpc.max_connection_idle", grpc.max_connection_idle());
    CheckPositive("grpc.keepalive_time", grpc.keepalive_time());
    CheckPositive("grpc.keepalive_timeout", grpc.keepalive_timeout());
    CheckPositive("grpc.min_ping_interval", grpc.min_ping_interval());
    CheckPositive("grpc.max_concurrent_streams", grpc.max_concurrent_streams());
    if (grpc.max_concurrent_streams() > kMostStreams) {
      Add("grpc.max_concurrent_streams: has to be at most {}", kMostStreams);
    }
    CheckOctets("grpc.max_metadata_size", grpc.max_metadata_size(), 1 << 10, "1KiB", 1 << 20, "1MiB");
    CheckOctets("grpc.max_receive_message_size", grpc.max_receive_message_size(), 64 << 10, "64KiB",
                1 << 30, "1GiB");
    if (grpc.memory() < (16 << 20)) Add("grpc.memory: has to be at least 16MiB");
  }

  void CheckOctets(const std::string& key, uint64_t octets, uint64_t least, std::string_view least_text,
                   uint64_t most, std::string_view most_text) {
    if (octets < least || octets > most) {
      Add("{}: has to be between {} and {}", key, least_text, most_text);
    }
  }
  void CheckPositive(const std::string& key, const Duration& duration) {
    if (duration.seconds() == 0 && duration.nanos() == 0) Add("{}: has to be more than 0", key);
  }
  void CheckPositive(const std::string& key, uint32_t count) {
    if (count == 0) Add("{}: has to be at least 1", key);
  }

  void CheckInterval(const Duration& interval) {
    const bool never = interval.seconds() == 0 && interval.nanos() == 0;
    if (!never && interval.seconds() == 0 && interval.nanos() < 10'000'000) {
      Add("certificate_check_interval: has to be 0s (never) or at least 10ms");
    }
  }

  void CheckWord(const std::string& key, const std::string& word,
                 std::initializer_list<std::string_view> words) {
    for (const std::string_view one : words) {
      if (one == word) return;
    }
    Add("{}: \"{}\" is none of {}", key, word, fmt::join(words, ", "));
  }

  void CheckFolder(const std::string& key, const std::string& path) {
    if (path.empty()) return;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (!folder.empty() && !std::filesystem::is_directory(folder, error)) {
      Add("{}: there is no folder {}", key, folder.string());
    }
  }

  void CheckReadable(const std::string& key, const std::string& path) {
    if (!path.empty() && access(path.c_str(), R_OK) != 0) Add("{}: cannot read {}", key, path);
  }

  void CheckCertificate(const std::string& cert_key, const std::string& cert,
                        const std::string& key_key, const std::string& key) {
    if (cert.empty() && key.empty()) return;
    if (key.empty()) return Add("{}: is missing: a certificate needs its key", key_key);
    if (cert.empty()) return Add("{}: is missing: a key needs its certificate", cert_key);
    const std::string problem = ProblemOfKeyPair(cert, key);
    if (!problem.empty()) Add("{}: {}", cert_key, problem);
  }

  void CheckAuthorities(const std::string& key, const std::string& path) {
    const std::string problem = ProblemOfAuthorities(path);
    if (!problem.empty()) Add("{}: {}", key, problem);
  }

  std::vector<std::string>& problems_;
};

}  // namespace

void CheckConfig(const Config& config, std::vector<std::string>& problems) {
  Checker(problems).Check(config);
}

}  // namespace dirlease
