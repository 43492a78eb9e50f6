#include "session/page_control.h"

#include <algorithm>

#include "model/paged_results.h"

namespace dirlease {

PageControl::PageControl(std::optional<int> fixed_size, bool offered)
    : fixed_(fixed_size.has_value()), offered_(offered), page_size_(fixed_size.value_or(kFirstPage)) {}

// Not critical: a directory that does not page answers everything at once, which is no error.
Control PageControl::Request() const {
  return {std::string(kPagedResultsOid), false, EncodePagedResults(page_size_, cookie_)};
}

void PageControl::CountEntry(size_t octets) {
  ++page_entries_;
  empty_pages_ = 0;
  page_octets_ += octets;
}

PageControl::After PageControl::OnPageEnd(LdapResult& result) {
  const bool answered = HasControl(result.controls, kPagedResultsOid);
  const std::optional<PagedResults> page = FindPagedResults(result.controls);
  std::erase_if(result.controls, [](const Control& c) { return c.oid == kPagedResultsOid; });
  if (result.code != ldap_code::kSuccess) return After::kComplete;
  if (!answered) return offered_ && page_entries_ == page_size_ ? After::kLost : After::kComplete;
  if (!page.has_value()) return After::kLost;
  if (page->cookie.empty()) return After::kComplete;
  if (++empty_pages_ > kMostEmptyPages) return After::kLost;
  cookie_ = page->cookie;
  if (!fixed_ && page_entries_ > 0) {
    const size_t entry_octets = std::max<size_t>(1, page_octets_ / page_entries_);
    const int largest = std::min(kLargestPage, kGrowth * page_size_);
    page_size_ = static_cast<int>(std::clamp<size_t>(kPageOctets / entry_octets, 1, largest));
  }
  page_entries_ = 0;
  page_octets_ = 0;
  return After::kNextPage;
}

}  // namespace dirlease
