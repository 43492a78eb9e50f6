#include "session/verify/failed_binds.h"

#include "session/verify/name_key.h"

namespace dirlease {

FailedBinds::Key FailedBinds::KeyOf(std::string_view caller, std::string_view target, std::string_view bind_name) {
  // Each part with its length before it: no two keys look alike.
  std::string all;
  const auto append = [&all](std::string_view part) {
    all += std::to_string(part.size());
    all += ':';
    all += part;
  };
  append(caller);
  append(target);
  all += NameKey(bind_name);
  return Sha256(all);
}

std::optional<absl::Duration> FailedBinds::RefusedFor(const Key& key, absl::Time now) const {
  const auto found = windows_.find(key);
  if (found == windows_.end() || found->second.end <= now) return std::nullopt;
  if (found->second.failures < options_.most) return std::nullopt;
  return found->second.end - now;
}

void FailedBinds::AddFailure(const Key& key, absl::Time now) {
  Forget(now);
  Window& window = windows_[key];
  if (window.failures++ > 0) return;
  window.end = now + options_.window;
  ends_.emplace_back(window.end, key);
}

void FailedBinds::Forget(absl::Time now) {
  while (!ends_.empty() && (ends_.front().first <= now || ends_.size() >= kMostKeys)) {
    const auto [end, key] = ends_.front();
    ends_.pop_front();
    const auto found = windows_.find(key);
    if (found != windows_.end() && found->second.end == end) windows_.erase(found);
  }
}

}  // namespace dirlease
