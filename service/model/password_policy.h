// The value of the password policy response control (draft-behera-ldap-password-policy-10). Pure, thread-safe.
#pragma once

#include <optional>
#include <string_view>

namespace dirlease {

// Of request and response; a request has no value.
inline constexpr std::string_view kPasswordPolicyOid = "1.3.6.1.4.1.42.2.27.8.5.1";

struct PasswordPolicy {
  std::optional<int> seconds_before_expiration;
  std::optional<int> grace_logins_remaining;
  std::optional<int> error;
};
// Empty: `value` is no such thing.
std::optional<PasswordPolicy> DecodePasswordPolicy(std::string_view value);

// The draft's name, for example "accountLocked"; empty for a number nobody named.
std::string_view PasswordPolicyErrorName(int error);

}  // namespace dirlease
