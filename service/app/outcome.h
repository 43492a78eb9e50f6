// The name of what a failed call came to, for metrics and the audit log. Pure, thread-safe.
#pragma once

#include <string_view>

#include "session/call_error.h"

namespace dirlease {

// The directory's result ("invalidCredentials"; what it made up is "unknownResult"), the gateway's
// own reason
// ("LDAP_CONNECT_ERROR"), or the cause of the end ("cancelled"). Lives as long as `error`. Takes
// few values.
std::string_view OutcomeName(const CallError& error);

}  // namespace dirlease
