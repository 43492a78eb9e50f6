// Directory entries, references and intermediate responses into the contract's messages. Pure, thread-safe.
#pragma once

#include <cstddef>

#include "dirlease/v1/directory_service.pb.h"
#include "model/responses.h"

namespace dirlease {

enum class ValueFormat { kBytes, kText };

// The largest message that goes out, but for one value that is larger by itself. Clients refuse more than 4 MiB.
inline constexpr size_t kMostMessageOctets = 1024 * 1024;
// No message carries a larger value.
inline constexpr size_t kMostValueOctets = 4 * 1024 * 1024 - 64 * 1024;

// Whole entry; all values fit. `out` is empty or cleared.
void EntryToProto(const EntryView& entry, ValueFormat format, v1::SearchEntry& out);
void ReferenceToProto(const ReferenceView& reference, v1::SearchReference& out);
void IntermediateToProto(const IntermediateView& intermediate, v1::IntermediateResponse& out);

// Cuts an entry that is too large for one message between values:
//   for (EntryCutter cutter(entry, format); !cutter.done();) cutter.Next(piece);
class EntryCutter {
 public:
  // `entry` must outlive this.
  EntryCutter(const EntryView& entry, ValueFormat format) : entry_(entry), format_(format) {}

  bool done() const { return done_; }
  // The next piece, at most kMostMessageOctets unless one value alone is larger; `continued` is set but in the last.
  // Returns its octets.
  size_t Next(v1::SearchEntry& out);

 private:
  bool NextValues(const AttributeView& attribute, size_t& octets, v1::SearchEntry& out);

  const EntryView& entry_;
  const ValueFormat format_;
  size_t attribute_ = 0;  // the next value to put
  size_t value_ = 0;
  bool done_ = false;
};

// False: some value is larger than kMostValueOctets.
bool ValuesFit(const EntryView& entry);

}  // namespace dirlease
