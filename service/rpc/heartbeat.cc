#include "rpc/heartbeat.h"

#include "rpc/convert_time.h"

namespace dirlease {

namespace {
constexpr absl::Duration kDefaultHeartbeat = absl::Seconds(30);
constexpr absl::Duration kLeastHeartbeat = absl::Milliseconds(100);
constexpr absl::Duration kMostHeartbeat = absl::Hours(1);
}  // namespace

Outcome<absl::Duration> HeartbeatFromProto(const google::protobuf::Duration* interval) {
  if (interval == nullptr) return kDefaultHeartbeat;
  const auto duration = DurationFromProto(*interval);
  if (duration == absl::ZeroDuration()) return *duration;
  if (!duration || *duration < kLeastHeartbeat || *duration > kMostHeartbeat) {
    return InvalidField("heartbeat_interval",
                        "is not between 100 ms and 1 h; 0 = no heartbeats, unset = 30 s");
  }
  return *duration;
}

}  // namespace dirlease
