#include "ldap/target_connector.h"

#include <algorithm>
#include <utility>

#include "ldap/pooled_sasl_exchange.h"

namespace dirlease {

namespace {
// Half of each is one target's or host's share.
constexpr int kNameThreads = 4;
constexpr int kTlsThreads = 8;
constexpr int kSaslThreads = 8;
}  // namespace

TargetConnector::TargetConnector(EventLoop& loop, Resolver::Lookup lookup)
    : loop_(loop),
      name_pool_("ldap-names", kNameThreads),
      tls_pool_("ldap-tls", kTlsThreads),
      sasl_pool_("ldap-sasl", kSaslThreads),
      resolver_(loop, name_pool_, std::move(lookup)) {}

TargetConnector::~TargetConnector() = default;

std::unique_ptr<Connector::Attempt> TargetConnector::Connect(const TargetConfig& target,
                                                             Callback callback) {
  return std::make_unique<ConnectAttempt>(services(), target, ConnectAttempt::Purpose::kHandle,
                                          std::move(callback));
}

std::unique_ptr<Connector::Attempt> TargetConnector::Probe(
    const TargetConfig& target, absl::AnyInvocable<void(bool)> callback) {
  return std::make_unique<ConnectAttempt>(
      services(), target, ConnectAttempt::Purpose::kProbe,
      [callback = std::move(callback)](Connected connected) mutable {
        callback(!connected.uri.empty());
      });
}

std::unique_ptr<SaslExchange> TargetConnector::StartSasl(const TargetConfig& target,
                                                         const std::string& uri,
                                                         SaslRequest request) {
  const auto dialled = std::find_if(target.uris.begin(), target.uris.end(),
                                    [&](const LdapUri& one) { return one.text == uri; });
  return std::make_unique<PooledSaslExchange>(
      loop_, sasl_pool_, target.name, dialled == target.uris.end() ? "" : dialled->host,
      std::move(request));
}

}  // namespace dirlease
