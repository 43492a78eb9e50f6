#include "app/process_collector.h"

#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace dirlease {

namespace {

prometheus::MetricFamily Single(const char* name, const char* help, prometheus::MetricType type,
                                double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {std::move(metric)}};
}

prometheus::MetricFamily Gauge(const char* name, const char* help, double value) {
  return Single(name, help, prometheus::MetricType::Gauge, value);
}

// The fields of proc(5)'s /proc/PID/stat behind the name, which may hold spaces: the first one is
// number 3.
std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(text.substr(text.rfind(')') + 1));
  std::string state;
  rest >> state;
  std::vector<double> fields{0};
  for (double number; rest >> number;) fields.push_back(number);
  return fields;
}

// Seconds since 1970.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string key, line; file >> key; std::getline(file, line)) {
    double seconds = 0;
    if (key == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

double OpenDescriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  // One of them reads the folder.
  return error ? 0 : static_cast<double>(std::distance(begin(open), end(open)) - 1);
}

double DescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessCollector::Collect() const {
  const std::vector<double> stat = StatFields();
  const auto field = [&](size_t number) { return number - 3 < stat.size() ? stat[number - 3] : 0; };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  // Kept: the kernel's idea of when it booted moves with the clock.
  static const double start_time = BootTime() + field(22) / ticks;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {
      Single("process_cpu_seconds_total", "User and system CPU time spent, in seconds.",
             prometheus::MetricType::Counter, (field(14) + field(15)) / ticks),
      Gauge("process_open_fds", "Open file descriptors.", OpenDescriptors()),
      Gauge("process_max_fds", "How many there may be.", DescriptorLimit()),
      Gauge("process_threads", "Threads.", field(20)),
      Gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
            start_time),
      Gauge("process_virtual_memory_bytes", "Size of virtual memory.", field(23)),
      Gauge("process_resident_memory_bytes", "Size of resident memory.", field(24) * page),
  };
}

}  // namespace dirlease
