#include "session/operation_log.h"

#include "base/log.h"

namespace dirlease {

namespace {
bool Succeeded(const OperationEnd& end) {
  const int code = end.result.code;
  return end.cause == EndCause::kResult &&
         (code == ldap_code::kSuccess || code == ldap_code::kCompareTrue || code == ldap_code::kCompareFalse);
}
}  // namespace

void LogOperation(const Session::Facts& session, const Operation& operation, const OperationEnd& end) {
  const absl::Duration upstream = operation.upstream_time();
  const bool ordinary = Succeeded(end) && upstream < kLongOperation;
  const auto first = operation.first_response_time();
  log::Write(ordinary ? log::Level::kDebug : log::Level::kInfo, "operation ended",
             {{"session", session.session_id},
              {"owner", session.owner},
              {"target", session.target},
              {"operation", operation.id()},
              {"method", operation.method()},
              {"message_id", operation.message_id()},
              {"connection", operation.connection_number()},
              {"end", EndCauseName(end.cause)},
              {"result", end.result.code},
              {"entries", operation.entries()},
              {"octets", operation.entry_octets()},
              {"waiting_us", absl::ToInt64Microseconds(operation.waiting_time())},
              {"first_us", first ? absl::ToInt64Microseconds(*first) : -1},
              {"upstream_us", absl::ToInt64Microseconds(upstream)},
              {"trace", operation.origin().trace_id}});
}

}  // namespace dirlease
