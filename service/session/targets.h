// The configured directories by name, and whether at least one of them can be reached. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "session/target.h"

namespace dirlease {

class Targets {
 public:
  // The first one is the default. `loop` and `connector` must outlive this. REQUIRES: at least one, names differ.
  Targets(EventLoop& loop, Connector& connector, std::vector<TargetConfig> configs);

  // By name, or by one of its URIs; "" = the default one; null = there is none such.
  Target* Find(std::string_view name) const;
  // By name, as Target::reachable has it.
  std::vector<std::pair<std::string, bool>> Reachable() const;

  // Watches them; `on_change` hears whether at least one can be reached, first when it is known.
  void StartProbing(absl::AnyInvocable<void(bool)> on_change);
  void StopProbing();

 private:
  void TellReachable();

  std::vector<std::unique_ptr<Target>> targets_;
  absl::AnyInvocable<void(bool)> on_change_;
  std::optional<bool> told_reachable_;
};

}  // namespace dirlease
