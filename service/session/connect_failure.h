// Why a target's directory could not be reached, in the caller's terms. Pure, thread-safe.
#pragma once

#include <string>

#include "ldap/connector.h"
#include "model/failure.h"

namespace dirlease {

// UNAVAILABLE, or RESOURCE_EXHAUSTED when it is the gateway that has nothing left.
Failure NotConnected(const ConnectFailure& failure, const std::string& target);

}  // namespace dirlease
