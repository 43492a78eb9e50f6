#include "session/targets.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace dirlease {

Targets::Targets(EventLoop& loop, Connector& connector, std::vector<TargetConfig> configs) {
  assert(!configs.empty());
  for (TargetConfig& config : configs) {
    targets_.push_back(std::make_unique<Target>(loop, connector, std::move(config),
                                                [this] { TellReachable(); }));
  }
}

Target* Targets::Find(std::string_view name) const {
  if (name.empty()) return targets_.front().get();
  const auto uri = ParseLdapUri(name);
  const auto is_meant = [&](const TargetConfig& config) {
    if (config.name == name) return true;
    return uri && std::any_of(config.uris.begin(), config.uris.end(), [&](const LdapUri& own) { return SameServer(own, *uri); });
  };
  const auto found = std::find_if(targets_.begin(), targets_.end(),
                                  [&](const auto& target) { return is_meant(target->config()); });
  return found == targets_.end() ? nullptr : found->get();
}

std::vector<std::pair<std::string, bool>> Targets::Reachable() const {
  std::vector<std::pair<std::string, bool>> reachable;
  for (const auto& target : targets_) {
    reachable.emplace_back(target->config().name, target->reachable());
  }
  return reachable;
}

void Targets::StartProbing(absl::AnyInvocable<void(bool)> on_change) {
  on_change_ = std::move(on_change);
  for (const auto& target : targets_) target->Start();
}

void Targets::StopProbing() {
  on_change_ = nullptr;
  for (const auto& target : targets_) target->Stop();
}

void Targets::TellReachable() {
  const bool reachable = std::any_of(targets_.begin(), targets_.end(),
                                     [](const auto& target) { return target->reachable(); });
  if (!on_change_ || told_reachable_ == reachable) return;
  told_reachable_ = reachable;
  on_change_(reachable);
}

}  // namespace dirlease
