#include "rpc/message_stream.h"

#include <cassert>
#include <utility>

#include "rpc/call.h"
#include "rpc/convert_result.h"
#include "rpc/convert_time.h"
#include "rpc/status_details.h"

namespace dirlease {

MessageStream::MessageStream(MessageWriter& writer, const Surroundings& surroundings, int batch_items,
                             StatusContext context)
    : writer_(writer),
      surroundings_(surroundings),
      batch_items_(batch_items),
      context_(std::move(context)),
      self_(std::make_shared<MessageStream*>(this)) {}

MessageStream::~MessageStream() {
  assert(operation_ == nullptr && queue_.empty());
  Refund(charged_octets_);  // the last message was the caller's until now
  *self_ = nullptr;
}

void MessageStream::OnBegun(Operation& operation, const std::string& session_id, const std::string& target) {
  operation_ = &operation;
  context_.session_id = session_id;
  context_.operation_id = operation.id();
  context_.target = target;
  writer_.AddHeader(kOperationIdHeader, operation.id());
}

void MessageStream::Refuse(const Failure& failure) { FinishNow(StatusFromFailure(failure, context_)); }

void MessageStream::OnEnd(const OperationEnd& end) {
  upstream_time_ = operation_->upstream_time();
  operation_ = nullptr;
  // Without the directory's result nothing more of this operation is delivered, queued or not.
  if (end.cause != EndCause::kResult) {
    FinishNow(StatusOf(end));
    return;
  }
  end_ = end;
  if (writing_) {
    AwaitCaller();
  } else {
    WriteNext();
  }
}

void MessageStream::OnWriteDone(bool ok) {
  writing_ = false;
  Refund(std::exchange(written_octets_, 0));
  if (finished_) return;
  if (!ok || writer_.cancelled()) {
    OnCancel();
    return;
  }
  if (!queue_.empty() || end_) WriteNext();
  ApplyMarks();
}

void MessageStream::OnCancel() {
  if (finished_) return;
  if (operation_ != nullptr) {
    operation_->End(EndCause::kCancelled);  // comes back by OnEnd
  } else {
    FinishNow(StatusOf({.cause = EndCause::kCancelled}));
  }
}

bool MessageStream::Full(const Batch& batch, size_t more) const {
  if (batch.items == 0) return false;
  return batch.closed || batch.items >= batch_items_ || batch.message.size() >= kBatchOctets ||
         batch.message.size() + more > kMostMessageOctets;
}

void MessageStream::CloseBatch() {
  if (!queue_.empty()) queue_.back().closed = true;
}

// A directory writes entries one by one, and one read brings several of them: the callers' threads are woken once for all.
void MessageStream::WriteInLaterTurn() {
  ApplyMarks();
  if (writing_ || std::exchange(write_posted_, true)) return;
  surroundings_.loop.Post([self = self_] {
    if (*self == nullptr) return;
    MessageStream& stream = **self;
    stream.write_posted_ = false;
    if (!stream.writing_ && !stream.queue_.empty()) stream.WriteNext();
  });
}

void MessageStream::WriteEmpty() {
  writing_ = true;
  writer_.Write(WireMessage());
}

void MessageStream::WriteNext() {
  if (end_ && (queue_.empty() || (queue_.size() == 1 && !queue_.front().closed))) {
    FinishWithEnd();
    return;
  }
  WireMessage message = std::move(queue_.front().message);
  queue_.pop_front();
  writing_ = true;
  written_octets_ = message.capacity();
  writer_.Write(std::move(message));
  if (end_) AwaitCaller();
}

void MessageStream::FinishWithEnd() {
  WireMessage message;
  if (!queue_.empty()) message = std::move(queue_.front().message);
  queue_.clear();
  const size_t before = message.capacity();
  AppendEnd(*end_, message);
  Charge(message.capacity() - before);
  const RpcStatus status = StatusOf(*end_);
  Conclude(status);
  writer_.WriteAndFinish(std::move(message), status);
  AwaitCaller();
}

void MessageStream::FinishNow(const RpcStatus& status) {
  for (const Batch& batch : queue_) Refund(batch.message.capacity());
  queue_.clear();
  Conclude(status);
  writer_.Finish(status);
  if (writing_) AwaitCaller();
}

void MessageStream::Conclude(const RpcStatus& status) {
  finished_ = true;
  OnFinished();
  surroundings_.telemetry.OnRpcEnded(*context_.operation, static_cast<absl::StatusCode>(status.code),
                                     surroundings_.loop.Now() - start_time_);
}

void MessageStream::Charge(size_t octets) {
  charged_octets_ += octets;
  surroundings_.budget.Charge(octets, ByteBudget::Purpose::kStreams);
}

void MessageStream::Refund(size_t octets) {
  charged_octets_ -= octets;
  surroundings_.budget.Refund(octets, ByteBudget::Purpose::kStreams);
}

void MessageStream::ApplyMarks() {
  if (operation_ == nullptr) return;
  const bool scarce = surroundings_.budget.scarce();
  const size_t high = scarce ? ByteBudget::kSmallOctets : kHighMarkOctets;
  const size_t low = scarce ? 0 : kLowMarkOctets;
  if (charged_octets_ > high || queue_.size() > kMostBatches) {
    operation_->Pause();
    if (!std::exchange(paused_, true)) AwaitCaller();
  } else if (charged_octets_ <= low && queue_.size() <= kMostBatches / 2) {
    if (std::exchange(paused_, false)) stall_timer_->Disarm();
    operation_->Resume();
  }
}

void MessageStream::AwaitCaller() {
  if (stall_timer_ == nullptr) {
    stall_timer_ = surroundings_.loop.NewTimer([this] { OnStalled(); });
  }
  stall_timer_->ArmAt(surroundings_.loop.Now() + surroundings_.stall_deadline);
}

void MessageStream::OnStalled() {
  if (finished_) {
    writer_.CutOff();
  } else if (operation_ != nullptr) {
    operation_->End(EndCause::kSlowConsumer);  // comes back by OnEnd
  } else {
    FinishNow(StatusOf({.cause = EndCause::kSlowConsumer}));
  }
}

RpcStatus MessageStream::StatusOf(const OperationEnd& end) const {
  if (end.cause == EndCause::kResult && Accepts(end)) return {};
  return StatusFromEnd(end, context_);
}

v1::SearchDone MessageStream::Done(const OperationEnd& end, int64_t entries, int64_t references) const {
  v1::SearchDone done;
  ResultToProto(end.result, *done.mutable_result());
  while (done.result().ByteSizeLong() > kMostMessageOctets && CutLdapResult(*done.mutable_result())) {
  }
  done.set_entry_count(entries);
  done.set_reference_count(references);
  *done.mutable_upstream_time() = DurationToProto(upstream_time_);
  return done;
}

}  // namespace dirlease
