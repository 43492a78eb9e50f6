// The TLS settings of targets, loaded once and shared by all their connections: loading a bundle of
// certificates costs milliseconds and megabytes, a connection's share of it nothing.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include "ldap/connector.h"

struct ldap;

namespace dirlease {

// Thread-safe after Load.
class TlsContext {
 public:
  // Reads the target's CA file (or the system's bundle) and its client certificate and key. Null:
  // `error` names what is wrong, without contents.
  static std::shared_ptr<const TlsContext> Load(const TargetConfig& target, std::string& error);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // The next ldap_install_tls on `handle` uses this context and demands a valid certificate with
  // the host's name.
  bool ApplyTo(ldap* handle) const;

 private:
  explicit TlsContext(void* context) : context_(context) {}

  void* const context_;  // libldap's, one reference is ours
};

// Thread-safe. Get may read files: not on the loop.
class TlsContexts {
 public:
  std::shared_ptr<const TlsContext> Get(const TargetConfig& target, std::string& error);
  // Reads the target's files for later connections. Empty, or why not: then those of before stay in use.
  std::string Reload(const TargetConfig& target);

 private:
  using Files = std::tuple<std::string, std::string, std::string>;
  static Files FilesOf(const TargetConfig& target) {
    return {target.ca_file, target.cert_file, target.key_file};
  }

  std::mutex mutex_;
  std::map<Files, std::shared_ptr<const TlsContext>> loaded_;  // guarded by mutex_
};

}  // namespace dirlease
