#include "ldap/libldap/request_controls.h"

namespace dirlease {

namespace {

// libldap's interface is not const; it changes nothing here.
LDAPControl ToLibldap(const Control& control) {
  LDAPControl converted{};
  converted.ldctl_oid = const_cast<char*>(control.oid.c_str());
  converted.ldctl_iscritical = control.critical;
  if (control.value) {
    converted.ldctl_value = {control.value->size(), const_cast<char*>(control.value->c_str())};
  }
  return converted;
}

}  // namespace

RequestControls::RequestControls(const std::vector<Control>& controls) {
  controls_.reserve(controls.size());
  for (const Control& control : controls) controls_.push_back(ToLibldap(control));
  for (LDAPControl& control : controls_) pointers_.push_back(&control);
  pointers_.push_back(nullptr);
}

}  // namespace dirlease
