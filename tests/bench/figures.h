// Repeated measurements of one thing, and how they are shown.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace dirlease::bench {

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Figures {
 public:
  void Add(double value) { values_.push_back(value); }
  size_t count() const { return values_.size(); }
  // `part` of them are at most this: 0.5 = the median. REQUIRES: count() > 0.
  double At(double part) const {
    std::vector<double> sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
  }
  double median() const { return At(0.5); }

 private:
  std::vector<double> values_;
};

}  // namespace dirlease::bench
