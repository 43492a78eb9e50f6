#include "cli/bench/pipeline_run.h"

#include <algorithm>
#include <utility>

namespace dirlease::cli {

LoadFigures PipelineRun::Run() {
  v1::PipelineRequest first;
  calls_.resize(static_cast<size_t>(limits_.concurrency) + 1);
  for (int id = 1; id <= limits_.concurrency; ++id) AddCall(static_cast<uint64_t>(id), first);
  const CallStatus status =
      client_.Pipeline(first, [this](const v1::PipelineResponse& message, v1::PipelineRequest& next) {
        for (const v1::PipelineReply& reply : message.replies()) {
          Note(reply);
          if (reply.has_status()) AddCall(reply.id(), next);
        }
        return answered_ < sent_;
      });
  figures_.elapsed = Clock::now() - start_;
  if (status.code() == 0) return std::move(figures_);
  // It was the end of every call that ran.
  const bool interrupted = interrupts_.signal_number() != 0;
  for (int64_t left = std::max<int64_t>(sent_ - answered_, interrupted ? 0 : 1); left > 0; --left) {
    LoadRun::Note({.status = status, .start = {}, .end = {}}, interrupted, figures_);
  }
  return std::move(figures_);
}

void PipelineRun::AddCall(uint64_t id, v1::PipelineRequest& request) {
  if (sent_ >= limits_.calls || interrupts_.signal_number() != 0) return;
  const Clock::time_point now = Clock::now();
  if (limits_.duration && now >= start_ + *limits_.duration) return;
  ++sent_;
  calls_[id] = {.status = {}, .start = now, .end = {}};
  v1::PipelineCall& call = *request.add_calls();
  call.set_id(id);
  *call.mutable_search() = search_;
}

void PipelineRun::Note(const v1::PipelineReply& reply) {
  LoadRun::Call& call = calls_[reply.id()];
  for (const v1::SearchEntry& entry : reply.search().entries()) call.entries += !entry.continued();
  if (!reply.has_status()) return;
  ++answered_;
  call.end = Clock::now();
  // Its fields are those of google.rpc.Status.
  if (reply.status().code() != 0) call.status.ParseFromString(reply.status().SerializeAsString());
  LoadRun::Note(call, interrupts_.signal_number() != 0, figures_);
}

}  // namespace dirlease::cli
