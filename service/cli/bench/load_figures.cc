#include "cli/bench/load_figures.h"

namespace dirlease::cli {

int64_t LoadFigures::calls() const {
  int64_t sum = 0;
  for (const auto& [status, count] : statuses) sum += count;
  return sum;
}

void LoadFigures::Add(const LoadFigures& other) {
  latencies.Append(other.latencies);
  first_entries.Append(other.first_entries);
  entries += other.entries;
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  if (!first_failure) first_failure = other.first_failure;
  cut_off += other.cut_off;
  gave_up += other.gave_up;
}

}  // namespace dirlease::cli
