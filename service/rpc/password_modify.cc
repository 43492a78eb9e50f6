#include "rpc/password_modify.h"

#include <string>
#include <utility>

#include "base/ber_reader.h"
#include "base/ber_writer.h"
#include "base/utf8.h"

namespace dirlease {

namespace {
constexpr uint8_t kUserIdentity = 0x80;
constexpr uint8_t kOldPassword = 0x81;
constexpr uint8_t kNewPassword = 0x82;
constexpr uint8_t kGeneratedPassword = 0x80;
constexpr size_t kOctetsAroundElement = 8;
constexpr size_t kMostGeneratedOctets = 16 * 1024;

void Append(uint8_t tag, const std::optional<std::string_view>& content, std::string& out) {
  if (!content) return;
  std::string element = BerElement(tag, *content);
  out += element;
  Wipe(element);
}
}  // namespace

std::optional<Secret> EncodePasswordModify(const PasswordModify& request) {
  std::string content;
  // Room for everything at once: growing would leave pieces of the passwords behind.
  for (const auto& part : {request.user_identity, request.old_password, request.new_password}) {
    if (part) content.reserve(content.capacity() + part->size() + kOctetsAroundElement);
  }
  Append(kUserIdentity, request.user_identity, content);
  Append(kOldPassword, request.old_password, content);
  Append(kNewPassword, request.new_password, content);
  if (content.empty()) return std::nullopt;
  std::string value = BerElement(kBerSequence, content);
  Wipe(content);
  std::optional<Secret> secret(std::in_place, value);
  Wipe(value);
  return secret;
}

bool DecodeGeneratedPassword(const std::optional<std::string>& value, std::optional<Secret>& password) {
  if (!value) return true;
  BerReader reader(*value);
  const auto sequence = reader.NextIf(kBerSequence);
  if (!sequence) return false;
  if (sequence->empty()) return true;
  BerReader parts(*sequence);
  const auto octets = parts.NextIf(kGeneratedPassword);
  if (!octets || octets->size() > kMostGeneratedOctets || !IsValidUtf8(*octets)) return false;
  password.emplace(*octets);
  return true;
}

}  // namespace dirlease
