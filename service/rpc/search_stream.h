// A streamed Search on its way to the caller: v1.SearchResponse. See rpc/message_stream.h.
#pragma once

#include "rpc/message_stream.h"
#include "rpc/search_answer.h"

namespace dirlease {

using SearchWriter = MessageWriter;

class SearchStream final : public MessageStream {
 public:
  using Options = SearchAnswer::Options;

  SearchStream(SearchWriter& writer, const Surroundings& surroundings, Options options, StatusContext context);

  void OnEntry(const EntryView& entry) override;
  void OnReference(const ReferenceView& reference) override;
  void OnIntermediate(const IntermediateView& intermediate) override;

 private:
  // What was added goes out; what fits nowhere ends the search.
  void Continue(bool added);
  void AppendEnd(const OperationEnd& end, WireMessage& out) const override;
  bool Accepts(const OperationEnd& end) const override { return answer_.Accepts(end.result); }

  SearchAnswer answer_;
};

}  // namespace dirlease
