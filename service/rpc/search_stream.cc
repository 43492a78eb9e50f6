#include "rpc/search_stream.h"

#include <utility>

namespace dirlease {

SearchStream::SearchStream(SearchWriter& writer, const Surroundings& surroundings, Options options,
                           StatusContext context)
    : MessageStream(writer, surroundings, "Search",
                    options.max_entries_per_message == 0 ? kBatchEntries : options.max_entries_per_message,
                    std::move(context)),
      answer_(options) {}

void SearchStream::OnEntry(const EntryView& entry) {
  Continue(answer_.AddEntry(entry, [this](size_t octets, auto append) { Add(octets, append); }));
}

void SearchStream::OnReference(const ReferenceView& reference) {
  Continue(answer_.AddReference(reference, [this](size_t octets, auto append) { Add(octets, append); }));
}

void SearchStream::OnIntermediate(const IntermediateView& intermediate) {
  Continue(answer_.AddIntermediate(intermediate, [this](size_t octets, auto append) { Add(octets, append); }));
}

void SearchStream::Continue(bool added) {
  if (added) {
    WriteInLaterTurn();
  } else {
    GiveUp(EndCause::kEntryTooLarge);
  }
}

void SearchStream::AppendEnd(const OperationEnd& end, WireMessage& out) const {
  answer_.AppendDone(end.result, upstream_time(), out);
}

}  // namespace dirlease
