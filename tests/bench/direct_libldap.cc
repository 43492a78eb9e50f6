#include <ldap.h>

#include <cstdio>
#include <cstdlib>

#include "bench/contender.h"
#include "bench/read_entry.h"

namespace dirlease::bench {

namespace {

void Check(int error, const char* what) {
  if (error == LDAP_SUCCESS) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, ldap_err2string(error));
  std::exit(1);
}

class Direct final : public Contender {
 public:
  Direct(const std::string& uri, const std::string& dn, const std::string& password) {
    Check(ldap_initialize(&ldap_, uri.c_str()), "ldap_initialize");
    const int version = LDAP_VERSION3;
    ldap_set_option(ldap_, LDAP_OPT_PROTOCOL_VERSION, &version);
    berval credentials{password.size(), const_cast<char*>(password.data())};
    Check(ldap_sasl_bind_s(ldap_, dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr),
          "bind");
  }
  ~Direct() override { ldap_unbind_ext_s(ldap_, nullptr, nullptr); }

  int Search(const std::string& base, const std::string& filter) override {
    int id = 0;
    Check(ldap_search_ext(ldap_, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), nullptr, 0, nullptr,
                          nullptr, nullptr, 0, &id),
          "search");
    for (int entries = 0;;) {
      LDAPMessage* message = nullptr;
      const int type = ldap_result(ldap_, id, LDAP_MSG_ONE, nullptr, &message);
      if (type == LDAP_RES_SEARCH_ENTRY) {
        ++entries;
        octets_ += ReadEntry(ldap_, message);
      }
      ldap_msgfree(message);
      if (type == LDAP_RES_SEARCH_RESULT) return entries;
      if (type < 0) Check(LDAP_SERVER_DOWN, "result");
    }
  }

 private:
  LDAP* ldap_ = nullptr;
  size_t octets_ = 0;
};

}  // namespace

std::unique_ptr<Contender> DirectLibldap(const std::string& uri, const std::string& dn,
                                         const std::string& password) {
  return std::make_unique<Direct>(uri, dn, password);
}

}  // namespace dirlease::bench
