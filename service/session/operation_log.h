// The log line of an operation's end: at level info when it failed or took long, else at debug. Thread-safe.
#pragma once

#include "absl/time/time.h"
#include "model/operation.h"
#include "session/session.h"

namespace dirlease {

// What the directory takes longer for is told even when it succeeds.
inline constexpr absl::Duration kLongOperation = absl::Seconds(1);

// No DN, filter, value or text of the directory goes into it: they may be anybody's personal data.
void LogOperation(const Session::Facts& session, const Operation& operation, const OperationEnd& end);

}  // namespace dirlease
