// An entry whose directory sends the values of large attributes in parts, put together from several answers. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "dirlease/v1/ldap.pb.h"

namespace dirlease {

class RangeMerge {
 public:
  // Parts that are asked for. Active Directory sends 1,500 values in one, so a whole message is full long before.
  static constexpr int kMostParts = 1000;

  // Takes the range options out of `entry`, which is the whole, and notes what it lacks. False: one makes no sense, so nobody
  // knows what lacks.
  bool Begin(v1::SearchEntry& entry);
  // The attributes to ask for next, empty when nothing lacks.
  std::vector<std::string> Missing() const;
  // Adds the values of `part`, an answer to Missing(), to `entry`. False: it is none, brings nothing, or is one too many: some
  // values will never come.
  bool Add(v1::SearchEntry&& part, v1::SearchEntry& entry);

 private:
  v1::Attribute& AttributeOf(v1::SearchEntry& entry, const std::string& type);

  int parts_ = 0;
  absl::flat_hash_map<std::string, int> places_;  // of the entry's attributes by their type: there may be thousands
  std::map<std::string, int64_t> next_;  // by attribute type: number of the first value that lacks
};

}  // namespace dirlease
