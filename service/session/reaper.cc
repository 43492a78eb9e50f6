#include "session/reaper.h"

namespace dirlease {

void Reaper::Take(std::unique_ptr<Connection> connection) {
  Connection* key = connection.get();
  key->SetObserver(*this);
  connections_[key] = std::move(connection);
  if (!key->closed()) key->Unbind();
  key->WhenSocketClosed([this, key] { Release(key); });
}

void Reaper::Release(Connection* connection) {
  const auto found = connections_.find(connection);
  loop_.DeferDelete(std::move(found->second));  // it is on the stack
  connections_.erase(found);
  if (connections_.empty() && on_empty_) on_empty_();
}

}  // namespace dirlease
