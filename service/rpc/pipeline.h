// A Pipeline RPC, free of gRPC: many operations of one lease on one stream. See service/adr/0011-pipeline.md.
//
//   kReading --half-close--> kHalfClosed --all answered--> finished OK
//      |                         |
//      +-- the lease ends, the gateway drains and nothing runs, the caller breaks the contract --> kEnding
//                                                  --what runs got its status, and all is written--> finished
//
// A cancel and a stall finish it at once from anywhere, each running operation ended once. Calls wait here, and no further
// message is read, while the lease has no room for them or the caller is behind with the replies.
//
// Life as in rpc/call.h; loop thread only, but for construction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rpc/call.h"
#include "rpc/message_queue.h"
#include "rpc/pipeline_message.h"
#include "rpc/pipelined_call.h"
#include "session/holds.h"
#include "session/session_manager.h"

namespace dirlease {

// The stream from and to the caller.
class PipelineCaller : public MessageWriter {
 public:
  // One at a time: Pipeline::OnMessage or OnHalfClose follows, unless the RPC ends before.
  virtual void Read() = 0;
};

class Pipeline final : public MessageQueue,
                       private PipelinedCall::Host,
                       private LeaseHolder,
                       private Session::RoomWaiter {
 public:
  static constexpr int kBatchReplies = 256;
  // Replies wait for others as long as more calls of the lease wait for the directory, but no longer than this.
  static constexpr absl::Duration kLongestHold = absl::Milliseconds(1);

  Pipeline(SessionManager& manager, CallInfo info, PipelineCaller& caller);
  // REQUIRES: finished, or never started.
  ~Pipeline() override;

  void Start();
  void OnMessage(PipelineMessage message);
  // No more comes: the caller said so, or is gone (then Cancel follows).
  void OnHalfClose();
  // The caller cancelled, its deadline passed or its connection died. Possibly after the end.
  void Cancel() { OnCancel(); }

 private:
  enum class State { kReading, kHalfClosed, kEnding };

  // False: there is none, and the stream ends.
  bool TakeLease(const std::string& field);
  void Read();
  // Begins what waits, as far as it may.
  void TakeUp();
  bool waits() const { return next_item_ < message_.items.size(); }
  bool MayTakeUp() const { return waits() && state_ != State::kEnding && !paused(); }
  // False: the lease has no room for it.
  bool TakeUpNext();
  void Begin(PipelineMessage::Item item);
  void ReplyRefused(const PipelineMessage::Item& item);
  void DropWaiting();

  // Nothing more begins; what runs goes on. `status` follows its replies.
  void EndWith(RpcStatus status);
  void EndWith(const Failure& failure) { EndWith(StatusFromFailure(failure, context_)); }
  // As EndWith, and what runs ends now. The stream is the caller's fault.
  void BreakOff(const Failure& failure);
  void EndAll(EndCause cause);
  void FinishIfDone();

  // Once at the end of the loop's turn: destroys what has replied, takes up more, writes.
  void InLaterTurn();
  void OnTurn();

  void Reply(size_t octets, absl::FunctionRef<void(WireMessage&)> append) override;
  void OnGathers(PipelinedCall& call) override;
  void Charge(size_t octets) override { MessageQueue::Charge(octets); }
  void Refund(size_t octets) override { MessageQueue::Refund(octets); }
  void OnReplied(PipelinedCall& call) override;
  Session* lease() override { return session_; }
  EventLoop& loop() override { return manager_.loop(); }

  void GiveUpAll(EndCause cause) override;
  void SetPaused(bool paused) override;
  bool pausable() const override { return !finished(); }
  bool HoldsBack() override;
  void Gather() override;
  void OnFinished() override;

  void OnDraining(absl::Time) override;
  void OnLeaseEnded(const OperationEnd& end) override;
  void OnRoom() override;

  SessionManager& manager_;
  const CallInfo info_;
  PipelineCaller& caller_;
  StatusContext context_;

  State state_ = State::kReading;
  std::optional<RpcStatus> end_;  // with kEnding
  bool silent_ = false;           // nothing is said any more
  std::string token_;             // that named the lease
  bool draining_ = false;
  Session* session_ = nullptr;  // from the first message until the lease's end or the stream's
  Holds::Ticket ticket_;

  bool reading_ = false;     // a message is asked for
  PipelineMessage message_;  // the one that is being taken up
  size_t next_item_ = 0;     // of it
  absl::Time message_time_;
  BudgetCharge message_charge_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<PipelinedCall>> running_;  // by id
  bool calls_paused_ = false;
  std::vector<PipelinedCall*> gathering_;               // of those
  std::vector<std::unique_ptr<PipelinedCall>> replied_;  // possibly on the stack
  size_t held_replies_ = 0;  // since the last write
  bool turn_posted_ = false;
  std::shared_ptr<Pipeline*> self_;  // tasks in the loop's queue hold it weakly
};

}  // namespace dirlease
