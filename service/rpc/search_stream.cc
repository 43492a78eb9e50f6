#include "rpc/search_stream.h"

#include <utility>

namespace dirlease {

SearchStream::SearchStream(SearchWriter& writer, const Surroundings& surroundings, Options options,
                           StatusContext context)
    : MessageStream(writer, surroundings,
                    options.max_entries_per_message == 0 ? kBatchEntries : options.max_entries_per_message,
                    std::move(context)),
      accept_partial_(options.accept_partial),
      entry_writer_(v1::SearchResponse::kEntriesFieldNumber, options.value_format) {}

void SearchStream::OnEntry(const EntryView& entry) {
  if (!Fits(entry)) {
    GiveUp(EndCause::kEntryTooLarge);
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
  const size_t octets = OctetsOf(reference);
  if (octets > kMostValueOctets) {
    GiveUp(EndCause::kEntryTooLarge);
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
    GiveUp(EndCause::kEntryTooLarge);
    return;
  }
  Add(octets, [&](WireMessage& out) {
    AppendIntermediate(v1::SearchResponse::kIntermediatesFieldNumber, intermediate, out);
  });
  WriteInLaterTurn();
}

void SearchStream::AppendEnd(const OperationEnd& end, WireMessage& out) const {
  out.AppendMessage(v1::SearchResponse::kDoneFieldNumber, Done(end, entries_, references_));
}

bool SearchStream::Accepts(const OperationEnd& end) const {
  const int code = end.result.code;
  const bool partial = code == ldap_code::kTimeLimitExceeded || code == ldap_code::kSizeLimitExceeded ||
                       code == ldap_code::kAdminLimitExceeded || code == ldap_code::kReferral;
  return accept_partial_ && partial;
}

}  // namespace dirlease
