// Attributes with values in libldap's form (LDAPMod), as Add and Modify take them. Not thread-safe.
#pragma once

#include <ldap.h>

#include <deque>
#include <vector>

#include "model/requests.h"

namespace dirlease {

class ModificationList {
 public:
  ModificationList() = default;
  ModificationList(const ModificationList&) = delete;
  ModificationList& operator=(const ModificationList&) = delete;

  // `operation`: LDAP_MOD_ADD and its like. `attribute` must outlive this.
  void Append(int operation, const AttributeValues& attribute);
  // For libldap, which changes nothing. Valid until the next Append.
  LDAPMod** get();

 private:
  // Elements stay where they are, others point at them.
  struct Item {
    LDAPMod modification;
    std::vector<berval> values;
    std::vector<berval*> value_pointers;  // null terminated
  };
  std::deque<Item> items_;
  std::vector<LDAPMod*> pointers_;  // null terminated
};

}  // namespace dirlease
