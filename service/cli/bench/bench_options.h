// What `dirlease bench` was asked for. Value type.
#pragma once

#include <chrono>
#include <cstdint>

namespace dirlease::cli {

enum class BenchKind { kWhoAmI, kCompare, kSearch, kStream, kPipeline, kOpen };

// A latency takes 4 bytes, a time to the first entry 4 more: at most 80 MB in all. A run ends
// there.
inline constexpr int64_t kMaxBenchCalls = 10'000'000;

struct BenchOptions {
  BenchKind kind = BenchKind::kWhoAmI;
  int leases = 1;
  int concurrency = 8;
  std::chrono::milliseconds duration{5000};
  // Instead of the duration; 0 = no count.
  int64_t count = 0;
  bool json = false;
};

}  // namespace dirlease::cli
