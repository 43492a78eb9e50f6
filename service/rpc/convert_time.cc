#include "rpc/convert_time.h"

namespace dirlease {

namespace {
constexpr int64_t kMostSeconds = 315'576'000'000;  // 10,000 years, as duration.proto says
}  // namespace

google::protobuf::Duration DurationToProto(absl::Duration duration) {
  google::protobuf::Duration out;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &duration);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return out;
}

google::protobuf::Timestamp TimestampToProto(absl::Time time) {
  const google::protobuf::Duration since = DurationToProto(time - absl::UnixEpoch());
  google::protobuf::Timestamp out;
  out.set_seconds(since.seconds());
  out.set_nanos(since.nanos());
  return out;
}

std::optional<absl::Duration> DurationFromProto(const google::protobuf::Duration& duration) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  if (seconds > kMostSeconds || seconds < -kMostSeconds) return std::nullopt;
  if (nanos > 999'999'999 || nanos < -999'999'999) return std::nullopt;
  if ((seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0)) return std::nullopt;
  return absl::Seconds(seconds) + absl::Nanoseconds(nanos);
}

}  // namespace dirlease
