#include "cli/bench/load_run.h"

#include <future>

#include "cli/failure.h"

namespace dirlease::cli {
namespace {

constexpr int kCancelled = 1;

std::string StatusName(const CallStatus& status) {
  const Failure failure = ParseFailure(status);
  return GrpcCodeName(failure.code) + (failure.reason.empty() ? "" : " " + failure.reason);
}

}  // namespace

LoadFigures LoadRun::Run() {
  const Clock::time_point start = Clock::now();
  std::vector<std::future<LoadFigures>> workers;
  for (int i = 0; i < limits_.concurrency; ++i)
    workers.push_back(std::async(std::launch::async, [this, start] { return Work(start); }));
  LoadFigures figures;
  for (auto& worker : workers) figures.Add(worker.get());
  figures.elapsed = Clock::now() - start;
  figures.latencies.Sort();
  figures.first_entries.Sort();
  return figures;
}

LoadFigures LoadRun::Work(Clock::time_point start) {
  LoadFigures figures;
  int failures = 0;
  for (int64_t number = next_++; GoesOn(start, number); number = next_++) {
    const Call call = caller_(number);
    Note(call, interrupts_.signal_number() != 0, figures);
    failures = call.status.code() == 0 ? 0 : failures + 1;
    if (failures < kMaxFailuresInARow) continue;
    figures.gave_up = 1;
    break;
  }
  return figures;
}

bool LoadRun::GoesOn(Clock::time_point start, int64_t number) const {
  if (number >= limits_.calls || interrupts_.signal_number() != 0) return false;
  return !limits_.duration || Clock::now() < start + *limits_.duration;
}

void LoadRun::Note(const Call& call, bool interrupted, LoadFigures& figures) {
  if (call.status.code() == kCancelled && interrupted) {
    ++figures.cut_off;
    return;
  }
  figures.entries += call.entries;
  if (call.status.code() != 0) {
    ++figures.statuses[StatusName(call.status)];
    if (!figures.first_failure) figures.first_failure = call.status;
    return;
  }
  ++figures.statuses["OK"];
  figures.latencies.Add(call.end - call.start);
  if (call.first_entry != Clock::time_point())
    figures.first_entries.Add(call.first_entry - call.start);
}

}  // namespace dirlease::cli
