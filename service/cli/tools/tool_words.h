// How OpenLDAP's tools say things and end, for scripts that look at it. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dirlease/v1/ldap.pb.h"

namespace dirlease::cli {

struct Failure;

// "Success", "No such object".
std::string_view ToolResultText(int32_t code);
// "Compare Result: No such object (32)" and what the directory said besides, a line each.
std::string ToolResultLines(std::string_view label, const v1::LdapResult& result);

// What a change is called while it is tried: modifying entry "cn=a".
std::string ToolChangeLine(std::string_view doing, std::string_view dn, bool dry_run);

// They end with LDAP's code, or with the last eight bits of libldap's negative one. REQUIRES: failure.code != 0.
int ToolExitStatus(const Failure& failure);
inline constexpr int kToolUsage = 1;
inline constexpr int kToolBadRecord = 247;  // LDAP_PARAM_ERROR, -9

}  // namespace dirlease::cli
