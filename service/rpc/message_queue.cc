#include "rpc/message_queue.h"

#include <cassert>
#include <utility>

#include "rpc/entry_writer.h"

namespace dirlease {

MessageQueue::MessageQueue(MessageWriter& writer, const Surroundings& surroundings, const char* method,
                           int batch_items, Patience patience)
    : writer_(writer),
      surroundings_(surroundings),
      method_(method),
      batch_items_(batch_items),
      patience_(patience),
      self_(std::make_shared<MessageQueue*>(this)) {}

MessageQueue::~MessageQueue() {
  assert(queue_.empty());
  Refund(charged_octets_);  // the last message was the caller's until now
  *self_ = nullptr;
}

bool MessageQueue::Batch::Full(int most_items, size_t most_octets, size_t more) const {
  if (items == 0) return false;
  return closed || items >= most_items || message.size() >= most_octets ||
         message.size() + more > kMostMessageOctets;
}

void MessageQueue::OnWriteDone(bool ok) {
  writing_ = false;
  Refund(std::exchange(written_octets_, 0));
  if (finished_) return;
  if (!ok || writer_.cancelled()) {
    OnCancel();
    return;
  }
  WriteIfIdle();
  ApplyMarks();
}

void MessageQueue::OnCancel() {
  if (!finished_) GiveUpAll(EndCause::kCancelled);
}

void MessageQueue::CloseBatch() {
  if (!queue_.empty()) queue_.back().closed = true;
}

// A directory writes entries one by one, and one read brings several of them: the callers' threads are woken once for all.
void MessageQueue::WriteInLaterTurn() {
  ApplyMarks();
  if (writing_ || std::exchange(write_posted_, true)) return;
  surroundings_.loop.Post([self = self_] {
    if (*self == nullptr) return;
    (*self)->write_posted_ = false;
    (*self)->WriteIfIdle();
  });
}

void MessageQueue::WriteIfIdle() {
  if (writing_ || finished_ || HoldsBack()) return;
  hold_end_ = absl::InfinitePast();
  Gather();
  if (!queue_.empty() || status_) WriteNext();
}

bool MessageQueue::Hold(absl::Duration longest) {
  const absl::Time now = loop().Now();
  if (hold_end_ == absl::InfinitePast()) {
    hold_end_ = now + longest;
    if (hold_timer_ == nullptr) hold_timer_ = loop().NewTimer([this] { WriteIfIdle(); });
    hold_timer_->ArmAt(hold_end_);
  }
  return now < hold_end_;
}

bool MessageQueue::FillsWithin(absl::Duration time) const {
  if (paused_ || all_written_octets_ < kMuchOctets) return false;
  if (queue_.size() != 1 || queue_.front().Full(batch_items_, batch_octets(), 0)) return false;
  const double filled = static_cast<double>(queue_.front().message.size()) / static_cast<double>(batch_octets());
  return surroundings_.loop.Now() - write_time_ <= filled * time;
}

void MessageQueue::WriteEmpty() {
  writing_ = true;
  writer_.Write(WireMessage());
}

void MessageQueue::WriteNext() {
  if (status_ && (queue_.empty() || (queue_.size() == 1 && !queue_.front().closed))) {
    FinishWithEnd();
    return;
  }
  WireMessage message = std::move(queue_.front().message);
  queue_.pop_front();
  writing_ = true;
  written_octets_ = message.capacity();
  all_written_octets_ += message.size();
  write_time_ = loop().Now();
  writer_.Write(std::move(message));
  // While he is behind, the deadline counts from when he fell behind.
  if (status_ || (patience_ == Patience::kEachWrite && !paused_)) AwaitCaller();
}

void MessageQueue::FinishAfterQueue(RpcStatus status) {
  status_ = std::move(status);
  if (writing_) {
    AwaitCaller();
  } else {
    WriteNext();
  }
}

void MessageQueue::FinishWithEnd() {
  WireMessage message;
  if (!queue_.empty()) message = std::move(queue_.front().message);
  queue_.clear();
  const size_t before = message.capacity();
  AppendLast(message);
  Charge(message.capacity() - before);
  Conclude(*status_);
  if (message.empty()) {
    writer_.Finish(*status_);
  } else {
    writer_.WriteAndFinish(std::move(message), *status_);
  }
  AwaitCaller();
}

void MessageQueue::FinishNow(const RpcStatus& status) {
  for (const Batch& batch : queue_) Refund(batch.message.capacity());
  queue_.clear();
  Conclude(status);
  writer_.Finish(status);
  if (writing_) AwaitCaller();
}

void MessageQueue::Conclude(const RpcStatus& status) {
  finished_ = true;
  OnFinished();
  surroundings_.telemetry.OnRpcEnded(method_, static_cast<absl::StatusCode>(status.code),
                                     surroundings_.loop.Now() - start_time_);
}

void MessageQueue::Charge(size_t octets) {
  charged_octets_ += octets;
  surroundings_.budget.Charge(octets, ByteBudget::Purpose::kStreams);
}

void MessageQueue::Refund(size_t octets) {
  charged_octets_ -= octets;
  surroundings_.budget.Refund(octets, ByteBudget::Purpose::kStreams);
}

MessageQueue::Marks MessageQueue::marks() const {
  if (surroundings_.budget.scarce()) return {.low = 0, .high = ByteBudget::kSmallOctets};
  if (surroundings_.budget.filling()) return {.low = kLowMarkOctets / 4, .high = kHighMarkOctets / 4};
  return {.low = kLowMarkOctets, .high = kHighMarkOctets};
}

void MessageQueue::ApplyMarks() {
  if (!pausable()) return;
  const auto [low, high] = marks();
  if (charged_octets_ > high || queue_.size() > kMostBatches) {
    if (!std::exchange(paused_, true)) AwaitCaller();
    SetPaused(true);
  } else if (charged_octets_ <= low && queue_.size() <= kMostBatches / 2) {
    if (std::exchange(paused_, false)) {
      stall_timer_->Disarm();
      if (writing_ && patience_ == Patience::kEachWrite) AwaitCaller();
    }
    SetPaused(false);
  }
}

void MessageQueue::AwaitCaller() {
  if (stall_timer_ == nullptr) {
    stall_timer_ = surroundings_.loop.NewTimer([this] { OnStalled(); });
  }
  stall_timer_->ArmAt(surroundings_.loop.Now() + surroundings_.stall_deadline);
}

void MessageQueue::OnStalled() {
  if (finished_) {
    writer_.CutOff();
  } else if (writing_ || paused_ || status_) {  // else he took the last message long ago
    GiveUpAll(EndCause::kSlowConsumer);
  }
}

}  // namespace dirlease
