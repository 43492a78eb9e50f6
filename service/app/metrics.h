// What the gateway counts, in Prometheus's terms. No label carries a DN, filter, token or caller's
// address; labels take few values, all of them ours.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "app/audit_file.h"
#include "session/telemetry.h"

namespace dirlease {

// The callbacks belong to the loop thread; the registry is thread-safe.
class Metrics final : public Telemetry {
 public:
  Metrics();

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }
  // Counts lines that an audit log lost; without a call there is no such metric. Thread-safe.
  AuditFile::Losses AuditLosses();

  void OnLeaseOpened(const Session::Facts& facts, const Caller& caller) override;
  void OnOpenFailed(std::string_view target, std::string_view bind_name, const Caller& caller,
                    const CallError& error) override;
  void OnCredentialsChecked(std::string_view target, std::string_view bind_name, const Caller& caller,
                            const CallError& answer) override;
  void OnRebound(const Session::Facts& facts, std::string_view bind_name, const Caller& caller) override;
  void OnRebindFailed(const Session::Facts& facts, std::string_view bind_name, const Caller& caller,
                      const CallError& error) override;
  void OnConnectionAdded(const Session::Facts& facts) override;
  void OnConnectionNotAdded(const Session::Facts& facts, const CallError& error) override;
  void OnLeaseEnded(const Session::Facts& facts, std::string_view reason) override;
  void OnOperationEnded(const Session::Facts& facts, const Operation& operation,
                        const OperationEnd& end) override;
  void OnRpcEnded(std::string_view method, absl::StatusCode code, absl::Duration total) override;

 private:
  using Counters = prometheus::Family<prometheus::Counter>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  // A family's lookup takes a lock and builds a map of labels: done once per method, not per call.
  struct Method {
    absl::flat_hash_map<int, prometheus::Counter*> rpcs;  // by code
    prometheus::Histogram* rpc_seconds = nullptr;
    // Of those methods that ask a directory.
    prometheus::Histogram* first_response_seconds = nullptr;
    prometheus::Histogram* waiting_seconds = nullptr;
  };
  void Observe(Histograms& family, prometheus::Histogram*& histogram, std::string_view method,
               absl::Duration duration);

  const std::shared_ptr<prometheus::Registry> registry_;
  Counters& rpcs_;
  Histograms& rpc_seconds_;
  Histograms& first_response_seconds_;
  Histograms& waiting_seconds_;
  Counters& opens_;
  Counters& checks_;
  Counters& rebinds_;
  Counters& added_connections_;
  Counters& endings_;
  Counters& abandons_;
  std::array<prometheus::Counter*, static_cast<size_t>(EndCause::kInternal) + 1> operation_ends_;
  prometheus::Counter& entries_;
  prometheus::Counter& entry_octets_;
  absl::flat_hash_map<std::string, Method> methods_;
};

}  // namespace dirlease
