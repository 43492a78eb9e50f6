// What a careful program reads of an entry that libldap received: every value, without copies.
#pragma once

#include <ldap.h>

namespace dirlease::bench {

// How many octets its name and values have.
inline size_t ReadEntry(LDAP* ldap, LDAPMessage* entry) {
  BerElement* position = nullptr;
  berval dn{}, type{};
  if (ldap_get_dn_ber(ldap, entry, &position, &dn) != LDAP_SUCCESS) return 0;
  size_t octets = dn.bv_len;
  BerVarray values = nullptr;
  while (ldap_get_attribute_ber(ldap, entry, position, &type, &values) == LDAP_SUCCESS &&
         type.bv_val != nullptr) {
    for (berval* value = values; value != nullptr && value->bv_val != nullptr; ++value)
      octets += value->bv_len;
    ber_memfree(values);
  }
  ber_free(position, 0);
  return octets;
}

}  // namespace dirlease::bench
