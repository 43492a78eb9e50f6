// A pipeline's calls that wait to be sent or answered. Knows no gRPC stream. Internal.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "dirlease/client/error.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::client {

// Thread-safe.
class Calls {
 public:
  struct Submitted {
    std::uint64_t id;
    std::future<v1::PipelineReply> answer;
  };

  // Names the call and queues it. Waits while kMostUnanswered are unanswered. Throws what the stream ended with.
  Submitted Add(v1::PipelineCall call);
  void Abandon(std::uint64_t id);

  // All that is ready, at most kMostInMessage calls; waits for the first. Nothing once there is no more to come.
  std::optional<v1::PipelineRequest> NextMessage();
  void NoMore();       // what is queued is sent still
  void StopSending();  // nothing is sent any more

  // Several replies of one id are gathered; the one with the status answers the call.
  void OnReplies(v1::PipelineResponse* response);
  // Ends what is unanswered, and what is submitted from now on.
  void Fail(const Error& error);

 private:
  static constexpr int kMostInMessage = 256;
  static constexpr std::size_t kMostUnanswered = 4096;

  struct Unanswered {
    std::promise<v1::PipelineReply> answer;
    v1::PipelineReply gathered;
  };

  std::mutex mutex_;
  std::condition_variable ready_;  // to be sent
  std::condition_variable room_;
  std::uint64_t last_id_ = 0;
  v1::PipelineRequest queue_;
  std::unordered_map<std::uint64_t, Unanswered> unanswered_;
  bool no_more_ = false;
  bool stopped_ = false;
  std::optional<Error> error_;
};

}  // namespace dirlease::client
