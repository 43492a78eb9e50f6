#include "ldap/libldap/whole_message.h"

#include "base/ber_reader.h"

namespace dirlease {

std::optional<WholeMessage> FirstWholeMessage(std::string_view octets) {
  BerReader reader(octets);
  const auto message = reader.NextIf(kBerSequence);
  if (!message) return std::nullopt;
  BerReader parts(*message);
  const auto id = parts.NextIntegerIf(kBerInteger);
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
  if (controls->tag == kMessageControls) whole.parts.controls = controls->content;
  return whole;
}

}  // namespace dirlease
