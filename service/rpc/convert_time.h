// absl's times and protobuf's. Pure, thread-safe.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace dirlease {

google::protobuf::Duration DurationToProto(absl::Duration duration);
google::protobuf::Timestamp TimestampToProto(absl::Time time);
// Empty: out of the range that protobuf documents, or its parts have different signs.
std::optional<absl::Duration> DurationFromProto(const google::protobuf::Duration& duration);

}  // namespace dirlease
