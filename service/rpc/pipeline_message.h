// A v1.PipelineRequest, read: its calls checked, converted and made ready to start, each with the failure that is its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/failure.h"
#include "rpc/call.h"
#include "rpc/pipelined_call.h"

namespace dirlease {

inline constexpr size_t kMostCallsPerMessage = 4096;  // each costs memory, however few octets it has on the wire

struct PipelineMessage {
  // Of these three one is there.
  struct Item {
    uint64_t id = 0;
    std::unique_ptr<PipelinedCall> call;
    std::unique_ptr<Failure> refusal;  // of a call that cannot be made
    std::optional<uint64_t> abandon;
  };
  std::string session;
  std::vector<Item> items;
  size_t octets = 0;               // as it came
  std::optional<Failure> failure;  // it is none: nothing else is set
};

// Thread-safe. `info` is the stream's, its deadline as of now; calls take over all but the token.
PipelineMessage ReadPipelineMessage(std::string_view octets, SessionManager& manager, const CallInfo& info);

}  // namespace dirlease
