// The heart of an operation whose answer is a stream, free of gRPC: batches form by themselves, back-pressure goes to the
// directory, the RPC finishes once. What the messages say is the derived class's business (SearchStream, SyncStream).
//
//   items --> [filling batch .. full batches] --> one write at a time --> the caller
//                    |  above the high mark: Operation::Pause      |
//                    +--- below the low mark: Operation::Resume <--+
//
// Loop thread only, but for construction. When no write is outstanding, an item goes out at the end of the turn of the
// loop in which it came, with all that came in that turn; while one is, items gather. Memory per stream: the high mark, one
// item, and one message with the writer.
//
// A caller who takes nothing is given up after the stall deadline, counted from the high mark, or from his last read once
// the directory's result has come. If he does not even take the status within another one, his RPC is cut off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/byte_budget.h"
#include "base/event_loop.h"
#include "dirlease/v1/directory_service.pb.h"
#include "model/operation.h"
#include "rpc/entry_writer.h"
#include "rpc/rpc_status.h"
#include "rpc/wire_message.h"
#include "session/operation.h"
#include "session/telemetry.h"

namespace dirlease {

// The stream to the caller. Loop thread only. Lives as long as the MessageStream.
class MessageWriter {
 public:
  virtual ~MessageWriter() = default;
  // Response metadata; before the first write.
  virtual void AddHeader(std::string_view key, std::string_view value) = 0;
  // One at a time: MessageStream::OnWriteDone follows.
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

class MessageStream : public OperationSink {
 public:
  static constexpr size_t kHighMarkOctets = 256 * 1024;
  static constexpr size_t kLowMarkOctets = 64 * 1024;
  static constexpr size_t kMostBatches = 64;  // as a mark, for streams of small messages
  static constexpr int kBatchEntries = 256;
  static constexpr size_t kBatchOctets = 64 * 1024;

  // What all streams share; outlives them.
  struct Surroundings {
    EventLoop& loop;
    ByteBudget& budget;
    Telemetry& telemetry;
    absl::Duration stall_deadline;
  };

  // REQUIRES: finished, or never begun.
  ~MessageStream() override;

  // Once, first.
  void Start() { start_time_ = surroundings_.loop.Now(); }
  // The operation whose sink this is. Its names go into the response's header and the status.
  virtual void OnBegun(Operation& operation, const std::string& session_id, const std::string& target);
  // It could not begin.
  void Refuse(const Failure& failure);
  virtual void OnWriteDone(bool ok);
  // The caller cancelled, its deadline passed or its connection died.
  void OnCancel();

  void OnEnd(const OperationEnd& end) override;

  bool finished() const { return finished_; }

 protected:
  // `batch_items`: a message is full when it has so many.
  MessageStream(MessageWriter& writer, const Surroundings& surroundings, int batch_items, StatusContext context);

  // Lets `append` put one item of about `octets` into the batch that is being filled. WriteInLaterTurn follows.
  template <typename Append>
  void Add(size_t octets, Append append);
  // What follows, the end too, goes into another message than what was added.
  void CloseBatch();
  void WriteInLaterTurn();
  // Ends the running operation; OnEnd comes within. The derived class may use `this` no more than OnEnd left it.
  void GiveUp(EndCause cause) { operation_->End(cause); }

  Operation* operation() { return operation_; }  // null before it began and after its end
  EventLoop& loop() { return surroundings_.loop; }
  // A message is with the writer, or one will be in this turn.
  bool busy() const { return writing_ || !queue_.empty(); }
  // An empty message. REQUIRES: !busy(), and not finished.
  void WriteEmpty();
  // v1.SearchDone of the directory's result.
  v1::SearchDone Done(const OperationEnd& end, int64_t entries, int64_t references) const;

 private:
  struct Batch {
    WireMessage message;
    int items = 0;
    bool closed = false;
  };

  // The directory's result, as the last thing in the last message.
  virtual void AppendEnd(const OperationEnd& end, WireMessage& out) const = 0;
  // Whether this result, by default a failure, is none to this caller.
  virtual bool Accepts(const OperationEnd&) const { return false; }
  // Once, before the writer hears of the end.
  virtual void OnFinished() {}

  bool Full(const Batch& batch, size_t more) const;
  void WriteNext();
  void ApplyMarks();
  void Charge(size_t octets);
  void Refund(size_t octets);
  void FinishWithEnd();
  void FinishNow(const RpcStatus& status);
  void Conclude(const RpcStatus& status);
  void AwaitCaller();
  void OnStalled();
  RpcStatus StatusOf(const OperationEnd& end) const;

  MessageWriter& writer_;
  const Surroundings surroundings_;
  const int batch_items_;
  StatusContext context_;

  Operation* operation_ = nullptr;
  std::deque<Batch> queue_;         // the last one is being filled
  bool writing_ = false;            // a message is with the writer
  bool write_posted_ = false;
  size_t written_octets_ = 0;       // of that message
  size_t charged_octets_ = 0;       // of the queue and that message, in the budget
  std::unique_ptr<Timer> stall_timer_;  // null until there is something to wait for
  bool paused_ = false;
  bool finished_ = false;
  absl::Time start_time_;
  std::optional<OperationEnd> end_;  // the directory's result; what is queued still goes out before it
  absl::Duration upstream_time_;
  std::shared_ptr<MessageStream*> self_;  // tasks in the loop's queue hold it weakly
};

template <typename Append>
void MessageStream::Add(size_t octets, Append append) {
  if (queue_.empty() || Full(queue_.back(), octets)) queue_.emplace_back();
  Batch& batch = queue_.back();
  const size_t before = batch.message.capacity();
  append(batch.message);
  ++batch.items;
  Charge(batch.message.capacity() - before);
}

}  // namespace dirlease
