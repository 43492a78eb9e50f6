#include "rpc/pipelined_search.h"

#include <utility>

#include "rpc/pipeline_reply.h"

namespace dirlease {

PipelinedSearch::PipelinedSearch(uint64_t id, std::optional<absl::Duration> timeout, v1::SearchRequest* request,
                                 SessionManager& manager, CallInfo info)
    : PipelinedSearch(id, timeout, std::unique_ptr<v1::SearchRequest>(request), manager, info,
                      SearchFromProto(*request, info.deadline_left)) {}

PipelinedSearch::PipelinedSearch(uint64_t id, std::optional<absl::Duration> timeout,
                                 std::unique_ptr<v1::SearchRequest> request, SessionManager& manager, CallInfo info,
                                 Outcome<ConvertedSearch> converted)
    : PipelinedCall(id, timeout),
      OperationCall(manager, std::move(info), static_cast<Responder&>(*this), "Search", *request,
                    converted.ok() ? Outcome<OperationRequest>(std::move(converted->request))
                                   : Outcome<OperationRequest>(converted.failure()),
                    request->session(), request->operation_id()),
      request_(std::move(request)),
      batch_entries_(converted.ok() && converted->stream.max_entries_per_message != 0
                         ? converted->stream.max_entries_per_message
                         : MessageQueue::kBatchEntries),
      answer_(converted.ok() ? converted->stream : SearchAnswer::Options{}) {
  context_.dn = request_->base_dn();
}

void PipelinedSearch::OnEntry(const EntryView& entry) {
  if (!answer_.AddEntry(entry, [this](size_t octets, auto append) { Gather(octets, append); })) EndTooLarge();
}

void PipelinedSearch::OnReference(const ReferenceView& reference) {
  if (!answer_.AddReference(reference, [this](size_t octets, auto append) { Gather(octets, append); })) EndTooLarge();
}

void PipelinedSearch::OnIntermediate(const IntermediateView& intermediate) {
  const auto add = [this](size_t octets, auto append) { Gather(octets, append); };
  if (!answer_.AddIntermediate(intermediate, add)) EndTooLarge();
}

template <typename Append>
void PipelinedSearch::Gather(size_t octets, Append append) {
  if (gathered_.Full(batch_entries_, MessageQueue::kBatchOctets, octets)) Flush();
  const size_t before = gathered_.message.capacity();
  append(gathered_.message);
  host().Charge(gathered_.message.capacity() - before);
  if (++gathered_.items == 1) host().OnGathers(*this);
}

// Without the directory's result nothing more of this operation is delivered than what is in a message already.
RpcStatus PipelinedSearch::StatusOf(const OperationEnd& end) {
  if (end.cause != EndCause::kResult) {
    DropGathered();
    return StatusFromEnd(end, context_);
  }
  const size_t before = gathered_.message.capacity();
  answer_.AppendDone(end.result, upstream_time(), gathered_.message);
  host().Charge(gathered_.message.capacity() - before);
  return answer_.Accepts(end.result) ? RpcStatus() : StatusFromEnd(end, context_);
}

void PipelinedSearch::Flush() {
  if (!gathered_.message.empty()) ReplyWith(nullptr);
}

void PipelinedSearch::ReplyLast(const RpcStatus& status) { ReplyWith(&status); }

void PipelinedSearch::ReplyWith(const RpcStatus* status) {
  const std::string_view answer = gathered_.message.octets();
  const int field = answer.empty() ? 0 : v1::PipelineReply::kSearchFieldNumber;
  host().Reply(answer.size(), [&](WireMessage& out) { AppendReply(id(), field, answer, status, out); });
  DropGathered();
}

void PipelinedSearch::DropGathered() {
  host().Refund(gathered_.message.capacity());
  gathered_ = {};
}

}  // namespace dirlease
