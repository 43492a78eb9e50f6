// Searches through one pipeline: so many outstanding, the next one is sent when one is answered, those that were answered
// together in one message. Made for one Run(), on one thread.
#pragma once

#include <vector>

#include "cli/bench/load_figures.h"
#include "cli/bench/load_run.h"
#include "cli/interrupts.h"

namespace dirlease::cli {

class PipelineRun {
 public:
  PipelineRun(GatewayClient& client, const v1::SearchRequest& search, const LoadRun::Limits& limits,
              const Interrupts& interrupts)
      : client_(client), search_(search), limits_(limits), interrupts_(interrupts) {}

  LoadFigures Run();

 private:
  using Clock = LoadRun::Clock;

  // Adds the next call, if there is one, under an id that is free.
  void AddCall(uint64_t id, v1::PipelineRequest& request);
  void Note(const v1::PipelineReply& reply);

  GatewayClient& client_;
  const v1::SearchRequest& search_;
  const LoadRun::Limits limits_;
  const Interrupts& interrupts_;

  const Clock::time_point start_ = Clock::now();
  std::vector<LoadRun::Call> calls_;  // that are outstanding, by id
  int64_t sent_ = 0;
  int64_t answered_ = 0;
  LoadFigures figures_;
};

}  // namespace dirlease::cli
