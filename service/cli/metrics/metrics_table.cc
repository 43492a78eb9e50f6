#include "cli/metrics/metrics_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/terminal_text.h"

namespace dirlease::cli {
namespace {

std::string Octets(double octets) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; octets >= 1024 && unit + 1 < std::size(kUnits); ++unit) octets /= 1024;
  return fmt::format("{:.{}f} {}", octets, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string Milliseconds(std::optional<double> seconds) {
  if (!seconds) return "-";
  if (std::isinf(*seconds)) return "beyond";
  return fmt::format("{:.3g}", *seconds * 1000);
}

// "ok 12, busy 1", the greatest first.
std::string Counts(const std::map<std::string, double>& sums) {
  std::vector<std::pair<std::string, double>> rows(sums.begin(), sums.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out;
  for (const auto& [name, value] : rows) {
    if (!out.empty()) out += ", ";
    out += fmt::format("{} {:.0f}", MaskControls(name), value);
  }
  return out;
}

class Table {
 public:
  explicit Table(const Exposition& metrics) : metrics_(metrics) {}

  std::string Write() {
    Now();
    SinceTheStart();
    Rpcs();
    return std::move(out_);
  }

 private:
  void Line(const char* name, const std::string& text) {
    if (!text.empty()) out_ += fmt::format("{:<15}{}\n", name, text);
  }

  void Sums(const char* title, const char* name, const char* label) {
    Line(title, Counts(metrics_.SumBy(name, label)));
  }

  void Now() {
    for (const Sample* build : metrics_.Named("dirlease_build_info"))
      Line("dirlease", MaskControls(build->label("version")));
    for (const Sample* draining : metrics_.Named("dirlease_draining")) {
      if (draining->value > 0) Line("draining", "yes");
    }
    Sums("leases", "dirlease_sessions", "state");
    Sums("operations", "dirlease_operations", "state");
    Sums("connections", "dirlease_connections", "target");
    for (const Sample* paused : metrics_.Named("dirlease_paused_connections"))
      Line("paused", fmt::format("{:.0f} connections", paused->value));
    Budget();
  }

  void Budget() {
    double used = 0, limit = 0;
    for (const Sample* one : metrics_.Named("dirlease_memory_used_bytes")) used += one->value;
    for (const Sample* one : metrics_.Named("dirlease_memory_limit_bytes")) limit += one->value;
    if (limit <= 0) return;
    Line("memory budget", fmt::format("{} of {} used ({:.1f} %)", Octets(used), Octets(limit),
                                      100 * used / limit));
  }

  void SinceTheStart() {
    out_ += "\nsince the start\n";
    std::map<std::string, std::map<std::string, double>> opens;
    for (const Sample* open : metrics_.Named("dirlease_opens_total"))
      opens[open->label("target")][open->label("outcome")] += open->value;
    for (const auto& [target, outcomes] : opens)
      Line("opens", (opens.size() > 1 ? MaskControls(target) + ": " : "") + Counts(outcomes));
    Sums("lease endings", "dirlease_lease_endings_total", "reason");
    Sums("abandons", "dirlease_abandons_total", "cause");
    const auto octets = metrics_.Named("dirlease_entry_bytes_total");
    for (const Sample* entries : metrics_.Named("dirlease_entries_total")) {
      Line("entries", fmt::format("{:.0f}{}", entries->value,
                                  octets.empty() ? "" : ", " + Octets(octets[0]->value)));
    }
  }

  void Rpcs() {
    std::map<std::string, std::map<std::string, double>> methods;
    for (const Sample* rpc : metrics_.Named("dirlease_rpcs_total"))
      methods[rpc->label("method")][rpc->label("code")] += rpc->value;
    if (methods.empty()) return;
    out_ += fmt::format("\n{:<20}{:>10}{:>9}{:>9}{:>9}   {}\n", "RPCs", "calls", "not OK", "p50 ms",
                        "p99 ms", "codes");
    for (const auto& [method, codes] : methods) Rpc(method, codes);
    out_ +=
        "(p50 and p99 are estimates from the histogram's buckets, of all calls since the start)\n";
  }

  void Rpc(const std::string& method, const std::map<std::string, double>& codes) {
    double calls = 0, failed = 0;
    for (const auto& [code, count] : codes) {
      calls += count;
      if (code != "OK") failed += count;
    }
    out_ +=
        fmt::format("{:<20}{:>10.0f}{:>9}{:>9}{:>9}   {}\n", MaskControls(method), calls,
                    fmt::format("{:.1f} %", calls > 0 ? 100 * failed / calls : 0),
                    Milliseconds(metrics_.Quantile(0.5, "dirlease_rpc_seconds", "method", method)),
                    Milliseconds(metrics_.Quantile(0.99, "dirlease_rpc_seconds", "method", method)),
                    Counts(codes));
  }

  const Exposition& metrics_;
  std::string out_;
};

}  // namespace

std::string MetricsTable(const Exposition& metrics) { return Table(metrics).Write(); }

}  // namespace dirlease::cli
