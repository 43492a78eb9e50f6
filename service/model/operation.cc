#include "model/operation.h"

namespace dirlease {

std::string_view EndCauseName(EndCause cause) {
  switch (cause) {
    case EndCause::kResult: return "result";
    case EndCause::kCancelled: return "cancelled";
    case EndCause::kTimedOut: return "timed_out";
    case EndCause::kAbandoned: return "abandoned";
    case EndCause::kOutcomeUnknown: return "outcome_unknown";
    case EndCause::kLost: return "lost";
    case EndCause::kSessionClosed: return "unbind";
    case EndCause::kExpired: return "expired";
    case EndCause::kRevoked: return "revoked";
    case EndCause::kDraining: return "drain";
    case EndCause::kSlowConsumer: return "slow_consumer";
    case EndCause::kEntryTooLarge: return "entry_too_large";
    case EndCause::kPagesLost: return "pages_lost";
    case EndCause::kBadSync: return "bad_sync";
    case EndCause::kPagingTaken: return "paging_taken";
    case EndCause::kInternal: return "internal";
  }
  return "internal";
}

}  // namespace dirlease
