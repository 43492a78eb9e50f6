#include "session/profiles.h"

#include <algorithm>
#include <utility>

namespace dirlease {

namespace {
Failure Denied() {
  return {.code = absl::StatusCode::kPermissionDenied,
          .reason = "PROFILE_DENIED",
          .message = "there is no profile of this name that you may use at this target"};
}

Failure AuthorizationDenied() {
  return {.code = absl::StatusCode::kPermissionDenied,
          .reason = "PROFILE_AUTHORIZATION_DENIED",
          .message = "the profile may not act for this authorization id"};
}

Failure PasswordMissing() {
  return {.code = absl::StatusCode::kFailedPrecondition,
          .reason = "PROFILE_UNUSABLE",
          .message = "the profile's password could not be read: see the gateway's log"};
}

bool Lists(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool Covers(std::string_view pattern, std::string_view id) {
  if (!pattern.ends_with('*')) return pattern == id;
  pattern.remove_suffix(1);
  return id.starts_with(pattern);
}

bool MayUse(const Profile& profile, const Caller& caller, const std::string& target) {
  const bool his = profile.any_caller || (!caller.owner.empty() && Lists(profile.callers, caller.owner));
  return his && Lists(profile.targets, target);
}
}  // namespace

Profiles::Profiles(std::vector<Profile> profiles, const std::vector<TargetConfig>& targets) {
  for (Profile& profile : profiles) {
    Known& known = profiles_[profile.name];
    known.profile = std::move(profile);
    if (known.profile.cert_file.empty()) continue;
    for (const TargetConfig& target : targets) {
      auto& config = known.configs[target.name] = std::make_unique<TargetConfig>(target);
      config->cert_file = known.profile.cert_file;
      config->key_file = known.profile.key_file;
    }
  }
}

void Profiles::SetPassword(std::string_view profile, Secret password) {
  const auto found = profiles_.find(profile);
  if (found != profiles_.end()) found->second.password = std::move(password);
}

std::optional<Failure> Profiles::Refusal(const Known& known, const ProfileUse& use) {
  const Profile& profile = known.profile;
  const auto covers = [&](const std::string& pattern) { return Covers(pattern, use.authorization_id); };
  if (!use.authorization_id.empty() &&
      std::none_of(profile.authorization_ids.begin(), profile.authorization_ids.end(), covers)) {
    return AuthorizationDenied();
  }
  if (profile.method == Profile::Method::kSimple && known.password.empty()) return PasswordMissing();
  return std::nullopt;
}

Outcome<BindPlan> Profiles::Use(const ProfileUse& use, const Caller& caller, const std::string& target,
                                std::vector<Control> controls) const {
  const auto found = profiles_.find(use.profile);
  if (found == profiles_.end() || !MayUse(found->second.profile, caller, target)) return Denied();
  const Known& known = found->second;
  if (auto refusal = Refusal(known, use)) return *std::move(refusal);
  const Profile& profile = known.profile;

  BindPlan plan;
  plan.bind.controls = std::move(controls);
  plan.identity.profile = profile.name;
  plan.identity.key = "profile " + profile.name;  // and for whom: bind_name
  if (profile.method == Profile::Method::kSimple) {
    plan.bind.name = profile.dn;
    plan.bind.password = known.password.Clone();
    plan.identity.bind_name = profile.dn;
  } else {
    const bool external = profile.method == Profile::Method::kExternal;
    plan.bind.sasl.emplace(SaslRequest{.mechanism = external ? "EXTERNAL" : "GSSAPI",
                                       .credentials = std::nullopt,
                                       .identity = SaslIdentity()});
    plan.bind.sasl->identity->client_keytab = profile.client_keytab;
    plan.identity.sasl_mechanism = plan.bind.sasl->mechanism;
  }
  if (const auto config = known.configs.find(target); config != known.configs.end()) {
    plan.config = config->second.get();
  }
  if (use.authorization_id.empty()) return plan;
  plan.identity.bind_name = plan.identity.authorization_id = use.authorization_id;
  if (profile.sasl_authorization) {
    plan.bind.sasl->identity->authorization_id = use.authorization_id;
  } else {
    plan.identity.proxied_authorization = ProxiedAuthorization(use.authorization_id);
  }
  return plan;
}

}  // namespace dirlease
