// The stream of a HoldSession, free of gRPC: events go out one write at a time and never pile up, the RPC finishes once.
//
// While a write is outstanding at most the latest event of each kind waits, and heartbeats are dropped: a caller who does
// not read costs one message with gRPC and two here. Who does not take the last message within the stall deadline is cut
// off. Loop thread only.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "base/event_loop.h"
#include "dirlease/v1/session_service.pb.h"
#include "rpc/rpc_status.h"

namespace dirlease {

// The stream to the caller. Loop thread only. Lives as long as the HoldStream.
class HoldWriter {
 public:
  virtual ~HoldWriter() = default;
  // One at a time: HoldStream::OnWriteDone follows.
  virtual void Write(const v1::HoldSessionResponse& message) = 0;
  // REQUIRES: no write outstanding. No OnWriteDone follows, and of these two one is the last call but for CutOff.
  virtual void WriteAndFinish(const v1::HoldSessionResponse& message, const RpcStatus& status) = 0;
  // Also while a write is outstanding.
  virtual void Finish(const RpcStatus& status) = 0;
  // Ends the RPC without the caller, who takes nothing. Harmless when it has ended.
  virtual void CutOff() = 0;
};

class HoldStream {
 public:
  struct Event {
    v1::HoldSessionResponse message;
    // What `remaining` counts down to, as of the moment of writing.
    std::optional<absl::Time> until = std::nullopt;
  };

  using FinishCallback = absl::AnyInvocable<void(const RpcStatus&)>;

  // Both outlive it. `on_finish` comes once, just before the writer hears the status.
  HoldStream(HoldWriter& writer, EventLoop& loop, absl::Duration stall_deadline,
             FinishCallback on_finish)
      : writer_(writer),
        loop_(loop),
        stall_deadline_(stall_deadline),
        on_finish_(std::move(on_finish)) {}

  // REQUIRES for both: no end was given. The second one's event is the last.
  void Send(Event event);
  void SendLast(Event event, const RpcStatus& status);
  // Finishes without a last message, for a refusal or a caller who is gone. Nothing when it has finished.
  void FinishNow(const RpcStatus& status);
  // False: the caller is gone, which is the owner's to act on.
  void OnWriteDone(bool ok);

  // The end was given; nothing more is to be sent.
  bool ended() const { return finished_ || status_.has_value(); }
  bool finished() const { return finished_; }

 private:
  void WriteNext();
  void AwaitCaller();
  void OnStalled();

  HoldWriter& writer_;
  EventLoop& loop_;
  const absl::Duration stall_deadline_;
  FinishCallback on_finish_;

  std::deque<Event> waiting_;  // of each kind one at most, in order
  bool writing_ = false;       // a message is with the writer
  std::optional<RpcStatus> status_;  // goes out after what waits
  bool finished_ = false;
  std::unique_ptr<Timer> stall_timer_;  // null until the end
};

}  // namespace dirlease
