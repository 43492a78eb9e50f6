#include "ldap/libldap/channel_binding.h"

#include <ldap.h>
#include <sasl/sasl.h>

#include <memory>

// Exported by libldap and used by its own servers, but declared in no installed header. It makes a sasl_channel_binding_t in
// one block of ldap_memalloc; null: the connection has no such binding. LDAP_OPT_X_SASL_CBINDING does the same inside
// ldap_sasl_interactive_bind, which we do not use (it waits).
extern "C" void* ldap_pvt_sasl_cbinding(void* tls_session, int type, int is_server);

namespace dirlease {

std::string ChannelBindingOctets(ldap* handle, ChannelBinding kind) {
  if (kind == ChannelBinding::kNone) return "";
  void* session = nullptr;
  if (ldap_get_option(handle, LDAP_OPT_X_TLS_SSL_CTX, &session) != LDAP_OPT_SUCCESS || session == nullptr) return "";
  const int type = kind == ChannelBinding::kTlsUnique ? LDAP_OPT_X_SASL_CBINDING_TLS_UNIQUE
                                                      : LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
  const std::unique_ptr<void, decltype(&ldap_memfree)> made(ldap_pvt_sasl_cbinding(session, type, 0), ldap_memfree);
  if (made == nullptr) return "";
  const auto& binding = *static_cast<const sasl_channel_binding_t*>(made.get());
  return {reinterpret_cast<const char*>(binding.data), binding.len};
}

}  // namespace dirlease
