// Schemas that were read lately, so that services which ask for one at each start do not read hundreds of kilobytes each
// time. What one identity may see another one may not, so a schema is kept for an identity at a directory. Loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "dirlease/v1/directory_service.pb.h"
#include "session/session.h"

namespace dirlease {

class SchemaCache {
 public:
  using Schema = std::shared_ptr<const v1::GetSchemaResponse>;

  // Of all that is kept, as the contract's messages in octets, with what each is found by; the oldest goes first.
  static constexpr size_t kMostOctets = 16 * 1024 * 1024;
  // It is read anew then, whatever the directory says of its age.
  static constexpr absl::Duration kMostAge = absl::Minutes(10);

  static std::string KeyOf(const Session::Facts& facts, const std::string& subschema_dn);

  // Null: there is none, it is too old, or `modified` (the subentry's modifyTimestamp, may be empty) is another one.
  Schema Find(const std::string& key, std::string_view modified, absl::Time now) const;
  void Store(const std::string& key, std::string modified, Schema schema, absl::Time now);

  size_t octets() const { return octets_; }

 private:
  static constexpr size_t kOctetsOfKept = 1024;  // what bookkeeping takes, amply
  struct Kept {
    Schema schema;
    std::string modified;
    absl::Time time;
    size_t octets = 0;
  };
  void Drop(absl::flat_hash_map<std::string, Kept>::iterator kept);

  absl::flat_hash_map<std::string, Kept> kept_;
  size_t octets_ = 0;
};

}  // namespace dirlease
