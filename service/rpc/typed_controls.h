// The contract's typed controls whose value has to be encoded. For convert_controls.cc. Pure, thread-safe.
#pragma once

#include <string>

#include "dirlease/v1/ldap.pb.h"
#include "model/failure.h"
#include "model/ldap_result.h"

namespace dirlease {

// REQUIRES: `control` is neither raw, nor a flag, nor unset. `field` is where it stands, "controls[N]"; a failure names a
// field below it. Does not set `critical`.
Outcome<Control> TypedControlFromProto(const v1::Control& control, const std::string& field);

}  // namespace dirlease
