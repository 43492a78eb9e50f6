#include "rpc/search_stream.h"

#include <cassert>
#include <utility>

#include "rpc/call.h"
#include "rpc/convert_result.h"
#include "rpc/convert_time.h"
#include "rpc/status_details.h"

namespace dirlease {

SearchStream::SearchStream(SearchWriter& writer, const Surroundings& surroundings, Options options,
                           StatusContext context)
    : writer_(writer),
      surroundings_(surroundings),
      options_(options),
      context_(std::move(context)),
      entry_writer_(v1::SearchResponse::kEntriesFieldNumber, options.value_format),
      self_(std::make_shared<SearchStream*>(this)) {}

SearchStream::~SearchStream() {
  assert(operation_ == nullptr && queue_.empty());
  Refund(charged_octets_);  // the last message was the caller's until now
  *self_ = nullptr;
}

void SearchStream::OnBegun(Operation& operation, const std::string& session_id,
                           const std::string& target) {
  operation_ = &operation;
  context_.session_id = session_id;
  context_.operation_id = operation.id();
  context_.target = target;
  writer_.AddHeader(kOperationIdHeader, operation.id());
}

void SearchStream::Refuse(const Failure& failure) { FinishNow(StatusFromFailure(failure, context_)); }

void SearchStream::OnEntry(const EntryView& entry) {
  if (!Fits(entry)) {
    operation_->End(EndCause::kEntryTooLarge);
    return;
  }
  ++entries_;
  if (entry.octets > kMostMessageOctets) {
    CutEntry(entry);
  } else {
    Add(entry.octets, [&](WireMessage& out) { entry_writer_.Append(entry, out); });
  }
  WriteInLaterTurn();
}

void SearchStream::CutEntry(const EntryView& entry) {
  for (EntryCutter cutter(entry_writer_, entry); !cutter.done();) {
    Add(kMostMessageOctets, [&](WireMessage& out) { cutter.Next(out); });
  }
}

void SearchStream::OnReference(const ReferenceView& reference) {
  ++references_;
  size_t octets = 0;
  for (const std::string_view uri : reference.uris) octets += uri.size();
  if (octets > kMostValueOctets) {
    operation_->End(EndCause::kEntryTooLarge);
    return;
  }
  Add(octets, [&](WireMessage& out) {
    AppendReference(v1::SearchResponse::kReferencesFieldNumber, reference, out);
  });
  WriteInLaterTurn();
}

void SearchStream::OnIntermediate(const IntermediateView& intermediate) {
  const size_t octets = intermediate.oid.size() + intermediate.value.size();
  if (octets > kMostValueOctets) {
    operation_->End(EndCause::kEntryTooLarge);
    return;
  }
  Add(octets, [&](WireMessage& out) {
    AppendIntermediate(v1::SearchResponse::kIntermediatesFieldNumber, intermediate, out);
  });
  WriteInLaterTurn();
}

void SearchStream::OnEnd(const OperationEnd& end) {
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

void SearchStream::OnWriteDone(bool ok) {
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

void SearchStream::OnCancel() {
  if (finished_) return;
  if (operation_ != nullptr) {
    operation_->End(EndCause::kCancelled);  // comes back by OnEnd
  } else {
    FinishNow(StatusOf({.cause = EndCause::kCancelled}));
  }
}

bool SearchStream::Full(const Batch& batch, size_t more) const {
  if (batch.items == 0) return false;
  const int most = options_.max_entries_per_message;
  return batch.items >= (most == 0 ? kBatchEntries : most) || batch.message.size() >= kBatchOctets ||
         batch.message.size() + more > kMostMessageOctets;
}

template <typename Append>
void SearchStream::Add(size_t octets, Append append) {
  if (queue_.empty() || Full(queue_.back(), octets)) queue_.emplace_back();
  Batch& batch = queue_.back();
  const size_t before = batch.message.capacity();
  append(batch.message);
  ++batch.items;
  Charge(batch.message.capacity() - before);
}

// A directory writes entries one by one, and one read brings several of them: the callers' threads are woken once for all.
void SearchStream::WriteInLaterTurn() {
  ApplyMarks();
  if (writing_ || std::exchange(write_posted_, true)) return;
  surroundings_.loop.Post([self = self_] {
    if (*self == nullptr) return;
    SearchStream& stream = **self;
    stream.write_posted_ = false;
    if (!stream.writing_ && !stream.queue_.empty()) stream.WriteNext();
  });
}

void SearchStream::WriteNext() {
  if (end_ && queue_.size() <= 1) {
    FinishWithDone();
    return;
  }
  WireMessage message = std::move(queue_.front().message);
  queue_.pop_front();
  writing_ = true;
  written_octets_ = message.capacity();
  writer_.Write(std::move(message));
  if (end_) AwaitCaller();
}

void SearchStream::FinishWithDone() {
  WireMessage message;
  if (!queue_.empty()) message = std::move(queue_.front().message);
  queue_.clear();
  const size_t before = message.capacity();
  message.AppendMessage(v1::SearchResponse::kDoneFieldNumber, Done());
  Charge(message.capacity() - before);
  const RpcStatus status = StatusOf(*end_);
  OnFinish(status);
  writer_.WriteAndFinish(std::move(message), status);
  AwaitCaller();
}

void SearchStream::FinishNow(const RpcStatus& status) {
  for (const Batch& batch : queue_) Refund(batch.message.capacity());
  queue_.clear();
  OnFinish(status);
  writer_.Finish(status);
  if (writing_) AwaitCaller();
}

void SearchStream::OnFinish(const RpcStatus& status) {
  finished_ = true;
  surroundings_.telemetry.OnRpcEnded(*context_.operation, static_cast<absl::StatusCode>(status.code),
                                     surroundings_.loop.Now() - start_time_);
}

void SearchStream::Charge(size_t octets) {
  charged_octets_ += octets;
  surroundings_.budget.Charge(octets, ByteBudget::Purpose::kStreams);
}

void SearchStream::Refund(size_t octets) {
  charged_octets_ -= octets;
  surroundings_.budget.Refund(octets, ByteBudget::Purpose::kStreams);
}

void SearchStream::ApplyMarks() {
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

void SearchStream::AwaitCaller() {
  if (stall_timer_ == nullptr) {
    stall_timer_ = surroundings_.loop.NewTimer([this] { OnStalled(); });
  }
  stall_timer_->ArmAt(surroundings_.loop.Now() + surroundings_.stall_deadline);
}

void SearchStream::OnStalled() {
  if (finished_) {
    writer_.CutOff();
  } else if (operation_ != nullptr) {
    operation_->End(EndCause::kSlowConsumer);  // comes back by OnEnd
  } else {
    FinishNow(StatusOf({.cause = EndCause::kSlowConsumer}));
  }
}

RpcStatus SearchStream::StatusOf(const OperationEnd& end) const {
  const int code = end.result.code;
  const bool partial = code == ldap_code::kTimeLimitExceeded || code == ldap_code::kSizeLimitExceeded ||
                       code == ldap_code::kAdminLimitExceeded || code == ldap_code::kReferral;
  if (end.cause == EndCause::kResult && options_.accept_partial && partial) return {};
  return StatusFromEnd(end, context_);
}

v1::SearchDone SearchStream::Done() const {
  v1::SearchDone done;
  ResultToProto(end_->result, *done.mutable_result());
  while (done.result().ByteSizeLong() > kMostMessageOctets && CutLdapResult(*done.mutable_result())) {
  }
  done.set_entry_count(entries_);
  done.set_reference_count(references_);
  *done.mutable_upstream_time() = DurationToProto(upstream_time_);
  return done;
}

}  // namespace dirlease
