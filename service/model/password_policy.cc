#include "model/password_policy.h"

#include <iterator>

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
constexpr uint8_t kWarning = 0xa0;
constexpr uint8_t kTimeBeforeExpiration = 0x80;
constexpr uint8_t kGraceLoginsRemaining = 0x81;
constexpr uint8_t kError = 0x81;

bool DecodeWarning(std::string_view warning, PasswordPolicy& out) {
  BerReader reader(warning);
  out.seconds_before_expiration = reader.NextIntegerIf(kTimeBeforeExpiration);
  if (!out.seconds_before_expiration) out.grace_logins_remaining = reader.NextIntegerIf(kGraceLoginsRemaining);
  return out.seconds_before_expiration || out.grace_logins_remaining;
}
}  // namespace

std::optional<PasswordPolicy> DecodePasswordPolicy(std::string_view value) {
  const auto fields = BerReader(value).NextIf(kBerSequence);
  if (!fields) return std::nullopt;
  BerReader reader(*fields);
  PasswordPolicy out;
  const auto warning = reader.NextIf(kWarning);
  if (warning && !DecodeWarning(*warning, out)) return std::nullopt;
  out.error = reader.NextIntegerIf(kError);
  if (!out.error && !reader.at_end()) return std::nullopt;
  return out;
}

std::string_view PasswordPolicyErrorName(int error) {
  static constexpr std::string_view kNames[] = {
      "passwordExpired",      "accountLocked",           "changeAfterReset",
      "passwordModNotAllowed", "mustSupplyOldPassword",  "insufficientPasswordQuality",
      "passwordTooShort",     "passwordTooYoung",        "passwordInHistory",
      "passwordTooLong"};
  if (error < 0 || error >= static_cast<int>(std::size(kNames))) return {};
  return kNames[error];
}

}  // namespace dirlease
