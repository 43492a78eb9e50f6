// Request controls in libldap's form. Not thread-safe.
#pragma once

#include <ldap.h>

#include <vector>

#include "model/ldap_result.h"

namespace dirlease {

class RequestControls {
 public:
  // `controls` must outlive this.
  explicit RequestControls(const std::vector<Control>& controls);
  RequestControls(const RequestControls&) = delete;
  RequestControls& operator=(const RequestControls&) = delete;

  // For libldap; null when there are none. Valid as long as this.
  LDAPControl** get() { return controls_.empty() ? nullptr : pointers_.data(); }

 private:
  std::vector<LDAPControl> controls_;
  std::vector<LDAPControl*> pointers_;
};

}  // namespace dirlease
