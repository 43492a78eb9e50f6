#include "cli/bench/bench_report.h"

#include <fmt/format.h>

#include <iterator>

#include "cli/json.h"

namespace dirlease::cli {
namespace {

struct Percentile {
  const char* name;
  double percent;
};
constexpr Percentile kPercentiles[] = {
    {"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"max", 100}};

double Seconds(const LoadFigures& figures) {
  return std::chrono::duration<double>(figures.elapsed).count();
}

double PerSecond(int64_t count, const LoadFigures& figures) {
  return figures.elapsed.count() > 0 ? static_cast<double>(count) / Seconds(figures) : 0;
}

bool Searches(const BenchOptions& options) {
  return options.kind == BenchKind::kSearch || options.kind == BenchKind::kStream ||
         options.kind == BenchKind::kPipeline;
}

void AppendLatencies(const char* name, const Latencies& latencies, std::string& out) {
  if (latencies.empty()) return;
  out += fmt::format("{:<16}", name);
  for (const Percentile& percentile : kPercentiles)
    out += fmt::format("{} {:.3f}   ", percentile.name, latencies.Percentile(percentile.percent));
  out.resize(out.size() - 3);
  out += '\n';
}

void AppendJsonLatencies(const char* name, const Latencies& latencies, std::string& out) {
  if (latencies.empty()) return;
  out += fmt::format(",\"{}\":", name);
  char separator = '{';
  for (const Percentile& percentile : kPercentiles) {
    out += fmt::format("{}\"{}\":{:.3f}", separator, percentile.name,
                       latencies.Percentile(percentile.percent));
    separator = ',';
  }
  out += '}';
}

void AppendRemarks(const BenchOptions& options, const LoadFigures& figures, std::string& out) {
  if (figures.cut_off > 0)
    out += fmt::format("not counted: {} calls that Ctrl-C cut off\n", figures.cut_off);
  if (figures.gave_up > 0) {
    out += fmt::format("{} of {} callers gave up after many failures in a row\n", figures.gave_up,
                       options.concurrency);
  }
  if (figures.calls() >= kMaxBenchCalls) out += "ended by the greatest number of calls of a run\n";
}

}  // namespace

std::string BenchKindName(BenchKind kind) {
  switch (kind) {
    case BenchKind::kWhoAmI:
      return "whoami";
    case BenchKind::kCompare:
      return "compare";
    case BenchKind::kSearch:
      return "search";
    case BenchKind::kStream:
      return "stream";
    case BenchKind::kPipeline:
      return "pipeline";
    case BenchKind::kOpen:
      return "open";
  }
  return "";
}

std::string BenchText(const BenchOptions& options, const LoadFigures& figures) {
  std::string out =
      options.kind == BenchKind::kOpen
          ? fmt::format(
                "open: {} leases opened at once, each unbound after its latency was taken\n",
                options.concurrency)
          : fmt::format("{}: {} calls at once on {} lease{}\n", BenchKindName(options.kind),
                        options.concurrency, options.leases, options.leases == 1 ? "" : "s");
  out += fmt::format(
      "{:.3f} s from the first call's start to the last one's end, over one connection; no "
      "warm-up, every call "
      "counts\n\n",
      Seconds(figures));
  out += fmt::format("{:<16}{}   {:.1f}/s\n", "calls", figures.calls(),
                     PerSecond(figures.calls(), figures));
  if (Searches(options)) {
    out += fmt::format("{:<16}{}   {:.1f}/s\n", "entries", figures.entries,
                       PerSecond(figures.entries, figures));
  }
  AppendLatencies("latency ms", figures.latencies, out);
  if (options.kind == BenchKind::kStream)
    AppendLatencies("first entry ms", figures.first_entries, out);
  out += "\nstatus\n";
  for (const auto& [status, count] : figures.statuses)
    out += fmt::format("  {} {}\n", count, status);
  AppendRemarks(options, figures, out);
  return out;
}

std::string BenchJson(const BenchOptions& options, const LoadFigures& figures) {
  std::string out = fmt::format(
      "{{\"kind\":\"{}\",\"leases\":{},\"concurrency\":{},\"seconds\":{:.6f},\"calls\":{},\"calls_"
      "per_second\":{:.1f}",
      BenchKindName(options.kind), options.leases, options.concurrency, Seconds(figures),
      figures.calls(), PerSecond(figures.calls(), figures));
  if (Searches(options)) {
    out += fmt::format(",\"entries\":{},\"entries_per_second\":{:.1f}", figures.entries,
                       PerSecond(figures.entries, figures));
  }
  AppendJsonLatencies("latency_ms", figures.latencies, out);
  if (options.kind == BenchKind::kStream)
    AppendJsonLatencies("first_entry_ms", figures.first_entries, out);
  out += ",\"statuses\":{";
  for (const auto& [status, count] : figures.statuses) {
    if (out.back() != '{') out += ',';
    AppendJsonString(status, out);
    out += fmt::format(":{}", count);
  }
  out += fmt::format("}},\"cut_off\":{}}}\n", figures.cut_off);
  return out;
}

}  // namespace dirlease::cli
