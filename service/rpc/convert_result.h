// What directories answer, as the contract's messages. Texts become valid UTF-8, values stay octets.
// Pure, thread-safe.
#pragma once

#include "dirlease/v1/ldap.pb.h"
#include "model/ldap_result.h"

namespace dirlease {

// Both overwrite what `out` held.
void ResultToProto(const LdapResult& result, v1::LdapResult& out);
// Decoded too when the gateway knows its type and can read it: a malformed value is no error, it stays raw.
void ControlToProto(const Control& control, v1::ResponseControl& out);

}  // namespace dirlease
