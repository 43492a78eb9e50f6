// All latencies of a run, none left out: percentiles are exact to the microsecond. 4 bytes each.
// Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace dirlease::cli {

class Latencies {
 public:
  // Beyond 71 minutes it counts as that long.
  void Add(std::chrono::nanoseconds latency);
  void Append(const Latencies& other);
  // Before Percentile().
  void Sort();

  bool empty() const { return microseconds_.empty(); }
  // In milliseconds, by nearest rank: the smallest latency that at least `percent` of all do not
  // exceed; 100 = the longest. REQUIRES: Sort()ed, not empty, 0 < percent <= 100.
  double Percentile(double percent) const;

 private:
  std::vector<uint32_t> microseconds_;
};

}  // namespace dirlease::cli
