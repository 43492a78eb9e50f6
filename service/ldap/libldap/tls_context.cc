#include "ldap/libldap/tls_context.h"

#include <ldap.h>
#include <unistd.h>

#include <utility>

// Exported by libldap and used by its own servers, but declared in no installed header.
// LDAP_OPT_X_TLS_CTX hands out a reference that can be given back by nothing else.
extern "C" void ldap_pvt_tls_ctx_free(void* context);

namespace dirlease {

namespace {

constexpr char kSystemBundle[] = "/etc/ssl/certs/ca-certificates.crt";

struct UnbindHandle {
  void operator()(LDAP* handle) const { ldap_unbind_ext(handle, nullptr, nullptr); }
};

bool SetFile(LDAP* handle, int option, const std::string& file) {
  return file.empty() || ldap_set_option(handle, option, file.c_str()) == LDAP_OPT_SUCCESS;
}

bool SetOptions(LDAP* handle, const TargetConfig& target, const std::string& ca_file) {
  const int demand = LDAP_OPT_X_TLS_DEMAND;
  const int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
  return ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS &&
         ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest) == LDAP_OPT_SUCCESS &&
         SetFile(handle, LDAP_OPT_X_TLS_CACERTFILE, ca_file) &&
         SetFile(handle, LDAP_OPT_X_TLS_CERTFILE, target.cert_file) &&
         SetFile(handle, LDAP_OPT_X_TLS_KEYFILE, target.key_file);
}

// libldap says no more than that it failed.
std::string Diagnose(const TargetConfig& target, const std::string& ca_file) {
  for (const std::string& file : {ca_file, target.cert_file, target.key_file}) {
    if (!file.empty() && access(file.c_str(), R_OK) != 0) return "cannot read " + file;
  }
  std::string text = "cannot use the certificates in " + ca_file;
  if (!target.cert_file.empty())
    text += ", or " + target.cert_file + " with the key " + target.key_file;
  return text;
}

}  // namespace

std::shared_ptr<const TlsContext> TlsContext::Load(const TargetConfig& target, std::string& error) {
  const std::string ca_file = target.ca_file.empty() ? kSystemBundle : target.ca_file;
  LDAP* created = nullptr;
  if (ldap_initialize(&created, nullptr) != LDAP_SUCCESS) {
    error = "out of memory";
    return nullptr;
  }
  const std::unique_ptr<LDAP, UnbindHandle> handle(created);
  const int as_client = 0;
  void* context = nullptr;
  if (!SetOptions(created, target, ca_file) ||
      ldap_set_option(created, LDAP_OPT_X_TLS_NEWCTX, &as_client) != LDAP_OPT_SUCCESS ||
      ldap_get_option(created, LDAP_OPT_X_TLS_CTX, &context) != LDAP_OPT_SUCCESS ||
      context == nullptr) {
    error = Diagnose(target, ca_file);
    return nullptr;
  }
  return std::shared_ptr<const TlsContext>(new TlsContext(context));
}

TlsContext::~TlsContext() { ldap_pvt_tls_ctx_free(context_); }

bool TlsContext::ApplyTo(LDAP* handle) const {
  const int demand = LDAP_OPT_X_TLS_DEMAND;
  return ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS &&
         ldap_set_option(handle, LDAP_OPT_X_TLS_CTX, context_) == LDAP_OPT_SUCCESS;
}

std::shared_ptr<const TlsContext> TlsContexts::Get(const TargetConfig& target, std::string& error) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const TlsContext>& known = loaded_[FilesOf(target)];
  if (known == nullptr) known = TlsContext::Load(target, error);
  return known;
}

std::string TlsContexts::Reload(const TargetConfig& target) {
  std::string error;
  std::shared_ptr<const TlsContext> fresh = TlsContext::Load(target, error);
  if (fresh == nullptr) return error;
  const std::lock_guard lock(mutex_);
  loaded_[FilesOf(target)] = std::move(fresh);
  return "";
}

}  // namespace dirlease
