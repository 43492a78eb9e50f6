// The left side of a filter item (RFC 4515 section 3): what stands before "=", "~=", ">=", "<=" or
// ":=". As strict as libldap's own reader, which these names have to pass. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dirlease {

// Nothing when the text is fine, else what is wrong with it.
// An attribute description: "cn", "2.5.4.3", "cn;lang-en".
std::optional<std::string> FilterAttributeProblem(std::string_view attribute);
// Without the ":=": "cn", "cn:dn", "cn:rule", "cn:dn:rule", ":rule", ":dn:rule".
std::optional<std::string> ExtensibleMatchProblem(std::string_view text);

// Views of such a text.
struct ExtensibleMatchParts {
  std::string_view attribute;  // may be empty
  bool dn = false;
  std::string_view rule;  // may be empty
};
// REQUIRES: ExtensibleMatchProblem has none with it, to make sense.
ExtensibleMatchParts SplitExtensibleMatch(std::string_view text);

}  // namespace dirlease
