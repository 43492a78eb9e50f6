#include "cli/bench/latencies.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dirlease::cli {

void Latencies::Add(std::chrono::nanoseconds latency) {
  constexpr int64_t kLongest = std::numeric_limits<uint32_t>::max();
  const int64_t microseconds = (latency.count() + 500) / 1000;
  microseconds_.push_back(static_cast<uint32_t>(std::clamp<int64_t>(microseconds, 0, kLongest)));
}

void Latencies::Append(const Latencies& other) {
  microseconds_.insert(microseconds_.end(), other.microseconds_.begin(), other.microseconds_.end());
}

void Latencies::Sort() { std::sort(microseconds_.begin(), microseconds_.end()); }

double Latencies::Percentile(double percent) const {
  const auto count = static_cast<double>(microseconds_.size());
  // Less a hair: 99.9 % of 1000 must not become 999.0000000001.
  const auto rank = static_cast<size_t>(std::ceil(percent * count / 100 - 1e-6));
  return microseconds_[std::clamp<size_t>(rank, 1, microseconds_.size()) - 1] / 1000.0;
}

}  // namespace dirlease::cli
