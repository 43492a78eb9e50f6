// The octets of the password modify operation (RFC 3062 section 2). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace dirlease {

struct PasswordModify {
  std::optional<std::string_view> user_identity;  // absent = who is bound
  std::optional<std::string_view> old_password;
  std::optional<std::string_view> new_password;  // absent = the directory makes one up
};

// Of the request. Empty: nothing is set, and the request has no value then.
std::optional<Secret> EncodePasswordModify(const PasswordModify& request);

// The password that the directory made up, of a response's value: nothing when there is none. False: there may be one, and
// the contract cannot carry it (no password modify value, no UTF-8, longer than a name).
bool DecodeGeneratedPassword(const std::optional<std::string>& value, std::optional<Secret>& password);

}  // namespace dirlease
