#include "calls.h"

#include <utility>

#include "entries.h"

namespace dirlease::client {
namespace {

std::exception_ptr FailureOf(const v1::CallStatus& status) {
  // CallStatus has google.rpc.Status's fields and numbers.
  return std::make_exception_ptr(
      Error(static_cast<grpc::StatusCode>(status.code()), status.message(), status.SerializeAsString()));
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
  auto answer = unanswered_[id].answer.get_future();
  if (queue_.calls_size() == 1) ready_.notify_one();
  return {id, std::move(answer)};
}

void Calls::Abandon(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  if (no_more_ || error_ || !unanswered_.contains(id)) return;
  queue_.add_calls()->set_abandon(id);
  ready_.notify_one();
}

std::optional<v1::PipelineRequest> Calls::NextMessage() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return queue_.calls_size() > 0 || no_more_ || stopped_; });
  if (queue_.calls_size() == 0 || stopped_) return std::nullopt;
  v1::PipelineRequest message;
  message.Swap(&queue_);
  for (int i = kMostInMessage; i < message.calls_size(); ++i) queue_.add_calls()->Swap(message.mutable_calls(i));
  if (message.calls_size() > kMostInMessage) {
    message.mutable_calls()->DeleteSubrange(kMostInMessage, message.calls_size() - kMostInMessage);
  }
  return message;
}

void Calls::NoMore() {
  std::lock_guard lock(mutex_);
  no_more_ = true;
  ready_.notify_all();
  room_.notify_all();
}

void Calls::StopSending() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
  ready_.notify_all();
}

void Calls::OnReplies(v1::PipelineResponse* response) {
  std::lock_guard lock(mutex_);
  for (auto& reply : *response->mutable_replies()) {
    const auto found = unanswered_.find(reply.id());
    if (found == unanswered_.end()) continue;
    auto& [answer, gathered] = found->second;
    if (gathered.id() == 0) {
      gathered.Swap(&reply);
    } else {
      gathered.MergeFrom(reply);
    }
    if (!gathered.has_status()) continue;
    if (gathered.has_search()) JoinPieces(gathered.mutable_search()->mutable_entries());
    if (gathered.status().code() == 0) {
      answer.set_value(std::move(gathered));
    } else {
      answer.set_exception(FailureOf(gathered.status()));
    }
    unanswered_.erase(found);
  }
  room_.notify_all();
}

void Calls::Fail(const Error& error) {
  std::lock_guard lock(mutex_);
  error_ = error;
  for (auto& [id, call] : unanswered_) call.answer.set_exception(std::make_exception_ptr(error));
  unanswered_.clear();
  room_.notify_all();
}

}  // namespace dirlease::client
