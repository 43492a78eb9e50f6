#include "bench/load/run.h"

namespace dirlease::bench {

Run ClosedLoop(Load& load, Operations& operations, size_t outstanding, double seconds) {
  constexpr std::chrono::minutes kPatience{10};
  Run run;
  run.most_outstanding = outstanding;
  std::vector<Clock::time_point> started(outstanding);
  uint64_t number = 0;
  const double cpu = ClientCpuMicroseconds();
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  const auto start = [&](size_t slot) {
    started[slot] = Clock::now();
    load.Start(slot, operations.Number(number++));
  };
  for (size_t slot = 0; slot < outstanding; ++slot) start(slot);
  load.Flush();
  for (size_t open = outstanding; open > 0;) {
    load.Take(Clock::now() + kPatience, [&](const Answer& answer) {
      run.Note(answer, started[answer.slot]);
      if (Clock::now() < end) {
        start(answer.slot);
      } else {
        --open;
      }
    });
    load.Flush();
  }
  run.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  run.client_us = ClientCpuMicroseconds() - cpu;
  return run;
}

}  // namespace dirlease::bench
