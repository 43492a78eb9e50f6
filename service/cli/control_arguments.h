// Controls as OpenLDAP's tools take them on the command line (-e, -E, -M), made into the contract's. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dirlease/v1/ldap.pb.h"
#include "google/protobuf/repeated_field.h"

namespace dirlease::cli {

using Controls = google::protobuf::RepeatedPtrField<v1::Control>;

// One -e: "[!]NAME[=VALUE]" or "[!]OID[=BASE64]", "[!]OID=:TEXT", "[!]OID=::BASE64"; "!" makes it critical. Nothing when
// it was added, else what is wrong with it.
std::optional<std::string> AddGeneralExtension(std::string_view text, Controls& controls);
// One -E of a search, but for "pr".
std::optional<std::string> AddSearchExtension(std::string_view text, Controls& controls);

}  // namespace dirlease::cli
