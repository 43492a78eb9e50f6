// How long anything in a test may wait before it counts as hung. A net under the tests, never a
// measure of speed.
#pragma once

#include <chrono>

namespace dirlease::testing {

inline constexpr std::chrono::seconds kSafetyLimit{60};

}  // namespace dirlease::testing
