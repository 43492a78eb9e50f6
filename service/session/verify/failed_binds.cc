#include "session/verify/failed_binds.h"

#include <iterator>

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
  return {.caller = Sha256(caller), .name = Sha256(all)};
}

std::optional<absl::Duration> FailedBinds::RefusedFor(const Key& key, absl::Time now) const {
  const auto found = windows_.find(key.name);
  if (found == windows_.end() || found->second.end <= now) return std::nullopt;
  if (found->second.failures < options_.most) return std::nullopt;
  return found->second.end - now;
}

void FailedBinds::AddFailure(const Key& key, absl::Time now) {
  ForgetEnded(now);
  const auto found = windows_.find(key.name);
  if (found != windows_.end() && found->second.end > now) {
    ++found->second.failures;
    return;
  }
  MakeRoom(key.caller);
  const absl::Time end = now + options_.window;
  windows_[key.name] = {.end = end, .failures = 1};
  callers_[key.caller].emplace_back(end, key.name);
  ++ends_;
}

void FailedBinds::MakeRoom(const Digest& caller) {
  const auto own = callers_.try_emplace(caller).first;
  auto from = own;
  if (own->second.size() < options_.most_keys / 4) {
    if (ends_ < options_.most_keys) return;
    if (own->second.empty()) from = callers_.begin() == own ? std::next(own) : callers_.begin();
  }
  ForgetOldest(from->second);
  if (from != own && from->second.empty()) callers_.erase(from);
}

// Once in a window: it looks at every caller.
void FailedBinds::ForgetEnded(absl::Time now) {
  if (now < next_sweep_) return;
  next_sweep_ = now + options_.window;
  for (auto& [caller, ends] : callers_) {
    while (!ends.empty() && ends.front().first <= now) ForgetOldest(ends);
  }
  absl::erase_if(callers_, [](const auto& one) { return one.second.empty(); });
}

void FailedBinds::ForgetOldest(Ends& ends) {
  const auto [end, name] = ends.front();
  ends.pop_front();
  --ends_;
  const auto found = windows_.find(name);
  if (found != windows_.end() && found->second.end == end) windows_.erase(found);
}

}  // namespace dirlease
