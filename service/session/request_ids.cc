#include "session/request_ids.h"

#include <utility>

namespace dirlease {

std::string RequestIds::KeyOf(const std::string& owner, const std::string& request_id) {
  return request_id + '\0' + owner;
}

const RequestIds::Remembered* RequestIds::Find(const std::string& key, absl::Time now) {
  DropOld(now);
  const auto found = remembered_.find(key);
  return found == remembered_.end() ? nullptr : found->second.get();
}

void RequestIds::Remember(const std::string& key, Remembered remembered, absl::Time now) {
  DropOld(now);
  remembered_[key] = std::make_unique<Remembered>(std::move(remembered));
  ages_.emplace_back(now, key);
}

// A key that was forgotten and remembered anew has two ages; the first one drops it early, which only costs a retry
// its lease.
void RequestIds::DropOld(absl::Time now) {
  while (!ages_.empty() && (ages_.size() >= most_ || ages_.front().first + kAge <= now)) {
    remembered_.erase(ages_.front().second);
    ages_.pop_front();
  }
}

}  // namespace dirlease
