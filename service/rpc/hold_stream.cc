#include "rpc/hold_stream.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "rpc/convert_time.h"

namespace dirlease {

void HoldStream::Send(Event event) {
  assert(!ended());
  if (writing_ && event.message.event() == v1::HoldSessionResponse::EVENT_HEARTBEAT) return;
  std::erase_if(waiting_, [&](const Event& older) {
    return older.message.event() == event.message.event();
  });
  waiting_.push_back(std::move(event));
  if (!writing_) WriteNext();
}

void HoldStream::SendLast(Event event, const RpcStatus& status) {
  assert(!ended());
  waiting_.push_back(std::move(event));
  status_ = status;
  AwaitCaller();
  if (!writing_) WriteNext();
}

void HoldStream::FinishNow(const RpcStatus& status) {
  if (std::exchange(finished_, true)) return;
  waiting_.clear();
  on_finish_(status);
  writer_.Finish(status);
}

void HoldStream::OnWriteDone(bool ok) {
  writing_ = false;
  if (ok && !finished_ && !waiting_.empty()) WriteNext();
}

void HoldStream::WriteNext() {
  Event event = std::move(waiting_.front());
  waiting_.pop_front();
  if (event.until) {
    *event.message.mutable_remaining() =
        DurationToProto(std::max(*event.until - loop_.Now(), absl::ZeroDuration()));
  }
  if (status_ && waiting_.empty()) {
    finished_ = true;
    on_finish_(*status_);
    writer_.WriteAndFinish(event.message, *status_);
  } else {
    writing_ = true;
    writer_.Write(event.message);
  }
}

void HoldStream::AwaitCaller() {
  stall_timer_ = loop_.NewTimer([this] { OnStalled(); });
  stall_timer_->ArmAt(loop_.Now() + stall_deadline_);
}

void HoldStream::OnStalled() {
  if (!finished_) FinishNow(*status_);
  writer_.CutOff();
}

}  // namespace dirlease
