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
  // The files are read again for later connections.
  void Clear();

 private:
  using Files = std::tuple<std::string, std::string, std::string>;

  std::mutex mutex_;
  std::map<Files, std::shared_ptr<const TlsContext>> loaded_;  // guarded by mutex_
};

}  // namespace dirlease
