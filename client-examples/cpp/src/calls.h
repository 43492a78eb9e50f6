// A pipeline's calls that wait to be sent or answered. Knows no gRPC stream. Internal.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dirlease/client/error.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::client {

// What one call waits for; shared by its Pending and the pipeline, and guarded by Calls. No future: to set those of a message
// one by one would wake whoever awaits them for each, where once for all is enough.
struct Answer {
  v1::PipelineReply reply;  // gathered so far
  std::optional<Error> error;
  bool done = false;
  bool awaited = false;
  std::condition_variable ended;
};

// Thread-safe.
class Calls {
 public:
  struct Submitted {
    std::uint64_t id;
    std::shared_ptr<Answer> answer;
  };

  // Names the call and queues it. Waits while kMostUnanswered are unanswered. Throws what the stream ended with.
  Submitted Add(v1::PipelineCall call);
  // Waits for the answer. Throws the call's error. REQUIRES: once for each answer.
  v1::PipelineReply Take(Answer* answer);
  void Abandon(std::uint64_t id);

  // What the stream's writing half has to do now. After kWrite and kHalfClose it has to call Written(), until when it hears
  // kNothing; kRelease comes once, when there will be nothing more.
  enum class Step { kNothing, kWrite, kHalfClose, kRelease };
  // For kWrite, `message` is all that is ready, at most kMostInMessage calls.
  Step Next(v1::PipelineRequest* message);
  void Written(bool ok);
  void NoMore();       // what is queued is sent still
  void StopSending();  // nothing is sent any more

  // Several replies of one id are gathered; the one with the status answers the call.
  void OnReplies(v1::PipelineResponse* response);
  // Ends what is unanswered, and what is submitted from now on.
  void Fail(const Error& error);

 private:
  static constexpr int kMostInMessage = 256;
  static constexpr std::size_t kMostUnanswered = 4096;

  using Awaited = std::vector<std::shared_ptr<Answer>>;
  static void End(const std::shared_ptr<Answer>& answer, Awaited* awaited);
  static void Wake(const Awaited& awaited);

  std::mutex mutex_;
  std::condition_variable room_;
  std::uint64_t last_id_ = 0;
  v1::PipelineRequest queue_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Answer>> unanswered_;
  bool no_more_ = false;
  bool stopped_ = false;
  bool writing_ = false;
  bool released_ = false;
  std::optional<Error> error_;
};

}  // namespace dirlease::client
