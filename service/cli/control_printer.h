// Response controls as OpenLDAP's tools print them: "control: OID CRITICAL BASE64", then a line that says what is in it
// where the gateway knows. Pure, thread-safe.
#pragma once

#include <cstddef>
#include <string>

#include "dirlease/v1/ldap.pb.h"
#include "google/protobuf/repeated_field.h"

namespace dirlease::cli {

// `level`: how often -L was given. From 1 on the lines are comments, from 2 on the first one is left out.
void AppendControls(const google::protobuf::RepeatedPtrField<v1::ResponseControl>& controls, int level, size_t columns,
                    std::string& out);

// All of a result's, at level 0: what a command says below its own words.
std::string ControlsText(const v1::LdapResult& result);

}  // namespace dirlease::cli
