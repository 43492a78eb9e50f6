#include "bench/load/run.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

namespace dirlease::bench {
namespace {

double Milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string Percentiles(const char* name, std::vector<double>& values) {
  if (values.empty()) return std::string(", \"") + name + "\": null";
  std::sort(values.begin(), values.end());
  const auto at = [&values](double part) {
    return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1))];
  };
  char text[200];
  std::snprintf(
      text, sizeof text,
      ", \"%s\": {\"p50\": %.4f, \"p90\": %.4f, \"p99\": %.4f, \"p99.9\": %.4f, \"most\": %.4f}",
      name, at(0.5), at(0.9), at(0.99), at(0.999), values.back());
  return text;
}

}  // namespace

void Run::Note(const Answer& answer, Clock::time_point started) {
  ++operations;
  entries += static_cast<uint64_t>(answer.entries);
  if (!answer.ok) {
    ++failures;
    return;
  }
  latencies.push_back(Milliseconds(Clock::now() - started));
  if (answer.first_entry != Clock::time_point{})
    first_entries.push_back(Milliseconds(answer.first_entry - started));
}

double ClientCpuMicroseconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto microseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

std::string ToJson(Run& run) {
  char text[300];
  std::snprintf(text, sizeof text,
                "{\"operations\": %lu, \"entries\": %lu, \"failures\": %lu, \"seconds\": %.6f, "
                "\"client_us\": %.0f, "
                "\"most_outstanding\": %lu",
                run.operations, run.entries, run.failures, run.seconds, run.client_us,
                run.most_outstanding);
  return text + Percentiles("latency_ms", run.latencies) +
         Percentiles("first_entry_ms", run.first_entries) + "}";
}

}  // namespace dirlease::bench
