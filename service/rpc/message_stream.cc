#include "rpc/message_stream.h"

#include <cassert>
#include <utility>

#include "rpc/call.h"
#include "rpc/search_answer.h"

namespace dirlease {

MessageStream::MessageStream(MessageWriter& writer, const Surroundings& surroundings, const char* method,
                             int batch_items, StatusContext context)
    : MessageQueue(writer, surroundings, method, batch_items, Patience::kUntilMark), context_(std::move(context)) {}

MessageStream::~MessageStream() { assert(operation_ == nullptr); }

void MessageStream::OnBegun(Operation& operation, const std::string& session_id, const std::string& target) {
  operation_ = &operation;
  context_.session_id = session_id;
  context_.operation_id = operation.id();
  context_.target = target;
  writer().AddHeader(kOperationIdHeader, operation.id());
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
  FinishAfterQueue(StatusOf(end));
}

void MessageStream::GiveUpAll(EndCause cause) {
  if (operation_ != nullptr) {
    operation_->End(cause);  // comes back by OnEnd
  } else {
    FinishNow(StatusOf({.cause = cause}));
  }
}

void MessageStream::SetPaused(bool paused) {
  if (paused) {
    operation_->Pause();
  } else {
    operation_->Resume();
  }
}

// A message costs the caller and us as much as some fifty entries, most of it for waking each other.
bool MessageStream::HoldsBack() { return operation_ != nullptr && FillsWithin(kLongestHold) && Hold(kLongestHold); }

RpcStatus MessageStream::StatusOf(const OperationEnd& end) const {
  if (end.cause == EndCause::kResult && Accepts(end)) return {};
  return StatusFromEnd(end, context_);
}

v1::SearchDone MessageStream::Done(const OperationEnd& end, int64_t entries, int64_t references) const {
  return SearchDoneOf(end.result, entries, references, upstream_time_);
}

}  // namespace dirlease
