// LDAP requests as the gateway runs them: checked, filter expanded, strings as octets. Values; thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "base/secret.h"
#include "model/ldap_result.h"

namespace dirlease {

// RFC 4511 section 4.2. An empty name and password is the anonymous bind (RFC 4513 section 5.1.1).
struct BindRequest {
  std::string name;
  Secret password;
  std::vector<Control> controls;
};

enum class Scope { kBase = 0, kOneLevel = 1, kSubtree = 2, kSubordinates = 3 };  // numbers of RFC 4511 and libldap
enum class DerefAliases { kNever = 0, kSearching = 1, kFinding = 2, kAlways = 3 };

// RFC 4511 section 4.5.1.
struct SearchRequest {
  std::string base_dn;
  Scope scope = Scope::kSubtree;
  DerefAliases deref_aliases = DerefAliases::kNever;
  std::string filter;  // RFC 4515, complete and checked
  std::vector<std::string> attributes;
  bool types_only = false;
  int size_limit = 0;       // 0 = none
  int time_limit_seconds = 0;  // 0 = none
  // Entries a page (RFC 2696); absent = the gateway decides, 0 = never.
  std::optional<int> page_size;
};

// RFC 4511 section 4.10.
struct CompareRequest {
  std::string dn;
  std::string attribute_type;
  std::string value;
};

// RFC 4532: an extended request without a value.
struct WhoAmIRequest {};

struct OperationRequest {
  std::variant<SearchRequest, CompareRequest, WhoAmIRequest> body;
  std::vector<Control> controls;
};

}  // namespace dirlease
