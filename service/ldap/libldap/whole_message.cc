#include "ldap/libldap/whole_message.h"

#include "base/ber_reader.h"

namespace dirlease {

namespace {
constexpr uint8_t kSequence = 0x30;
constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kControls = 0xa0;
}  // namespace

std::optional<WholeMessage> FirstWholeMessage(std::string_view octets) {
  BerReader reader(octets);
  const auto message = reader.NextIf(kSequence);
  if (!message) return std::nullopt;
  BerReader parts(*message);
  const auto message_id = parts.NextIf(kInteger);
  const auto id = message_id ? BerInteger(*message_id) : std::nullopt;
  const auto operation = parts.Next();
  if (!id || !operation) return std::nullopt;
  WholeMessage whole;
  whole.octets = octets.size() - reader.rest().size();
  whole.parts.message_id = *id;
  whole.parts.operation_tag = operation->tag;
  whole.parts.operation = operation->content;
  if (parts.at_end()) return whole;
  const auto controls = parts.Next();
  if (!controls) return std::nullopt;
  if (controls->tag == kControls) whole.parts.controls = controls->content;
  return whole;
}

}  // namespace dirlease
