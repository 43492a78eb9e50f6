#include "rpc/end_status.h"

#include <utility>

#include "rpc/status_table.h"

namespace dirlease {

namespace {

using Code = absl::StatusCode;

constexpr int kBusy = 51;
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

EndStatus StatusOfResult(int ldap_code) {
  LdapStatus status = StatusOfLdapResult(ldap_code);
  EndStatus end{status.code, std::move(status.reason), std::move(status.message), std::nullopt};
  if (ldap_code == kBusy || ldap_code == ldap_code::kUnavailable) end.retry_delay = kRetryDelay;
  return end;
}

EndStatus Fixed(Code code, const char* reason, const char* message) {
  return {code, reason, message, std::nullopt};
}

}  // namespace

EndStatus StatusOfEnd(const OperationEnd& end) {
  switch (end.cause) {
    case EndCause::kResult:
      return StatusOfResult(end.result.code);
    case EndCause::kCancelled:
      return Fixed(Code::kCancelled, "OPERATION_CANCELLED", "the caller cancelled the call");
    case EndCause::kTimedOut:
      return Fixed(Code::kDeadlineExceeded, "OPERATION_TIMED_OUT", "the call's timeout is over");
    case EndCause::kAbandoned:
      return Fixed(Code::kCancelled, "OPERATION_ABANDONED", "an Abandon named this operation, or a Rebind with abandon_outstanding ended it");
    case EndCause::kOutcomeUnknown:
      return Fixed(Code::kUnknown, "OUTCOME_UNKNOWN",
                   "the lease or its connection ended when the write had been sent: read before you repeat it");
    case EndCause::kLost:
      return Fixed(Code::kUnavailable, "LDAP_SERVER_DOWN",
                   "the connection to the directory ended: try again, on a new lease if this one has ended too");
    case EndCause::kSessionClosed:
      return Fixed(Code::kAborted, "SESSION_CLOSED", "the lease was unbound meanwhile");
    case EndCause::kExpired:
      return Fixed(Code::kAborted, "SESSION_EXPIRED",
                   "the lease reached its maximum age: open a new one");
    case EndCause::kRevoked:
      return Fixed(Code::kAborted, "SESSION_REVOKED", "an operator revoked the lease");
    case EndCause::kDraining: {
      EndStatus draining = Fixed(Code::kUnavailable, "DRAINING",
                                 "the gateway is shutting down: open a lease at another one");
      draining.retry_delay = kRetryDelay;
      return draining;
    }
    case EndCause::kSlowConsumer:
      return Fixed(Code::kResourceExhausted, "SLOW_CONSUMER",
                   "the stream was not read for too long and the operation was given up");
    case EndCause::kEntryTooLarge:
      return Fixed(Code::kResourceExhausted, "ENTRY_TOO_LARGE",
                   "an entry's name, a single value or an extended operation's answer is too large for any message");
    case EndCause::kPagesLost:
      return Fixed(Code::kFailedPrecondition, "PAGING_RESULT_LOST",
                   "the directory sent a full page without its paging control, or a thousand empty pages in a row: the "
                   "rest is unknown: set auto_page_size = 0 to search without pages");
    case EndCause::kBadSync:
      return Fixed(Code::kInternal, "DECODING_ERROR",
                   "the directory sent what is no content synchronization (RFC 4533)");
    case EndCause::kPagingTaken:
      return Fixed(Code::kFailedPrecondition, "PAGING_IN_PROGRESS",
                   "the lease is between pages of a search with a paged results control: finish that or give it up with "
                   "size 0, or take another lease");
    case EndCause::kInternal:
      break;
  }
  return Fixed(Code::kInternal, "INTERNAL_ERROR", "the gateway failed: report this");
}

}  // namespace dirlease
