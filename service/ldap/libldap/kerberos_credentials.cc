#include "ldap/libldap/kerberos_credentials.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include <cstdint>

namespace dirlease {

namespace {
// The first text that the library has for a status of either kind.
std::string GssText(OM_uint32 status, int kind) {
  OM_uint32 minor = 0, more = 0;
  gss_buffer_desc buffer = GSS_C_EMPTY_BUFFER;
  if (gss_display_status(&minor, status, kind, GSS_C_NO_OID, &more, &buffer) != GSS_S_COMPLETE) return "";
  const std::string text(static_cast<const char*>(buffer.value), buffer.length);
  gss_release_buffer(&minor, &buffer);
  return text;
}
}  // namespace

KerberosCredentials::~KerberosCredentials() {
  OM_uint32 minor = 0;
  if (credentials_ != nullptr) gss_release_cred(&minor, &credentials_);
}

std::string KerberosCredentials::Acquire(const std::string& keytab) {
  const std::string file = "FILE:" + keytab;
  const std::string cache = "MEMORY:dirlease " + keytab;
  gss_key_value_element_desc elements[] = {{"client_keytab", file.c_str()}, {"ccache", cache.c_str()}};
  const gss_key_value_set_desc store{2, elements};
  gss_OID_desc kerberos = *gss_mech_krb5;
  gss_OID_set_desc mechanisms{1, &kerberos};
  OM_uint32 minor = 0;
  const OM_uint32 major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechanisms, GSS_C_INITIATE,
                                                &store, &credentials_, nullptr, nullptr);
  if (!GSS_ERROR(major)) return "";
  credentials_ = nullptr;
  return GssText(major, GSS_C_GSS_CODE) + ": " + GssText(minor, GSS_C_MECH_CODE);
}

}  // namespace dirlease
