// What a directory's root DSE offers (RFC 4512 section 5.1), as far as the gateway uses it without being asked. Value.
#pragma once

namespace dirlease {

struct DirectoryFeatures {
  bool paged_results = false;     // RFC 2696
  bool session_tracking = false;  // draft-wahl-ldap-session-03
};

}  // namespace dirlease
