// The session tracking control (draft-wahl-ldap-session-03): for whom a request is made, so that the directory's log and
// ours can be joined. It is never critical. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "model/ldap_result.h"

namespace dirlease {

inline constexpr std::string_view kSessionTrackingOid = "1.3.6.1.4.1.21008.108.63.1";

struct SessionTracking {
  std::string_view source_ip;    // of the caller; may be empty
  std::string_view source_name;  // who the caller is; may be empty
  std::string_view identifier;   // of the session, in the words of our own log
};

Control SessionTrackingControl(const SessionTracking& tracking);

}  // namespace dirlease
