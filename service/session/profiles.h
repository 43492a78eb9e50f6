// Bind profiles: identities of the gateway's own configuration that named callers may use, so that a service holds no
// directory password at all. Deny by default. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "ldap/connector.h"
#include "model/failure.h"
#include "model/requests.h"
#include "session/bound_identity.h"
#include "session/open_request.h"

namespace dirlease {

struct Profile {
  enum class Method { kSimple, kExternal, kGssapi };
  std::string name;
  std::vector<std::string> targets;  // where it may be used
  Method method = Method::kSimple;
  std::string dn;         // kSimple; its password comes apart
  std::string cert_file;  // kExternal, PEM; empty = the target's own
  std::string key_file;
  std::string client_keytab = {};  // kGssapi; empty = the target's own
  std::vector<std::string> callers;  // identities
  bool any_caller = false;           // those without identity too
  bool sasl_authorization = false;   // authorization ids go into SASL; else RFC 4370's control on every operation
  // For whom it may act; one with a "*" at its end stands for all that begin so.
  std::vector<std::string> authorization_ids;
};

// How to bind, and who a lease is then.
struct BindPlan {
  BindRequest bind;
  BoundIdentity identity;
  // To connect with instead of the target's own configuration; null = that. Lives as long as the profiles.
  const TargetConfig* config = nullptr;
};

class Profiles {
 public:
  Profiles(std::vector<Profile> profiles, const std::vector<TargetConfig>& targets);

  // For binds from now on. Unknown names are ignored.
  void SetPassword(std::string_view profile, Secret password);

  // PERMISSION_DENIED / PROFILE_DENIED, and nothing more, when there is no such profile, not for this caller, or not
  // here. `controls` are the bind's.
  Outcome<BindPlan> Use(const ProfileUse& use, const Caller& caller, const std::string& target,
                        std::vector<Control> controls) const;

 private:
  struct Known {
    Profile profile;
    Secret password;
    std::map<std::string, std::unique_ptr<TargetConfig>> configs;  // by target, where it has its own certificate
  };
  static std::optional<Failure> Refusal(const Known& known, const ProfileUse& use);

  std::map<std::string, Known, std::less<>> profiles_;
};

}  // namespace dirlease
