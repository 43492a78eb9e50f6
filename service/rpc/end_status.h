// How an operation's end becomes its caller's status, for operations that may be repeated (reads) or
// that were not sent. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model/operation.h"

namespace dirlease {

struct EndStatus {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string reason;   // ErrorInfo.reason
  std::string message;  // constant per cause
  std::optional<absl::Duration> retry_delay;
};

EndStatus StatusOfEnd(const OperationEnd& end);

}  // namespace dirlease
