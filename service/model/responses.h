// Views of what a directory sends within an operation: they point into the received message and live only as long as
// the callback they are handed to. Octets are unchecked: nothing here need be UTF-8 or a valid URL.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "model/ldap_result.h"
#include "model/value_list.h"

namespace dirlease {

struct AttributeView {
  std::string_view type;
  ValueList values;
};

// SearchResultEntry, RFC 4511 section 4.5.2.
struct EntryView {
  std::string_view dn;
  absl::Span<const AttributeView> attributes;
  absl::Span<const Control> controls;
  size_t octets = 0;  // of the names and values above, for accounting
};

struct ReferenceView {
  absl::Span<const std::string_view> uris;
  absl::Span<const Control> controls;
  std::string_view not_followed = {};  // as LdapResult has it
};

// RFC 4511 section 4.13.
struct IntermediateView {
  std::string_view oid;
  std::string_view value;
  absl::Span<const Control> controls;
};

}  // namespace dirlease
