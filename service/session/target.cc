#include "session/target.h"

#include <utility>

namespace dirlease {

Target::Target(EventLoop& loop, Connector& connector, TargetConfig config,
               absl::AnyInvocable<void()> on_change)
    : loop_(loop), connector_(connector), config_(std::move(config)), on_change_(std::move(on_change)) {}

void Target::Start() {
  timer_ = loop_.NewTimer([this] { Probe(); });
  Probe();
}

void Target::Stop() {
  timer_.reset();
  probing_.reset();
}

void Target::Probe() {
  if (leases_ > 0) {
    timer_->ArmAt(loop_.Now() + kProbeInterval);
    return;
  }
  probing_ = connector_.Probe(config_, [this](bool connected) {
    OnConnectOutcome(connected);
    timer_->ArmAt(loop_.Now() + (connected ? kProbeInterval : kProbeIntervalAfterFailure));
  });
}

void Target::OnConnectOutcome(bool connected) {
  if (reachable_ == connected) return;
  reachable_ = connected;
  on_change_();
}

PageTurns& Target::TurnsAt(const std::string& uri) {
  std::unique_ptr<PageTurns>& turns = turns_[uri];
  if (turns == nullptr) turns = std::make_unique<PageTurns>(loop_, config_.most_pages);
  return *turns;
}

std::optional<DirectoryFeatures> Target::Features(const std::string& uri) const {
  const auto found = features_.find(uri);
  if (found == features_.end() || found->second.time + kFeatureAge < loop_.Now()) return std::nullopt;
  return found->second.features;
}

void Target::SetFeatures(const std::string& uri, DirectoryFeatures features) {
  features_[uri] = {features, loop_.Now()};
}

DirectoryFeatures Target::WithConfigured(DirectoryFeatures features) const {
  features.session_tracking = config_.session_tracking.value_or(features.session_tracking);
  return features;
}

}  // namespace dirlease
