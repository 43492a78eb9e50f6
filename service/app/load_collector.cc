#include "app/load_collector.h"

#include <prometheus/metric_family.h>

#include <future>
#include <string>
#include <utility>

namespace dirlease {

namespace {

struct Sample {
  const char* label_value;  // empty = without label
  size_t value;
};

prometheus::MetricFamily Gauge(const char* name, const char* help, const char* label,
                               std::initializer_list<Sample> samples) {
  prometheus::MetricFamily family{name, help, prometheus::MetricType::Gauge, {}};
  for (const Sample& sample : samples) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    if (*label != '\0') metric.label.push_back({label, sample.label_value});
    metric.gauge.value = static_cast<double>(sample.value);
  }
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> LoadCollector::Collect() const {
  std::promise<SessionManager::Load> answer;
  loop_.Post([&] { answer.set_value(manager_.Measure()); });
  const SessionManager::Load load = answer.get_future().get();
  return {
      Gauge("dirlease_sessions", "Leases, by state.", "state",
            {{"opening", load.opening}, {"active", load.active}, {"closing", load.closing}}),
      Gauge("dirlease_operations", "Operations of leases, by state.", "state",
            {{"running", load.running_operations}, {"waiting", load.waiting_operations}}),
      Gauge("dirlease_paused_connections",
            "Connections that are not read because of a slow caller or the memory budget.", "",
            {{"", load.paused_connections}}),
      Gauge("dirlease_memory_budget_bytes", "The memory budget, and what is used of it.", "kind",
            {{"used", load.budget_used}, {"limit", load.budget_limit}}),
      Gauge("dirlease_draining", "1 while a drain is under way.", "", {{"", load.draining ? 1u : 0u}}),
  };
}

}  // namespace dirlease
