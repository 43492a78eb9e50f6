// What the messages of a Search say, v1.SearchResponse, item by item, wherever they go: a stream of its own (SearchStream) or
// the replies of a pipeline. Loop thread only, but for construction.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "dirlease/v1/directory_service.pb.h"
#include "model/operation.h"
#include "model/responses.h"
#include "rpc/entry_writer.h"
#include "rpc/wire_message.h"

namespace dirlease {

// Cut to what a message carries.
v1::SearchDone SearchDoneOf(const LdapResult& result, int64_t entries, int64_t references, absl::Duration upstream_time);

class SearchAnswer {
 public:
  struct Options {
    ValueFormat value_format = ValueFormat::kBytes;
    int max_entries_per_message = 0;  // 0 = as many as fit
    bool accept_partial = false;
  };

  explicit SearchAnswer(Options options)
      : options_(options), entry_writer_(v1::SearchResponse::kEntriesFieldNumber, options.value_format) {}

  // Each calls add(octets, append) for each item: `append` writes it, about so many octets, to the WireMessage it is given.
  // False: it fits into no message; nothing was added.
  template <typename Add>
  bool AddEntry(const EntryView& entry, Add add);
  template <typename Add>
  bool AddReference(const ReferenceView& reference, Add add);
  template <typename Add>
  bool AddIntermediate(const IntermediateView& intermediate, Add add);

  // The directory's result, as the last thing.
  void AppendDone(const LdapResult& result, absl::Duration upstream_time, WireMessage& out) const;
  // Whether this result, by default a failure, is none to this caller.
  bool Accepts(const LdapResult& result) const;

  const Options& options() const { return options_; }

 private:
  const Options options_;
  EntryWriter entry_writer_;
  int64_t entries_ = 0;
  int64_t references_ = 0;
};

template <typename Add>
bool SearchAnswer::AddEntry(const EntryView& entry, Add add) {
  if (!Fits(entry)) return false;
  ++entries_;
  if (entry.octets <= kMostMessageOctets) {
    add(entry.octets, [&](WireMessage& out) { entry_writer_.Append(entry, out); });
    return true;
  }
  for (EntryCutter cutter(entry_writer_, entry); !cutter.done();) {
    add(kMostMessageOctets, [&](WireMessage& out) { cutter.Next(out); });
  }
  return true;
}

template <typename Add>
bool SearchAnswer::AddReference(const ReferenceView& reference, Add add) {
  ++references_;
  const size_t octets = OctetsOf(reference);
  if (octets > kMostValueOctets) return false;
  add(octets, [&](WireMessage& out) {
    AppendReference(v1::SearchResponse::kReferencesFieldNumber, reference, out);
  });
  return true;
}

template <typename Add>
bool SearchAnswer::AddIntermediate(const IntermediateView& intermediate, Add add) {
  const size_t octets = intermediate.oid.size() + intermediate.value.size();
  if (octets > kMostValueOctets) return false;
  add(octets, [&](WireMessage& out) {
    AppendIntermediate(v1::SearchResponse::kIntermediatesFieldNumber, intermediate, out);
  });
  return true;
}

}  // namespace dirlease
