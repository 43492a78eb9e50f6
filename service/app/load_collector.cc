#include "app/load_collector.h"

#include <prometheus/metric_family.h>

#include <future>
#include <string>
#include <utility>

namespace dirlease {

namespace {

struct Sample {
  std::string label_value;  // empty = without label
  size_t value;
};

prometheus::MetricFamily Gauge(const char* name, const char* help, const char* label,
                               const std::vector<Sample>& samples) {
  prometheus::MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
  for (const Sample& sample : samples) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    if (*label != '\0') metric.label.push_back({label, sample.label_value});
    metric.gauge.value = static_cast<double>(sample.value);
  }
  return family;
}

// What the loop tells in one task.
struct Measured {
  SessionManager::Load load;
  size_t streams, messages, requests, limit;  // octets
};

Measured Measure(EventLoop& loop, const SessionManager& manager) {
  std::promise<Measured> answer;
  loop.Post([&] {
    const ByteBudget& budget = manager.budget();
    answer.set_value({.load = manager.Measure(),
                      .streams = budget.used(ByteBudget::Purpose::kStreams),
                      .messages = budget.used(ByteBudget::Purpose::kMessages),
                      .requests = budget.used(ByteBudget::Purpose::kRequests),
                      .limit = budget.limit()});
  });
  return answer.get_future().get();
}

}  // namespace

std::vector<prometheus::MetricFamily> LoadCollector::Collect() const {
  const Measured now = Measure(loop_, manager_);
  const SessionManager::Load& load = now.load;
  std::vector<Sample> reachable;
  for (const auto& [name, yes] : load.reachable) reachable.push_back({name, yes ? 1u : 0u});
  std::vector<Sample> connections;
  for (const auto& [name, count] : load.connections) connections.push_back({name, count});
  return {
      Gauge("dirlease_sessions", "Leases, by state.", "state",
            {{"opening", load.opening},
             {"binding", load.binding},
             {"active", load.active},
             {"closing", load.closing}}),
      Gauge("dirlease_sessions_limit", "How many leases there may be.", "",
            {{"", load.most_leases}}),
      Gauge("dirlease_holds", "Open HoldSession streams, by whether their end unbinds the lease.",
            "kind", {{"tethered", load.holds.tethered}, {"untethered", load.holds.untethered}}),
      Gauge("dirlease_broken_tethers",
            "Leases whose last tether broke and that are unbound when its grace has passed.", "",
            {{"", load.holds.broken_tethers}}),
      Gauge("dirlease_operations", "Operations of leases, by state.", "state",
            {{"running", load.running_operations}, {"waiting", load.waiting_operations}}),
      Gauge("dirlease_connections",
            "Connections of leases to the target: one each, or more where it allows several.", "target", connections),
      Gauge("dirlease_paused_connections",
            "Connections that are not read because of a slow caller or the memory budget.", "",
            {{"", load.paused_connections}}),
      Gauge("dirlease_target_reachable", "1 if the last connect to the target succeeded.", "target",
            reachable),
      Gauge("dirlease_memory_used_bytes",
            "What is used of the memory budget: by entries queued for their readers (streams), by "
            "messages of directories whose end has not arrived, and by requests that run.",
            "purpose",
            {{"streams", now.streams}, {"messages", now.messages}, {"requests", now.requests}}),
      Gauge("dirlease_memory_limit_bytes", "The memory budget.", "", {{"", now.limit}}),
      Gauge("dirlease_draining", "1 while a drain is under way.", "",
            {{"", load.draining ? 1u : 0u}}),
  };
}

}  // namespace dirlease
