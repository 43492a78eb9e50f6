#include "calls.h"

#include <utility>

#include "entries.h"

namespace dirlease::client {
namespace {

Error FailureOf(const v1::CallStatus& status) {
  // CallStatus has google.rpc.Status's fields and numbers.
  return Error(static_cast<grpc::StatusCode>(status.code()), status.message(), status.SerializeAsString());
}

}  // namespace

Calls::Submitted Calls::Add(v1::PipelineCall call) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return unanswered_.size() < kMostUnanswered || error_ || no_more_; });
  if (error_) throw *error_;
  if (no_more_) throw Error(grpc::StatusCode::FAILED_PRECONDITION, "the pipeline is closed");
  const std::uint64_t id = ++last_id_;
  call.set_id(id);
  *queue_.add_calls() = std::move(call);
  auto answer = std::make_shared<Answer>();
  unanswered_.emplace(id, answer);
  return {id, std::move(answer)};
}

v1::PipelineReply Calls::Take(Answer* answer) {
  std::unique_lock lock(mutex_);
  if (!answer->done) {
    answer->awaited = true;
    answer->ended.wait(lock, [answer] { return answer->done; });
  }
  if (answer->error) throw *answer->error;
  return std::move(answer->reply);
}

void Calls::Abandon(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  if (no_more_ || error_ || !unanswered_.contains(id)) return;
  queue_.add_calls()->set_abandon(id);
}

Calls::Step Calls::Next(v1::PipelineRequest* message) {
  std::lock_guard lock(mutex_);
  if (writing_ || released_) return Step::kNothing;
  if (stopped_) {
    released_ = true;
    return Step::kRelease;
  }
  if (queue_.calls_size() == 0 && !no_more_) return Step::kNothing;
  writing_ = true;
  if (queue_.calls_size() == 0) {
    stopped_ = true;
    return Step::kHalfClose;
  }
  message->Clear();
  message->Swap(&queue_);
  for (int i = kMostInMessage; i < message->calls_size(); ++i) queue_.add_calls()->Swap(message->mutable_calls(i));
  if (message->calls_size() > kMostInMessage) {
    message->mutable_calls()->DeleteSubrange(kMostInMessage, message->calls_size() - kMostInMessage);
  }
  return Step::kWrite;
}

void Calls::Written(bool ok) {
  std::lock_guard lock(mutex_);
  writing_ = false;
  if (!ok) stopped_ = true;
}

void Calls::NoMore() {
  std::lock_guard lock(mutex_);
  no_more_ = true;
  room_.notify_all();
}

void Calls::StopSending() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

void Calls::OnReplies(v1::PipelineResponse* response) {
  Awaited awaited;
  {
    std::lock_guard lock(mutex_);
    for (auto& reply : *response->mutable_replies()) {
      const auto found = unanswered_.find(reply.id());
      if (found == unanswered_.end()) continue;
      Answer& answer = *found->second;
      if (answer.reply.id() == 0) {
        answer.reply.Swap(&reply);
      } else {
        answer.reply.MergeFrom(reply);
      }
      if (!answer.reply.has_status()) continue;
      if (answer.reply.has_search()) JoinPieces(answer.reply.mutable_search()->mutable_entries());
      if (answer.reply.status().code() != 0) answer.error = FailureOf(answer.reply.status());
      End(found->second, &awaited);
      unanswered_.erase(found);
    }
  }
  Wake(awaited);
  room_.notify_all();
}

void Calls::Fail(const Error& error) {
  Awaited awaited;
  {
    std::lock_guard lock(mutex_);
    error_ = error;
    for (auto& [id, answer] : unanswered_) {
      answer->error = error;
      End(answer, &awaited);
    }
    unanswered_.clear();
  }
  Wake(awaited);
  room_.notify_all();
}

void Calls::End(const std::shared_ptr<Answer>& answer, Awaited* awaited) {
  answer->done = true;
  if (answer->awaited) awaited->push_back(answer);
}

// Without the lock, which those who wake need.
void Calls::Wake(const Awaited& awaited) {
  for (const auto& answer : awaited) answer->ended.notify_one();
}

}  // namespace dirlease::client
