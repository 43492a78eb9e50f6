#include "ldap/libldap/modification_list.h"

namespace dirlease {

void ModificationList::Append(int operation, const AttributeValues& attribute) {
  Item& item = items_.emplace_back();
  item.values.reserve(attribute.values.size());
  for (const std::string& value : attribute.values) {
    item.values.push_back({value.size(), const_cast<char*>(value.data())});
  }
  for (berval& value : item.values) item.value_pointers.push_back(&value);
  item.value_pointers.push_back(nullptr);
  item.modification.mod_op = operation | LDAP_MOD_BVALUES;
  item.modification.mod_type = const_cast<char*>(attribute.type.c_str());
  // No values and no list are the same to a directory; libldap wants no list.
  item.modification.mod_bvalues = attribute.values.empty() ? nullptr : item.value_pointers.data();
}

LDAPMod** ModificationList::get() {
  pointers_.clear();
  for (Item& item : items_) pointers_.push_back(&item.modification);
  pointers_.push_back(nullptr);
  return pointers_.data();
}

}  // namespace dirlease
