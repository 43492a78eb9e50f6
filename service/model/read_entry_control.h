// The values of the pre-read and post-read controls (RFC 4527). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dirlease {

// Of request and response.
inline constexpr std::string_view kPreReadOid = "1.3.6.1.1.13.1";
inline constexpr std::string_view kPostReadOid = "1.3.6.1.1.13.2";

// Empty = all user attributes.
std::string EncodeAttributeSelection(const std::vector<std::string>& attributes);

// The entry's content, for EntryDecoder, as a view of `value`. Empty: it is none.
std::optional<std::string_view> ReadEntryContent(std::string_view value);

}  // namespace dirlease
