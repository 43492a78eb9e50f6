#include "cli/advice.h"

namespace dirlease::cli {
namespace {

struct ReasonAdvice {
  std::string_view reason;
  std::string_view advice;
};

struct CodeAdvice {
  int grpc_code;
  std::string_view advice;
};

constexpr std::string_view kOpenNewLease =
    "open a new lease: export DIRLEASE_LEASE=$(dirlease lease open ...); or unset DIRLEASE_LEASE, "
    "then each command opens "
    "its own";
constexpr std::string_view kCheckSchema =
    "check the spelling of the attribute and its syntax in the directory's schema";

constexpr std::string_view kReadFirst = "read the entry before you repeat the write: it may have happened";
constexpr std::string_view kEntryTooLarge = "ENTRY_TOO_LARGE";

constexpr ReasonAdvice kByReason[] = {
    {"SESSION_UNKNOWN", kOpenNewLease},
    {"SESSION_EXPIRED", kOpenNewLease},
    {"SESSION_CLOSED", kOpenNewLease},
    {"SESSION_LOST", kOpenNewLease},
    {"SESSION_REVOKED", kOpenNewLease},
    {"SESSION_MISSING",
     "name a lease with --lease or DIRLEASE_LEASE, or open one with `dirlease lease open`"},
    {"SESSION_CONFLICT", "name one lease only, with --lease or with DIRLEASE_LEASE"},
    {"TOO_MANY_SESSIONS",
     "unbind leases that are no longer used (dirlease lease unbind), or ask for a higher quota"},
    {"TOO_MANY_OPERATIONS",
     "wait until some of the lease's operations end (dirlease lease show), or use another lease"},
    {"TOO_MANY_HOLDS", "end another `dirlease lease hold` of this lease first"},
    {"TOO_MANY_FAILED_BINDS", "wait, then bind with the right password"},
    {"SLOW_CONSUMER",
     "read faster: write to a file instead of a slow pipe, ask for fewer attributes, or page (-E "
     "pr=500/noprompt)"},
    {"SYNC_REFRESH_REQUIRED",
     "begin anew: remove the cookie file or leave --cookie out, or add --reload"},
    {kEntryTooLarge, "ask for fewer attributes"},
    {"PAGING_IN_PROGRESS", "end the pages of the other search first, or use another lease"},
    {"RANGE_RESULT_LOST", "run the command again, or read the attribute in parts (attribute;range=0-*)"},
    {"OPERATION_ABANDONED", "nothing, if the abandon was wanted; else run the command again"},
    {"OUTCOME_UNKNOWN", kReadFirst},
    {"ENTRY_ALREADY_EXISTS", "change the entry with `dirlease modify`, or choose another name"},
    {"OBJECT_CLASS_VIOLATION",
     "give what the entry's object classes need and nothing that they do not allow"},
    {"NOT_ALLOWED_ON_NON_LEAF", "delete or move what is below it first"},
    {"DRAINING", "run the command again: this gateway is being replaced"},
    {"LDAP_SERVER_DOWN",
     "check that the directory runs and that the gateway can reach it, then run the command again"},
    {"UPSTREAM_TLS_FAILED",
     "check the directory's certificate, its host name, and the gateway's CA file for this target"},
    {"INVALID_CREDENTIALS",
     "check the bind DN (-D) and the password (-W, -y); the directory does not tell which is "
     "wrong"},
    {"INAPPROPRIATE_AUTHENTICATION",
     "bind with a DN and password (-D, -W): this entry or directory takes no other bind"},
    {"STRONGER_AUTH_REQUIRED",
     "bind with a DN and password (-D, -W), over TLS between gateway and directory"},
    {"CONFIDENTIALITY_REQUIRED",
     "the directory wants TLS: have the gateway's target use starttls or ldaps"},
    {"OPERATIONS_ERROR", "bind first (-D, -W): some directories answer so to anonymous callers"},
    {"INSUFFICIENT_ACCESS_RIGHTS",
     "bind as an identity that may do this (dirlease whoami shows the present one)"},
    {"NO_SUCH_OBJECT",
     "check the DN; the matched DN, where given, is the last part of it that exists"},
    {"INVALID_DN_SYNTAX",
     "write the DN as RFC 4514 has it, for example uid=ann,ou=people,dc=example,dc=com"},
    {"FILTER_ERROR",
     "check the filter's parentheses and escapes (RFC 4515), for example "
     "(&(objectClass=person)(uid=a*))"},
    {"UNDEFINED_ATTRIBUTE_TYPE", kCheckSchema},
    {"INVALID_ATTRIBUTE_SYNTAX", kCheckSchema},
    {"INAPPROPRIATE_MATCHING", kCheckSchema},
    {"NO_SUCH_ATTRIBUTE", "the entry has no such attribute, or this identity may not see it"},
    {"SIZE_LIMIT_EXCEEDED",
     "narrow the filter or base, raise -z, page (-E pr=500/noprompt), or take what came "
     "(--accept-partial)"},
    {"TIME_LIMIT_EXCEEDED",
     "narrow the filter or base, raise -l, or take what came (--accept-partial)"},
    {"ADMIN_LIMIT_EXCEEDED",
     "narrow the filter to indexed attributes, or ask the directory's operators for a higher "
     "limit"},
    {"REFERRAL", "ask the server that the referral names, or have the gateway follow it (referrals in its configuration)"},
    {"BUSY", "run the command again a little later"},
    {"UNAVAILABLE", "run the command again a little later"},
};

constexpr CodeAdvice kByCode[] = {
    {4, "give more time (--timeout), or narrow the request"},
    {8, "ask for less, or try again later"},
    {12, "this gateway or directory does not have it yet"},
    {13, "this looks like a fault of the gateway: its log has more under the same time"},
    {14,
     "check that the gateway runs and listens at this address (--address, DIRLEASE_ADDRESS), with "
     "TLS or without as here"},
    {16, kOpenNewLease},
};

std::string_view TooLargeAdvice(CallKind kind) {
  if (kind == CallKind::kGet) return "read it with `dirlease search -s base -b DN`, or name fewer attributes";
  if (kind != CallKind::kExtended) return {};
  return "ask for a smaller answer; before you repeat it, see whether the operation happened: it may have";
}

}  // namespace

std::string_view OutcomeUnknownAdvice() { return kReadFirst; }

std::string_view AdviceFor(std::string_view reason, int grpc_code, CallKind kind) {
  if (reason == kEntryTooLarge && !TooLargeAdvice(kind).empty()) return TooLargeAdvice(kind);
  for (const ReasonAdvice& row : kByReason) {
    if (row.reason == reason) return row.advice;
  }
  // A reason without a row explains itself better than its code could.
  if (!reason.empty()) return {};
  for (const CodeAdvice& row : kByCode) {
    if (row.grpc_code == grpc_code) return row.advice;
  }
  return {};
}

}  // namespace dirlease::cli
