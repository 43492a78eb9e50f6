// Request controls from the contract to LDAP. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "dirlease/v1/ldap.pb.h"
#include "google/protobuf/repeated_field.h"
#include "model/failure.h"
#include "model/ldap_result.h"

namespace dirlease {

inline constexpr int kMostControls = 32;
inline constexpr size_t kMostControlOctets = 64 * 1024;  // of one value

inline constexpr size_t kMostBindControlOctets = 1024 * 1024;  // of all values of one bind

// Fails with the field "controls[N]...": empty, malformed, or twice the same.
Outcome<std::vector<Control>> ControlsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Control>& controls);
// Of a bind, whose controls are kept until its last step.
Outcome<std::vector<Control>> BindControlsFromProto(
    const google::protobuf::RepeatedPtrField<v1::Control>& controls);

}  // namespace dirlease
