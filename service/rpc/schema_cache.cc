#include "rpc/schema_cache.h"

#include <algorithm>
#include <utility>

namespace dirlease {

std::string SchemaCache::KeyOf(const Session::Facts& facts, const std::string& subschema_dn) {
  // Each part with its length before it: no two keys look alike.
  std::string key;
  for (const std::string* part : {&facts.target, &facts.uri, &facts.bind_name, &facts.identity_key, &subschema_dn}) {
    key += std::to_string(part->size()) + ':' + *part;
  }
  return key;
}

SchemaCache::Schema SchemaCache::Find(const std::string& key, std::string_view modified, absl::Time now) const {
  const auto found = kept_.find(key);
  if (found == kept_.end() || found->second.modified != modified) return nullptr;
  return now - found->second.time < kMostAge ? found->second.schema : nullptr;
}

void SchemaCache::Store(const std::string& key, std::string modified, Schema schema, absl::Time now) {
  if (const auto old = kept_.find(key); old != kept_.end()) Drop(old);
  const size_t octets = schema->ByteSizeLong() + key.size() + modified.size() + kOctetsOfKept;
  if (octets > kMostOctets) return;
  while (octets_ + octets > kMostOctets) {
    Drop(std::min_element(kept_.begin(), kept_.end(),
                          [](const auto& a, const auto& b) { return a.second.time < b.second.time; }));
  }
  kept_[key] = {std::move(schema), std::move(modified), now, octets};
  octets_ += octets;
}

void SchemaCache::Drop(absl::flat_hash_map<std::string, Kept>::iterator kept) {
  octets_ -= kept->second.octets;
  kept_.erase(kept);
}

}  // namespace dirlease
