// How an operation reports back to whoever started it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/ldap_result.h"
#include "model/responses.h"

namespace dirlease {

// Why an operation is over. One enum for every way, so that one table maps it to a status (rpc/end_status.h).
enum class EndCause {
  kResult,         // the directory answered: LdapResult says what
  kCancelled,      // the caller's cancel, deadline or vanished connection
  kTimedOut,       // its own time in a pipeline is over
  kAbandoned,      // the Abandon RPC named it, or its pipeline
  kOutcomeUnknown, // its lease or connection ended when a write had been sent; LdapResult as with kLost, or empty
  kLost,           // the directory's connection ended; LdapResult has libldap's code and the directory's last word
  kSessionClosed,  // Unbind
  kExpired,        // the lease's maximum age
  kRevoked,        // an operator
  kDraining,       // the gateway's grace is over
  kSlowConsumer,   // the reader took nothing for the stall deadline
  kEntryTooLarge,  // its name or one value fits into no message
  kPagesLost,      // a full page came without paging's response control, or pages with nothing without end: the rest is unknown
  kBadSync,        // the directory answered a Sync with what RFC 4533 does not know
  kPagingTaken,    // asked for pages while the lease's caller pages by hand; nothing was sent
  kInternal,       // libldap refused to encode what was checked before
};

// One word for logs and metrics: "result", "cancelled", "slow_consumer" and so on.
std::string_view EndCauseName(EndCause cause);

struct OperationEnd {
  EndCause cause = EndCause::kResult;
  LdapResult result;  // with kResult, kLost, kOutcomeUnknown, kInternal
  // Extended responses only (RFC 4511 section 4.12).
  std::string response_oid;
  std::optional<std::string> response_value;  // wiped after OnEnd: there may be a new password in it
};

// Receives one operation's responses. Loop thread only. No callback comes after OnEnd, which comes exactly once. A
// callback may end this or any other operation; it must not destroy the sink, which its owner keeps until OnEnd.
class OperationSink {
 public:
  virtual ~OperationSink() = default;
  virtual void OnEntry(const EntryView&) {}
  virtual void OnReference(const ReferenceView&) {}
  virtual void OnIntermediate(const IntermediateView&) {}
  virtual void OnEnd(const OperationEnd& end) = 0;
};

}  // namespace dirlease
