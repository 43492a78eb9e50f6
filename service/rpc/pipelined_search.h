// A Search in a pipeline: replies of v1.SearchResponse. What comes in one turn of the loop, or while a write is outstanding,
// gathers here and is one reply, up to what one message of a streamed Search holds. See rpc/pipelined_call.h.
#pragma once

#include <memory>
#include <optional>

#include "dirlease/v1/directory_service.pb.h"
#include "rpc/convert_request.h"
#include "rpc/message_queue.h"
#include "rpc/pipelined_call.h"
#include "rpc/search_answer.h"

namespace dirlease {

class PipelinedSearch final : public PipelinedCall, private OperationCall {
 public:
  PipelinedSearch(uint64_t id, std::optional<absl::Duration> timeout, v1::SearchRequest* request,
                  SessionManager& manager, CallInfo info);

  void Flush() override;

 private:
  PipelinedSearch(uint64_t id, std::optional<absl::Duration> timeout, std::unique_ptr<v1::SearchRequest> request,
                  SessionManager& manager, CallInfo info, Outcome<ConvertedSearch> converted);

  OperationCall& call() override { return *this; }
  void OnEntry(const EntryView& entry) override;
  void OnReference(const ReferenceView& reference) override;
  void OnIntermediate(const IntermediateView& intermediate) override;
  RpcStatus StatusOf(const OperationEnd& end) override;
  RpcStatus FillResponse(const OperationEnd&) override { return {}; }
  void ReplyLast(const RpcStatus& status) override;

  template <typename Append>
  void Gather(size_t octets, Append append);
  // A reply with what was gathered; `status` null = not the last.
  void ReplyWith(const RpcStatus* status);
  void DropGathered();

  const std::unique_ptr<v1::SearchRequest> request_;
  const int batch_entries_;
  SearchAnswer answer_;
  MessageQueue::Batch gathered_;
};

}  // namespace dirlease
