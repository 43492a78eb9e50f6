// The heart of an operation whose answer is a stream, free of gRPC: a MessageQueue whose items are the operation's answers.
// What the messages say is the derived class's business (SearchStream, SyncStream). Loop thread only, but for construction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "dirlease/v1/directory_service.pb.h"
#include "model/operation.h"
#include "rpc/message_queue.h"
#include "rpc/rpc_status.h"
#include "session/operation.h"

namespace dirlease {

class MessageStream : public MessageQueue, public OperationSink {
 public:
  // A message of a stream at full speed waits no longer than this to be filled.
  static constexpr absl::Duration kLongestHold = absl::Milliseconds(4);

  // REQUIRES: finished, or never begun.
  ~MessageStream() override;

  // The operation whose sink this is. Its names go into the response's header and the status.
  virtual void OnBegun(Operation& operation, const std::string& session_id, const std::string& target);
  // It could not begin.
  void Refuse(const Failure& failure);

  void OnEnd(const OperationEnd& end) override;

 protected:
  // `method` is constant text.
  MessageStream(MessageWriter& writer, const Surroundings& surroundings, const char* method, int batch_items,
                StatusContext context);

  // Ends the running operation; OnEnd comes within. The derived class may use `this` no more than OnEnd left it.
  void GiveUp(EndCause cause) { operation_->End(cause); }

  Operation* operation() { return operation_; }  // null before it began and after its end
  // Of the operation that ended.
  absl::Duration upstream_time() const { return upstream_time_; }
  // v1.SearchDone of the directory's result.
  v1::SearchDone Done(const OperationEnd& end, int64_t entries, int64_t references) const;

 private:
  // The directory's result, as the last thing in the last message.
  virtual void AppendEnd(const OperationEnd& end, WireMessage& out) const = 0;
  // Whether this result, by default a failure, is none to this caller.
  virtual bool Accepts(const OperationEnd&) const { return false; }

  void AppendLast(WireMessage& out) const final { AppendEnd(*end_, out); }
  void GiveUpAll(EndCause cause) final;
  void SetPaused(bool paused) final;
  bool pausable() const final { return operation_ != nullptr; }
  bool HoldsBack() final;
  RpcStatus StatusOf(const OperationEnd& end) const;

  StatusContext context_;
  Operation* operation_ = nullptr;
  std::optional<OperationEnd> end_;  // the directory's result
  absl::Duration upstream_time_;
};

}  // namespace dirlease
