#include "ldap/libldap/libldap_init.h"

#include <ldap.h>
#include <sasl/sasl.h>

#include <csignal>
#include <cstdlib>

namespace dirlease {

bool InitialiseLibldap() {
  // liblber and TLS libraries write without MSG_NOSIGNAL where they write themselves.
  signal(SIGPIPE, SIG_IGN);
  // ldap.conf, ~/.ldaprc, an ldaprc in the current directory and LDAP* variables would change
  // limits and referrals.
  setenv("LDAPNOINIT", "1", 1);
  // The first call initialises the library, which is not safe once there are threads.
  LDAPAPIInfo info{};
  info.ldapai_info_version = LDAP_API_INFO_VERSION;
  if (ldap_get_option(nullptr, LDAP_OPT_API_INFO, &info) != LDAP_OPT_SUCCESS) return false;
  const bool fits = info.ldapai_api_version >= LDAP_API_VERSION;
  ldap_memfree(info.ldapai_vendor_name);
  ber_memvfree(reinterpret_cast<void**>(info.ldapai_extensions));
  // Counted: libldap has done it already, with locks that hold for us too. It loads the mechanisms.
  return fits && sasl_client_init(nullptr) == SASL_OK;
}

}  // namespace dirlease
