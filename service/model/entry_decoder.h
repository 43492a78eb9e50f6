// A SearchResultEntry (RFC 4511 section 4.5.2) as a view of its octets, from a search or within a read entry control. It
// reuses its memory from entry to entry: an entry costs no allocation. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "model/responses.h"

namespace dirlease {

class EntryDecoder {
 public:
  // What an entry may hold: far beyond what directories send, and little enough that 16 MiB of empty elements cost
  // neither much time nor much memory.
  static constexpr size_t kMostValues = 1'000'000;
  static constexpr size_t kMostAttributes = 65'536;

  // Fills all of `out` but its controls. `content`: what stands within the entry's outermost element, and must live as
  // long as `out` is used; so must this, unused meanwhile. False: it is no entry.
  bool Decode(std::string_view content, EntryView& out);

  // Gives back the memory that a large entry took. The last view is gone then.
  void Trim();

 private:
  bool DecodeAttributes(std::string_view list, EntryView& out);

  std::vector<AttributeView> attributes_;
};

}  // namespace dirlease
