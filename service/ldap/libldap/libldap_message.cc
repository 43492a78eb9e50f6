#include "ldap/libldap/libldap_message.h"

// Exported by libldap since 2.2 and used by its own servers, but declared in no installed header.
extern "C" BerElement* ldap_get_message_ber(LDAPMessage* message);

namespace dirlease {

std::optional<ReceivedMessage> SplitMessage(LDAPMessage* message) {
  BerElement* ber = ldap_get_message_ber(message);
  ReceivedMessage parts;
  parts.message_id = ldap_msgid(message);
  berval octets{};
  const ber_tag_t operation_tag = ber_skip_element(ber, &octets);
  if (operation_tag == LBER_DEFAULT || operation_tag > 0xff) return std::nullopt;
  parts.operation_tag = static_cast<uint8_t>(operation_tag);
  parts.operation = {octets.bv_val, octets.bv_len};
  ber_len_t left = 0;
  ber_get_option(ber, LBER_OPT_BER_REMAINING_BYTES, &left);
  if (left == 0) return parts;
  const ber_tag_t tag = ber_skip_element(ber, &octets);
  if (tag == LBER_DEFAULT) return std::nullopt;
  if (tag == kMessageControls) parts.controls = {octets.bv_val, octets.bv_len};
  return parts;
}

}  // namespace dirlease
