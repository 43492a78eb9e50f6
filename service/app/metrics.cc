#include "app/metrics.h"

#include <prometheus/gauge.h>

#include <iterator>

#include "app/metric_families.h"
#include "app/outcome.h"

namespace dirlease {

namespace {

// As gRPC's documents write them.
const char* CodeName(int code) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  return code >= 0 && code < static_cast<int>(std::size(kNames)) ? kNames[code] : "UNKNOWN";
}

constexpr EndCause kAbandonCauses[] = {
    EndCause::kCancelled, EndCause::kAbandoned, EndCause::kSessionClosed, EndCause::kExpired,
    EndCause::kRevoked,   EndCause::kDraining,  EndCause::kSlowConsumer,  EndCause::kEntryTooLarge,
    EndCause::kTimedOut,  EndCause::kOutcomeUnknown};
// As the session manager says them.
constexpr const char* kEndReasons[] = {"unbind", "idle",  "maximum age", "directory",
                                       "tether", "drain", "revoked", "bind"};

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      rpcs_(CounterFamily(*registry_, "dirlease_rpcs_total",
                          "RPCs that ended, by method and status code.")),
      rpc_seconds_(HistogramFamily(*registry_, "dirlease_rpc_seconds",
                                   "From an RPC's arrival to its status, by method.")),
      first_response_seconds_(HistogramFamily(
          *registry_, "dirlease_first_response_seconds",
          "From an LDAP request's sending to the directory's first response, by method.")),
      waiting_seconds_(HistogramFamily(
          *registry_, "dirlease_waiting_seconds",
          "How long operations waited for a place at their connection, by method.")),
      opens_(CounterFamily(*registry_, "dirlease_opens_total",
                           "Binds for leases, by target and outcome: ok, or why not.")),
      checks_(CounterFamily(*registry_, "dirlease_credential_checks_total",
                            "Password checks without a lease, by target and outcome: success, invalidCredentials, or "
                            "why there is none.")),
      rebinds_(CounterFamily(*registry_, "dirlease_rebinds_total",
                             "Rebinds of leases, by target and outcome: ok, or why not.")),
      added_connections_(CounterFamily(*registry_, "dirlease_added_connections_total",
                                       "Further connections of leases whose operations waited for places, by "
                                       "target and outcome: ok, or why there is none.")),
      endings_(CounterFamily(*registry_, "dirlease_lease_endings_total",
                             "Leases that ended, by reason.")),
      abandons_(CounterFamily(*registry_, "dirlease_abandons_total",
                              "Abandon requests sent to directories, by cause.")),
      entries_(CounterFamily(*registry_, "dirlease_entries_total", "Entries that directories sent.")
                   .Add({})),
      entry_octets_(CounterFamily(*registry_, "dirlease_entry_bytes_total",
                                  "Octets of names and values in those entries.")
                        .Add({})) {
  prometheus::BuildGauge()
      .Name("dirlease_build_info")
      .Help("Always 1; the labels tell what runs.")
      .Register(*registry_)
      .Add({{"version", DIRLEASE_VERSION}})
      .Set(1);
  // A rate does not see a counter's first step if the counter came with it.
  auto& ends = CounterFamily(*registry_, "dirlease_operation_endings_total",
                             "Operations that ended, by why: result is the directory's.");
  for (size_t i = 0; i < operation_ends_.size(); ++i) {
    operation_ends_[i] = &ends.Add({{"end", std::string(EndCauseName(static_cast<EndCause>(i)))}});
  }
  for (const EndCause cause : kAbandonCauses)
    abandons_.Add({{"cause", std::string(EndCauseName(cause))}});
  for (const char* reason : kEndReasons) endings_.Add({{"reason", reason}});
}

AuditFile::Losses Metrics::AuditLosses() {
  auto& family = CounterFamily(*registry_, "dirlease_audit_dropped_total",
                               "Lines that are not in the audit log, by why.");
  return {.queue_full = family.Add({{"reason", "queue_full"}}),
          .write_failed = family.Add({{"reason", "write_failed"}})};
}

void Metrics::OnLeaseOpened(const Session::Facts& facts, const Caller&) {
  opens_.Add({{"target", facts.target}, {"outcome", "ok"}}).Increment();
}

void Metrics::OnOpenFailed(std::string_view target, std::string_view, const Caller&,
                           const CallError& error) {
  opens_.Add({{"target", std::string(target)}, {"outcome", std::string(OutcomeName(error))}})
      .Increment();
}

void Metrics::OnCredentialsChecked(std::string_view target, std::string_view, const Caller&,
                                   const CallError& answer) {
  checks_.Add({{"target", std::string(target)}, {"outcome", std::string(OutcomeName(answer))}}).Increment();
}

void Metrics::OnRebound(const Session::Facts& facts, std::string_view, const Caller&) {
  rebinds_.Add({{"target", facts.target}, {"outcome", "ok"}}).Increment();
}

void Metrics::OnRebindFailed(const Session::Facts& facts, std::string_view, const Caller&,
                             const CallError& error) {
  rebinds_.Add({{"target", facts.target}, {"outcome", std::string(OutcomeName(error))}}).Increment();
}

void Metrics::OnConnectionAdded(const Session::Facts& facts) {
  added_connections_.Add({{"target", facts.target}, {"outcome", "ok"}}).Increment();
}

void Metrics::OnConnectionNotAdded(const Session::Facts& facts, const CallError& error) {
  added_connections_.Add({{"target", facts.target}, {"outcome", std::string(OutcomeName(error))}}).Increment();
}

void Metrics::OnLeaseEnded(const Session::Facts&, std::string_view reason) {
  endings_.Add({{"reason", std::string(reason)}}).Increment();
}

void Metrics::OnOperationEnded(const Session::Facts&, const Operation& operation,
                               const OperationEnd& end) {
  operation_ends_[static_cast<size_t>(end.cause)]->Increment();
  if (operation.abandoned())
    abandons_.Add({{"cause", std::string(EndCauseName(end.cause))}}).Increment();
  entries_.Increment(static_cast<double>(operation.entries()));
  entry_octets_.Increment(static_cast<double>(operation.entry_octets()));
  Method& method = methods_[std::string(operation.method())];
  Observe(waiting_seconds_, method.waiting_seconds, operation.method(), operation.waiting_time());
  if (const auto first = operation.first_response_time()) {
    Observe(first_response_seconds_, method.first_response_seconds, operation.method(), *first);
  }
}

void Metrics::OnRpcEnded(std::string_view name, absl::StatusCode code, absl::Duration total) {
  Method& method = methods_[std::string(name)];
  prometheus::Counter*& counter = method.rpcs[static_cast<int>(code)];
  if (counter == nullptr) {
    counter =
        &rpcs_.Add({{"method", std::string(name)}, {"code", CodeName(static_cast<int>(code))}});
  }
  counter->Increment();
  Observe(rpc_seconds_, method.rpc_seconds, name, total);
}

void Metrics::Observe(Histograms& family, prometheus::Histogram*& histogram,
                      std::string_view method, absl::Duration duration) {
  if (histogram == nullptr) {
    histogram = &family.Add({{"method", std::string(method)}}, LatencyBuckets());
  }
  histogram->Observe(absl::ToDoubleSeconds(duration));
}

}  // namespace dirlease
