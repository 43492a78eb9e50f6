#include "app/measured_connector.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <utility>

#include "app/metric_families.h"

namespace dirlease {

namespace {

const char* OutcomeOf(const Connected& connected) {
  if (connected.handle != nullptr) return "ok";
  switch (connected.failure.kind) {
    case ConnectFailure::Kind::kUnreachable:
      return "unreachable";
    case ConnectFailure::Kind::kTls:
      return "tls";
    case ConnectFailure::Kind::kTimeout:
      return "timeout";
    case ConnectFailure::Kind::kResources:
      return "resources";
  }
  return "unreachable";
}

}  // namespace

MeasuredConnector::MeasuredConnector(EventLoop& loop, Connector& connector,
                                     prometheus::Registry& registry)
    : loop_(loop),
      connector_(connector),
      connects_(
          CounterFamily(registry, "dirlease_connects_total",
                        "Connects for leases, name resolution, TCP and TLS together, by target "
                        "and outcome.")),
      seconds_(HistogramFamily(registry, "dirlease_connect_seconds",
                               "How long those took that succeeded, by target.")),
      probes_(
          CounterFamily(registry, "dirlease_probes_total",
                        "TCP connects that only ask whether a directory is there, by target and "
                        "outcome.")) {}

std::unique_ptr<Connector::Attempt> MeasuredConnector::Connect(const TargetConfig& target,
                                                               Callback callback) {
  return connector_.Connect(target, [this, &target, start = loop_.Now(),
                                     callback = std::move(callback)](Connected connected) mutable {
    const prometheus::Labels labels{{"target", target.name}, {"outcome", OutcomeOf(connected)}};
    connects_.Add(labels).Increment();
    if (connected.handle != nullptr) {
      seconds_.Add({{"target", target.name}}, LatencyBuckets())
          .Observe(absl::ToDoubleSeconds(loop_.Now() - start));
    }
    callback(std::move(connected));
  });
}

std::unique_ptr<Connector::Attempt> MeasuredConnector::Probe(
    const TargetConfig& target, absl::AnyInvocable<void(bool)> callback) {
  return connector_.Probe(target, [this, &target,
                                   callback = std::move(callback)](bool connected) mutable {
    probes_.Add({{"target", target.name}, {"outcome", connected ? "ok" : "failed"}}).Increment();
    callback(connected);
  });
}

}  // namespace dirlease
