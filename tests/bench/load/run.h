// How operations follow each other, and what came of it.
#pragma once

#include <string>
#include <vector>

#include "bench/load/load.h"

namespace dirlease::bench {

struct Run {
  uint64_t operations = 0, entries = 0, failures = 0;
  double seconds = 0, client_us = 0;
  // Of operations that succeeded, from when they were started, or should have been, in
  // milliseconds.
  std::vector<double> latencies, first_entries;
  uint64_t most_outstanding = 0;

  void Note(const Answer& answer, Clock::time_point started);
};

// `outstanding` operations at any time: each answer starts the next one, for so long.
Run ClosedLoop(Load& load, Operations& operations, size_t outstanding, double seconds);
// Operations start at times of a Poisson process, whatever was answered meanwhile. Latencies count
// from the time at which an operation should have been started. Nothing is started beyond 10,000
// outstanding ones: the run is worthless then.
Run OpenLoop(Load& load, Operations& operations, double per_second, double seconds);

// This process's, user and system.
double ClientCpuMicroseconds();
// One line.
std::string ToJson(Run& run);

}  // namespace dirlease::bench
