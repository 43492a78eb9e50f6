// What the storms share: a seed that is printed and can be given, and dice.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

namespace dirlease::testing {

// DIRLEASE_SEED, or a new one. Prints it: with it a storm's decisions can be repeated (not its
// threads' timing).
inline uint32_t StormSeed() {
  const char* given = std::getenv("DIRLEASE_SEED");
  const uint32_t seed = given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10))
                                         : std::random_device()();
  std::printf("DIRLEASE_SEED=%u\n", seed);
  return seed;
}

// Each thread has its own. Not thread-safe.
class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}
  // From 0 to below `sides`.
  int Roll(int sides) { return static_cast<int>(random_() % static_cast<uint32_t>(sides)); }
  bool OneIn(int sides) { return Roll(sides) == 0; }

 private:
  std::mt19937 random_;
};

}  // namespace dirlease::testing
