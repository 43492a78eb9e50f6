#include "rpc/search_stream.h"

#include <cassert>
#include <utility>

#include "rpc/call.h"
#include "rpc/convert_result.h"
#include "rpc/convert_time.h"

namespace dirlease {

SearchStream::SearchStream(SearchWriter& writer, ByteBudget& budget, Options options,
                           StatusContext context)
    : writer_(&writer), budget_(budget), options_(options), context_(std::move(context)) {}

SearchStream::~SearchStream() { assert(operation_ == nullptr && charged_octets_ == 0); }

void SearchStream::OnBegun(Operation& operation, const std::string& session_id,
                           const std::string& target) {
  operation_ = &operation;
  context_.session_id = session_id;
  context_.operation_id = operation.id();
  context_.target = target;
  writer_->AddHeader(kOperationIdHeader, operation.id());
}

void SearchStream::Refuse(const Failure& failure) { FinishNow(StatusFromFailure(failure, context_)); }

void SearchStream::OnEntry(const EntryView& entry) {
  if (!ValuesFit(entry)) {
    operation_->End(EndCause::kEntryTooLarge);
    return;
  }
  ++entries_;
  if (entry.octets > kMostMessageOctets) {
    CutEntry(entry);
  } else {
    Batch& batch = Filling(entry.octets);
    EntryToProto(entry, options_.value_format, *batch.message.add_entries());
    Added(batch, entry.octets);
  }
  if (writing_ == nullptr) WriteNext();
  ApplyMarks();
}

void SearchStream::CutEntry(const EntryView& entry) {
  for (EntryCutter cutter(entry, options_.value_format); !cutter.done();) {
    Batch& batch = Filling(kMostMessageOctets);
    Added(batch, cutter.Next(*batch.message.add_entries()));
  }
}

void SearchStream::OnReference(const ReferenceView& reference) {
  ++references_;
  size_t octets = 0;
  for (const std::string_view uri : reference.uris) octets += uri.size();
  Batch& batch = Filling(octets);
  ReferenceToProto(reference, *batch.message.add_references());
  Added(batch, octets);
  if (writing_ == nullptr) WriteNext();
  ApplyMarks();
}

void SearchStream::OnIntermediate(const IntermediateView& intermediate) {
  const size_t octets = intermediate.oid.size() + intermediate.value.size();
  Batch& batch = Filling(octets);
  IntermediateToProto(intermediate, *batch.message.add_intermediates());
  Added(batch, octets);
  if (writing_ == nullptr) WriteNext();
  ApplyMarks();
}

void SearchStream::OnEnd(const OperationEnd& end) {
  upstream_time_ = operation_->upstream_time();
  operation_ = nullptr;
  if (finished()) return;
  // Without the directory's result nothing more of this operation is delivered, queued or not.
  if (end.cause != EndCause::kResult) {
    FinishNow(StatusOf(end));
    return;
  }
  end_ = end;
  if (writing_ == nullptr) WriteNext();
}

void SearchStream::OnWriteDone(bool ok) {
  if (writing_ != nullptr) Recycle(std::move(writing_));
  if (finished()) return;
  if (!ok || writer_->cancelled()) {
    OnCancel();
    return;
  }
  if (!queue_.empty() || end_) WriteNext();
  if (!finished()) ApplyMarks();
}

void SearchStream::OnCancel() {
  if (finished()) return;
  if (operation_ != nullptr) {
    operation_->End(EndCause::kCancelled);  // comes back by OnEnd
  } else {
    FinishNow(StatusOf({.cause = EndCause::kCancelled}));
  }
}

bool SearchStream::Full(const Batch& batch, size_t more) const {
  if (batch.items == 0) return false;
  const int most = options_.max_entries_per_message;
  return batch.items >= (most == 0 ? kBatchEntries : most) || batch.octets >= kBatchOctets ||
         batch.octets + more > kMostMessageOctets;
}

SearchStream::Batch& SearchStream::Filling(size_t more) {
  if (queue_.empty() || Full(*queue_.back(), more)) {
    queue_.push_back(spare_ != nullptr ? std::move(spare_) : std::make_unique<Batch>());
  }
  return *queue_.back();
}

void SearchStream::Added(Batch& batch, size_t octets) {
  ++batch.items;
  batch.octets += octets;
  charged_octets_ += octets;
  budget_.Charge(octets);
}

void SearchStream::WriteNext() {
  if (end_ && queue_.size() <= 1) {
    FinishWithDone();
    return;
  }
  writing_ = std::move(queue_.front());
  queue_.pop_front();
  writer_->Write(writing_->message);
}

void SearchStream::FinishWithDone() {
  writing_ = queue_.empty() ? std::make_unique<Batch>() : std::move(queue_.front());
  queue_.clear();
  FillDone(*writing_->message.mutable_done());
  budget_.Refund(std::exchange(charged_octets_, 0));
  std::exchange(writer_, nullptr)->WriteAndFinish(writing_->message, StatusOf(*end_));
}

void SearchStream::Recycle(std::unique_ptr<Batch> batch) {
  // Nothing is charged any more once the RPC is finished.
  if (charged_octets_ >= batch->octets) {
    charged_octets_ -= batch->octets;
    budget_.Refund(batch->octets);
  }
  batch->message.Clear();
  batch->octets = 0;
  batch->items = 0;
  spare_ = std::move(batch);
}

void SearchStream::ApplyMarks() {
  if (operation_ == nullptr) return;
  if (charged_octets_ > kHighMarkOctets || queue_.size() > kMostBatches) {
    operation_->Pause();
  } else if (charged_octets_ <= kLowMarkOctets && queue_.size() <= kMostBatches / 2) {
    operation_->Resume();
  }
}

void SearchStream::FinishNow(const RpcStatus& status) {
  queue_.clear();
  budget_.Refund(std::exchange(charged_octets_, 0));
  std::exchange(writer_, nullptr)->Finish(status);
}

RpcStatus SearchStream::StatusOf(const OperationEnd& end) const {
  const int code = end.result.code;
  const bool partial = code == ldap_code::kTimeLimitExceeded || code == ldap_code::kSizeLimitExceeded ||
                       code == ldap_code::kAdminLimitExceeded || code == ldap_code::kReferral;
  if (end.cause == EndCause::kResult && options_.accept_partial && partial) return {};
  return StatusFromEnd(end, context_);
}

void SearchStream::FillDone(v1::SearchDone& done) const {
  ResultToProto(end_->result, *done.mutable_result());
  done.set_entry_count(entries_);
  done.set_reference_count(references_);
  *done.mutable_upstream_time() = DurationToProto(upstream_time_);
}

}  // namespace dirlease
