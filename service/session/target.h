// One configured directory: how to reach it, whether it can be reached, what it offers. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "ldap/connector.h"
#include "session/directory_features.h"
#include "session/page_turns.h"

namespace dirlease {

class Target {
 public:
  // While no lease is connected, a bare TCP connect tells whether the directory is there; after a failure sooner.
  static constexpr absl::Duration kProbeInterval = absl::Seconds(2);
  static constexpr absl::Duration kProbeIntervalAfterFailure = absl::Seconds(1);
  // What a directory offers is asked again after this long.
  static constexpr absl::Duration kFeatureAge = absl::Minutes(10);

  // `on_change` comes when reachable() changed, and when it is known for the first time. `loop` and `connector` must outlive this.
  Target(EventLoop& loop, Connector& connector, TargetConfig config,
         absl::AnyInvocable<void()> on_change);

  // Starts probing. Call once.
  void Start();
  void Stop();

  const TargetConfig& config() const { return config_; }
  Connector& connector() { return connector_; }
  // By the last connect's outcome; false before the first.
  bool reachable() const { return reachable_.value_or(false); }
  void OnConnectOutcome(bool connected);
  void OnLeaseConnected() { ++leases_; }
  void OnLeaseGone() { --leases_; }

  // Of the directory at `uri`; empty = not known, or too long ago.
  std::optional<DirectoryFeatures> Features(const std::string& uri) const;
  void SetFeatures(const std::string& uri, DirectoryFeatures features);
  // Of the directory at `uri`. Lives as long as this.
  PageTurns& TurnsAt(const std::string& uri);
  // As far as the configuration does not say otherwise.
  DirectoryFeatures WithConfigured(DirectoryFeatures features) const;

 private:
  struct Learnt {
    DirectoryFeatures features;
    absl::Time time;
  };
  void Probe();

  EventLoop& loop_;
  Connector& connector_;
  const TargetConfig config_;
  absl::AnyInvocable<void()> on_change_;
  std::optional<bool> reachable_;  // empty: nobody has tried yet
  int leases_ = 0;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<Connector::Attempt> probing_;
  absl::flat_hash_map<std::string, Learnt> features_;
  absl::flat_hash_map<std::string, std::unique_ptr<PageTurns>> turns_;
};

}  // namespace dirlease
