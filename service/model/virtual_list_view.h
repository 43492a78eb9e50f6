// The values of the virtual list view controls (draft-ietf-ldapext-ldapv3-vlv-09). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dirlease {

inline constexpr std::string_view kVirtualListViewRequestOid = "2.16.840.1.113730.3.4.9";
inline constexpr std::string_view kVirtualListViewResultOid = "2.16.840.1.113730.3.4.10";

struct ListViewOffset {
  int offset = 0;
  int content_count = 0;
};
struct VirtualListViewRequest {
  int before_count = 0;
  int after_count = 0;
  std::variant<ListViewOffset, std::string> target;  // the text: the first entry that is not less
  std::string context_id;                    // empty = none
};
std::string EncodeVirtualListView(const VirtualListViewRequest& request);

struct VirtualListViewResult {
  int target_position = 0;
  int content_count = 0;
  int code = 0;            // an LDAP result code
  std::string context_id;  // octets; may be empty
};
// Empty: `value` is no such thing.
std::optional<VirtualListViewResult> DecodeVirtualListView(std::string_view value);

}  // namespace dirlease
