// A streamed Search on its way to the caller: v1.SearchResponse. See rpc/message_stream.h.
#pragma once

#include <cstdint>

#include "rpc/entry_writer.h"
#include "rpc/message_stream.h"

namespace dirlease {

using SearchWriter = MessageWriter;

class SearchStream final : public MessageStream {
 public:
  struct Options {
    ValueFormat value_format = ValueFormat::kBytes;
    int max_entries_per_message = 0;  // 0 = kBatchEntries
    bool accept_partial = false;
  };

  SearchStream(SearchWriter& writer, const Surroundings& surroundings, Options options, StatusContext context);

  void OnEntry(const EntryView& entry) override;
  void OnReference(const ReferenceView& reference) override;
  void OnIntermediate(const IntermediateView& intermediate) override;

 private:
  void CutEntry(const EntryView& entry);
  void AppendEnd(const OperationEnd& end, WireMessage& out) const override;
  bool Accepts(const OperationEnd& end) const override;

  const bool accept_partial_;
  EntryWriter entry_writer_;
  int64_t entries_ = 0;
  int64_t references_ = 0;
};

}  // namespace dirlease
