// An LDAP request (RFC 4511 section 4) as a directory reads it from the socket. Values; pure,
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ldap_result.h"

namespace dirlease::testing {

inline constexpr const char* kPagedResultsOid = "1.2.840.113556.1.4.319";          // RFC 2696
inline constexpr const char* kStartTlsOid = "1.3.6.1.4.1.1466.20037";              // RFC 4511
inline constexpr const char* kWhoAmIOid = "1.3.6.1.4.1.4203.1.11.3";               // RFC 4532
inline constexpr const char* kNoticeOfDisconnectionOid = "1.3.6.1.4.1.1466.20036";  // RFC 4511

// RFC 2696's realSearchControlValue, in requests (size = entries a page) and responses (an
// estimate).
struct PagedResults {
  int size = 0;
  std::string cookie;
};
std::optional<PagedResults> DecodePagedResults(std::string_view control_value);
Control EncodePagedResults(const PagedResults& paged);

struct DirectoryRequest {
  enum class Kind { kBind, kUnbind, kSearch, kCompare, kAbandon, kExtended, kOther };
  Kind kind = Kind::kOther;
  int message_id = 0;
  std::vector<Control> controls;
  std::optional<PagedResults> paged;  // the control's value, decoded

  std::string dn;  // bind name, search base, compare entry
  std::string password;
  bool simple_bind = false;
  std::string mechanism = {};  // SASL
  std::optional<std::string> credentials = {};
  int scope = 0;  // numbers of RFC 4511
  int deref_aliases = 0;
  int size_limit = 0;
  int time_limit_seconds = 0;
  bool types_only = false;
  std::string filter;  // BER, as it came
  std::vector<std::string> attributes;
  std::string attribute_type;  // compare
  std::string value;           // compare, extended
  std::string oid;             // extended
  int abandoned_id = 0;
};

// Reads one whole LDAPMessage; empty when it is none.
std::optional<DirectoryRequest> DecodeRequest(std::string_view message);

}  // namespace dirlease::testing
