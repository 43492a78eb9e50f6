#include "ldap/target_connector.h"

#include <utility>

#include "ldap/connect_attempt.h"

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
  const ConnectServices services{loop_, resolver_, tls_pool_, tls_contexts_};
  return std::make_unique<ConnectAttempt>(services, target, std::move(callback));
}

}  // namespace dirlease
