// The heart of a streamed Search, free of gRPC: batches form by themselves, back-pressure goes to the directory, the RPC
// finishes once.
//
//   entries --> [filling batch .. full batches] --> one write at a time --> the caller
//                      |  above the high mark: Operation::Pause      |
//                      +--- below the low mark: Operation::Resume <--+
//
// Loop thread only, but for construction. An entry goes out at once when no write is outstanding; while one is, entries
// gather. Memory per stream: the high mark, one entry, and one message with the writer.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_budget.h"
#include "model/operation.h"
#include "rpc/entry_writer.h"
#include "rpc/rpc_status.h"
#include "session/operation.h"

namespace dirlease {

// The stream to the caller. Loop thread only. Forgotten by the SearchStream in the same breath as it finishes.
class SearchWriter {
 public:
  virtual ~SearchWriter() = default;
  // Response metadata; before the first write.
  virtual void AddHeader(std::string_view key, std::string_view value) = 0;
  // One at a time: SearchStream::OnWriteDone follows. `message` lives until then.
  virtual void Write(const v1::SearchResponse& message) = 0;
  // REQUIRES: no write outstanding. No OnWriteDone follows; `message` lives as long as the stream.
  virtual void WriteAndFinish(const v1::SearchResponse& message, const RpcStatus& status) = 0;
  // Also while a write is outstanding: its message goes out before the status, if the caller reads it at all.
  virtual void Finish(const RpcStatus& status) = 0;
  // The caller went away; OnCancel follows or has come.
  virtual bool cancelled() const = 0;
};

class SearchStream final : public OperationSink {
 public:
  static constexpr size_t kHighMarkOctets = 256 * 1024;
  static constexpr size_t kLowMarkOctets = 64 * 1024;
  static constexpr size_t kMostBatches = 64;  // as a mark, for streams of small messages
  static constexpr int kBatchEntries = 256;
  static constexpr size_t kBatchOctets = 64 * 1024;

  struct Options {
    ValueFormat value_format = ValueFormat::kBytes;
    int max_entries_per_message = 0;  // 0 = kBatchEntries
    bool accept_partial = false;
  };

  // `writer` must live until it is finished, `budget` as long as the stream.
  SearchStream(SearchWriter& writer, ByteBudget& budget, Options options, StatusContext context);
  ~SearchStream() override;

  // The operation whose sink this is. Its names go into the response's header and the status.
  void OnBegun(Operation& operation, const std::string& session_id, const std::string& target);
  // It could not begin.
  void Refuse(const Failure& failure);
  void OnWriteDone(bool ok);
  // The caller cancelled, its deadline passed or its connection died.
  void OnCancel();

  void OnEntry(const EntryView& entry) override;
  void OnReference(const ReferenceView& reference) override;
  void OnIntermediate(const IntermediateView& intermediate) override;
  void OnEnd(const OperationEnd& end) override;

  bool finished() const { return writer_ == nullptr; }

 private:
  struct Batch {
    v1::SearchResponse message;
    size_t octets = 0;
    int items = 0;
  };

  bool Full(const Batch& batch, size_t more) const;
  Batch& Filling(size_t more);
  void Added(Batch& batch, size_t octets);
  void CutEntry(const EntryView& entry);
  void WriteNext();
  void Recycle(std::unique_ptr<Batch> batch);
  void ApplyMarks();
  void FinishWithDone();
  void FinishNow(const RpcStatus& status);
  RpcStatus StatusOf(const OperationEnd& end) const;
  void FillDone(v1::SearchDone& done) const;

  SearchWriter* writer_;
  ByteBudget& budget_;
  const Options options_;
  StatusContext context_;

  Operation* operation_ = nullptr;  // null before it began and after its end
  std::deque<std::unique_ptr<Batch>> queue_;  // the last one is being filled
  std::unique_ptr<Batch> writing_;            // with the writer
  std::unique_ptr<Batch> spare_;              // cleared, its memory kept for the next one
  size_t charged_octets_ = 0;                 // of queue_ and writing_, in the budget
  int64_t entries_ = 0;
  int64_t references_ = 0;
  std::optional<OperationEnd> end_;  // the directory's result; what is queued still goes out before it
  absl::Duration upstream_time_;
};

}  // namespace dirlease
