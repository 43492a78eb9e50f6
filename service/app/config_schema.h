// The keys of the configuration, taken from its message (proto/dirlease/config/v1/config.proto):
// which field a key names, and one way to set a field from text for file, environment and flags
// alike. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dirlease/config/v1/config.pb.h"

namespace dirlease {

// A scalar setting that a flag or a variable can have.
struct ConfigKey {
  std::string name;  // lease_min_ttl
  std::vector<const google::protobuf::FieldDescriptor*> path;
  bool is_bool() const {
    return path.back()->type() == google::protobuf::FieldDescriptor::TYPE_BOOL;
  }
};

// Of `message` and the messages in it, in the order of the schema. Lists have no key.
std::vector<ConfigKey> ConfigKeys(const google::protobuf::Descriptor& message);

// Scalars and durations: what stands for one value in the file.
bool IsScalar(const google::protobuf::FieldDescriptor& field);

// Sets one scalar, or adds one to a list of them. Empty, or what is wrong with the text: "is no
// duration ...".
std::string SetScalar(google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field, std::string_view text);
std::string SetKey(google::protobuf::Message& message, const ConfigKey& key, std::string_view text);

// How SetScalar would read the field's value again.
std::string ScalarText(const google::protobuf::Message& message,
                       const google::protobuf::FieldDescriptor& field);

// The candidate that differs in the fewest letters. REQUIRES: there is one.
std::string Nearest(std::string_view word, const std::vector<std::string>& candidates);

// lease_min_ttl -> --lease-min-ttl, DIRLEASE_LEASE_MIN_TTL.
std::string FlagName(std::string_view key);
std::string VariableName(std::string_view key);

}  // namespace dirlease
