#include "ldap/target_connector.h"

#include <utility>

namespace dirlease {

namespace {
// Half of each is one target's or host's share.
constexpr int kNameThreads = 4;
constexpr int kTlsThreads = 8;
}  // namespace

TargetConnector::TargetConnector(EventLoop& loop, Resolver::Lookup lookup)
    : loop_(loop),
      name_pool_("ldap-names", kNameThreads),
      tls_pool_("ldap-tls", kTlsThreads),
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

}  // namespace dirlease
