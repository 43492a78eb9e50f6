// A load run for people and for programs. Pure, thread-safe.
#pragma once

#include <string>

#include "cli/bench/bench_options.h"
#include "cli/bench/load_figures.h"

namespace dirlease::cli {

// "whoami", "compare" ...
std::string BenchKindName(BenchKind kind);

// Says what was measured, and how. REQUIRES: figures as LoadRun::Run() returns them.
std::string BenchText(const BenchOptions& options, const LoadFigures& figures);

// One object on one line: kind, leases, concurrency, seconds, calls, calls_per_second, entries,
// entries_per_second, latency_ms and first_entry_ms (p50, p90, p99, p99.9, max; left out where
// there is none), statuses (a number for each), cut_off.
std::string BenchJson(const BenchOptions& options, const LoadFigures& figures);

}  // namespace dirlease::cli
