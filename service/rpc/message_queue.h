// What goes out of a streaming RPC, free of gRPC: batches form by themselves, back-pressure goes to whatever makes the
// items, the RPC finishes once. MessageStream (one operation) and Pipeline (many) are such streams; what their messages say
// is their business.
//
//   items --> [filling batch .. full batches] --> one write at a time --> the caller
//                    |  above the high mark: SetPaused(true)       |
//                    +--- below the low mark: SetPaused(false) <---+
//
// Loop thread only, but for construction. When no write is outstanding, an item goes out at the end of the turn of the
// loop in which it came, with all that came in that turn; while one is, items gather. Memory per stream: the high mark, one
// item, and one message with the writer; a quarter of that mark while half of the process's budget is used.
//
// A caller who takes nothing is given up after the stall deadline, counted from the high mark, or from his last read once
// the end is given (with Patience::kEachWrite from every write). If he does not even take the status within another one, his
// RPC is cut off.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "base/byte_budget.h"
#include "base/event_loop.h"
#include "model/operation.h"
#include "rpc/rpc_status.h"
#include "rpc/wire_message.h"
#include "session/telemetry.h"

namespace dirlease {

// The stream to the caller. Loop thread only. Lives as long as the MessageQueue.
class MessageWriter {
 public:
  virtual ~MessageWriter() = default;
  // Response metadata; before the first write.
  virtual void AddHeader(std::string_view key, std::string_view value) = 0;
  // One at a time: MessageQueue::OnWriteDone follows.
  virtual void Write(WireMessage message) = 0;
  // REQUIRES: no write outstanding. No OnWriteDone follows, and of these two one is the last call but for CutOff.
  virtual void WriteAndFinish(WireMessage message, const RpcStatus& status) = 0;
  // Also while a write is outstanding: its message goes out before the status, if the caller reads it at all.
  virtual void Finish(const RpcStatus& status) = 0;
  // The caller takes not even what was finished: ends the RPC without him. Harmless when it has ended.
  virtual void CutOff() = 0;
  // The caller went away; OnCancel follows or has come.
  virtual bool cancelled() const = 0;
};

class MessageQueue {
 public:
  static constexpr size_t kHighMarkOctets = 256 * 1024;
  static constexpr size_t kLowMarkOctets = 64 * 1024;
  static constexpr size_t kMostBatches = 64;  // as a mark, for streams of small messages
  static constexpr int kBatchEntries = 256;
  static constexpr size_t kBatchOctets = 64 * 1024;
  // Who has read so much gets larger messages: each costs him an answer, and us two threads that wake for it.
  static constexpr size_t kMuchOctets = 128 * 1024;
  static constexpr size_t kLargeBatchOctets = 128 * 1024;

  // What all streams share; outlives them.
  struct Surroundings {
    EventLoop& loop;
    ByteBudget& budget;
    Telemetry& telemetry;
    absl::Duration stall_deadline;
  };
  // A message that is being filled.
  struct Batch {
    // Whether an item of about `more` octets goes into another one.
    bool Full(int most_items, size_t most_octets, size_t more) const;

    WireMessage message;
    int items = 0;
    bool closed = false;
  };

  // REQUIRES: finished, or never begun.
  virtual ~MessageQueue();
  MessageQueue(const MessageQueue&) = delete;
  MessageQueue& operator=(const MessageQueue&) = delete;

  // Once, first.
  void Start() { start_time_ = surroundings_.loop.Now(); }
  virtual void OnWriteDone(bool ok);
  // The caller cancelled, its deadline passed or its connection died.
  void OnCancel();

  bool finished() const { return finished_; }

 protected:
  enum class Patience { kUntilMark, kEachWrite };

  // `method` as the contract names it, constant text. `batch_items`: a message is full when it has so many.
  MessageQueue(MessageWriter& writer, const Surroundings& surroundings, const char* method, int batch_items,
               Patience patience);

  // Lets `append` put one item of about `octets` into the batch that is being filled. WriteInLaterTurn follows.
  template <typename Append>
  void Add(size_t octets, Append append);
  // What follows, the end too, goes into another message than what was added.
  void CloseBatch();
  void WriteInLaterTurn();
  // Unless a write is outstanding (it goes on by itself then) or what there is is held back.
  void WriteIfIdle();
  // A message is with the writer, or one will be in this turn.
  bool busy() const { return writing_ || !queue_.empty(); }
  // True from the first call since the last write until `longest` later; then WriteIfIdle comes by itself.
  bool Hold(absl::Duration longest);
  // More is on its way: much was written, and at the present pace the only batch is full within `time` of the last write.
  bool FillsWithin(absl::Duration time) const;
  // An empty message. REQUIRES: !busy(), and not finished.
  void WriteEmpty();
  void ApplyMarks();

  // Nothing more is added: what is queued goes out, with the last of it what AppendLast writes, and then `status`.
  void FinishAfterQueue(RpcStatus status);
  // What is queued goes out no more. REQUIRES: not finished.
  void FinishNow(const RpcStatus& status);

  // Heap that waits for the caller: counted for the marks and in the budget.
  void Charge(size_t octets);
  void Refund(size_t octets);

  MessageWriter& writer() { return writer_; }
  EventLoop& loop() { return surroundings_.loop; }
  bool paused() const { return paused_; }
  // FinishAfterQueue was called.
  bool end_given() const { return status_.has_value(); }

 private:
  // Ends whatever makes the items with `cause`; FinishNow comes within. Not when finished.
  virtual void GiveUpAll(EndCause cause) = 0;
  // The caller is behind, or has caught up. Repeated calls may come.
  virtual void SetPaused(bool paused) = 0;
  // Whether somebody makes items who could be paused.
  virtual bool pausable() const = 0;
  // Whether what there is should wait for more; WriteIfIdle has to be called again.
  virtual bool HoldsBack() { return false; }
  // What gathers elsewhere is added now, before the next write.
  virtual void Gather() {}
  // The last thing in the last message.
  virtual void AppendLast(WireMessage&) const {}
  // Once, before the writer hears of the end.
  virtual void OnFinished() {}

  size_t batch_octets() const { return all_written_octets_ < kMuchOctets ? kBatchOctets : kLargeBatchOctets; }
  struct Marks {
    size_t low;
    size_t high;
  };
  Marks marks() const;
  void WriteNext();
  void FinishWithEnd();
  void Conclude(const RpcStatus& status);
  void AwaitCaller();
  void OnStalled();

  MessageWriter& writer_;
  const Surroundings surroundings_;
  const char* const method_;
  const int batch_items_;
  const Patience patience_;

  std::deque<Batch> queue_;    // the last one is being filled
  bool writing_ = false;       // a message is with the writer
  bool write_posted_ = false;
  size_t written_octets_ = 0;  // of that message
  size_t all_written_octets_ = 0;
  absl::Time write_time_;  // of the last one
  absl::Time hold_end_ = absl::InfinitePast();
  std::unique_ptr<Timer> hold_timer_;  // null until something was held back
  size_t charged_octets_ = 0;  // of the queue and that message, and what Charge was told, in the budget
  std::unique_ptr<Timer> stall_timer_;  // null until there is something to wait for
  bool paused_ = false;
  bool finished_ = false;
  absl::Time start_time_;
  std::optional<RpcStatus> status_;  // the end is given; what is queued still goes out before it
  std::shared_ptr<MessageQueue*> self_;  // tasks in the loop's queue hold it weakly
};

template <typename Append>
void MessageQueue::Add(size_t octets, Append append) {
  if (queue_.empty() || queue_.back().Full(batch_items_, batch_octets(), octets)) queue_.emplace_back();
  Batch& batch = queue_.back();
  const size_t before = batch.message.capacity();
  append(batch.message);
  ++batch.items;
  Charge(batch.message.capacity() - before);
}

}  // namespace dirlease
