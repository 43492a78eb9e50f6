// Paging of one search (RFC 2696): the control to send with each page, and what the answer means. Pages are what lets a
// directory's worker go between them, so they are sized to fit into the socket buffers. Pure; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "model/ldap_result.h"

namespace dirlease {

class PageControl {
 public:
  enum class After { kNextPage, kComplete, kLost };

  // `fixed_size`: entries a page as the caller wants it; absent = 100 first, then what makes about 1 MiB, each at
  // most four times its forerunner: who does not read what comes leaves at most so much of it with the kernel.
  // `offered`: the directory says that it pages, so silence about it in an answer means that entries were lost.
  PageControl(std::optional<int> fixed_size, bool offered);

  Control Request() const;
  void CountEntry(size_t octets);
  // It goes on to the next page, however few entries there are.
  void CountReference() { empty_pages_ = 0; }
  // After a page's result: takes the paging control out of it (the caller did not ask for one).
  After OnPageEnd(LdapResult& result);

 private:
  static constexpr int kFirstPage = 100;
  static constexpr int kLargestPage = 5000;
  static constexpr int kGrowth = 4;
  // In a row: directories do send some, where their own limits or access rules end a page early.
  static constexpr int kMostEmptyPages = 1000;
  static constexpr size_t kPageOctets = 1024 * 1024;

  const bool fixed_;
  const bool offered_;
  int page_size_;
  int empty_pages_ = 0;
  int64_t page_entries_ = 0;
  size_t page_octets_ = 0;
  std::string cookie_;
};

}  // namespace dirlease
