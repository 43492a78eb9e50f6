// The session tracking control (draft-wahl-ldap-session-03): for whom a request is made, so that the directory's log and
// ours can be joined. It is never critical. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/ldap_result.h"

namespace dirlease {

inline constexpr std::string_view kSessionTrackingOid = "1.3.6.1.4.1.21008.108.63.1";

// The format "Acct-Session-Id" of the draft's section 3.1: the identifier names one session of the source.
inline constexpr std::string_view kAccountingSessionFormat = "1.3.6.1.4.1.21008.108.63.1.1";

struct SessionTracking {
  static constexpr size_t kMostIpOctets = 128;
  static constexpr size_t kMostNameOctets = 256;

  std::string_view source_ip;    // of the caller; may be empty
  std::string_view source_name;  // who the caller is; may be empty
  std::string_view format_oid = kAccountingSessionFormat;  // what the identifier is
  std::string_view identifier;   // of the session
};

// Address and name are cut to their limits.
Control SessionTrackingControl(const SessionTracking& tracking);

}  // namespace dirlease
