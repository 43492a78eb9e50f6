// Real time: for figures that are printed, and for limits that only a test that hangs meets.
#pragma once

#include <chrono>

namespace dirlease::testing {

using Moment = std::chrono::steady_clock::time_point;

inline Moment Now() { return std::chrono::steady_clock::now(); }
inline double MillisecondsSince(Moment start) {
  return std::chrono::duration<double, std::milli>(Now() - start).count();
}

}  // namespace dirlease::testing
