// BindCredentials, checked: what of rpc/convert_request.h is about binds.
#include <algorithm>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include "model/names.h"
#include "rpc/convert_controls.h"
#include "rpc/convert_request.h"
#include "session/bind_conversation.h"

namespace dirlease {

namespace {
using Problem = std::optional<Failure>;

// Mechanisms whose mathematics the gateway does.
constexpr std::string_view kManaged[] = {
    "EXTERNAL",      "GSSAPI",           "PLAIN",         "SCRAM-SHA-1",       "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS"};

Problem TooLong(std::string field, std::string_view text, size_t most) {
  if (text.size() <= most) return std::nullopt;
  return InvalidField(std::move(field), fmt::format("is longer than {} octets", most));
}

Problem SetSimpleBind(v1::SimpleBind& simple, BindRequest& out) {
  const bool octets = simple.password().empty();
  std::string& password = octets ? *simple.mutable_password_octets() : *simple.mutable_password();
  out.name = simple.dn();
  out.password = Secret(password);
  Wipe(password);
  if (octets == false) Wipe(*simple.mutable_password_octets());
  if (out.name.empty()) {
    return InvalidField("credentials.simple.dn", "is empty: name who binds, or take `anonymous`");
  }
  if (auto problem = TooLong("credentials.simple.dn", out.name, kMaxDnOctets)) return problem;
  if (out.name.find('\0') != std::string::npos) {
    return InvalidField("credentials.simple.dn", "contains a NUL character");
  }
  // RFC 4513 section 5.1.2: directories answer success without having checked anything.
  if (out.password.empty()) {
    return InvalidField("credentials.simple.password",
                        "is empty: a bind with a name and no password proves nothing and is refused");
  }
  return TooLong("credentials.simple.password", out.password.Reveal(), kMostPasswordOctets);
}

// RFC 4422 section 3.1.
bool IsMechanism(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 20 && std::all_of(name.begin(), name.end(), fits);
}

Problem SetSaslBind(v1::SaslBind& sasl, BindRequest& out) {
  SaslRequest& request = out.sasl.emplace();
  if (sasl.has_credentials()) {
    request.credentials.emplace(sasl.credentials());
    Wipe(*sasl.mutable_credentials());
  }
  request.mechanism = sasl.mechanism();
  if (!IsMechanism(request.mechanism)) {
    return InvalidField("credentials.sasl.mechanism",
                        "is no SASL mechanism's name: 1 to 20 of A-Z, 0-9, - and _, such as SCRAM-SHA-256");
  }
  if (!request.credentials) return std::nullopt;
  return TooLong("credentials.sasl.credentials", request.credentials->Reveal(),
                 BindConversation::kMostSaslOctets);
}

Problem NameProblem(const char* field, const std::string& name) {
  const std::string path = fmt::format("credentials.managed_sasl.{}", field);
  if (name.find('\0') != std::string::npos) return InvalidField(path, "contains a NUL character");
  return TooLong(path, name, kMostSaslNameOctets);
}

Problem MechanismProblem(const std::string& mechanism) {
  if (std::find(std::begin(kManaged), std::end(kManaged), mechanism) != std::end(kManaged)) return std::nullopt;
  return InvalidField("credentials.managed_sasl.mechanism",
                      fmt::format("is none of {}; others go step by step through `sasl`", fmt::join(kManaged, ", ")));
}

// Who authenticates by a password needs one; the others have none to give.
Problem IdentityProblem(const std::string& mechanism, const SaslIdentity& identity) {
  const bool by_password = mechanism != "EXTERNAL" && mechanism != "GSSAPI";
  if (by_password && identity.authentication_id.empty()) {
    return InvalidField("credentials.managed_sasl.authentication_id", "is empty: name who authenticates");
  }
  if (by_password && identity.password.empty()) {
    return InvalidField("credentials.managed_sasl.password", "is empty");
  }
  if (!by_password && !(identity.authentication_id.empty() && identity.password.empty())) {
    return InvalidField("credentials.managed_sasl.authentication_id",
                        fmt::format("and password have no meaning with {}: leave them out", mechanism));
  }
  return TooLong("credentials.managed_sasl.password", identity.password.Reveal(), kMostPasswordOctets);
}

Problem SetManagedSasl(v1::ManagedSaslBind& sasl, BindRequest& out) {
  SaslRequest& request = out.sasl.emplace();
  SaslIdentity& identity = request.identity.emplace();
  identity.password = Secret(sasl.password());
  Wipe(*sasl.mutable_password());
  request.mechanism = sasl.mechanism();
  identity.authentication_id = sasl.authentication_id();
  identity.realm = sasl.realm();
  identity.authorization_id = sasl.authorization_id();
  if (auto problem = NameProblem("authentication_id", identity.authentication_id)) return problem;
  if (auto problem = NameProblem("realm", identity.realm)) return problem;
  if (auto problem = NameProblem("authorization_id", identity.authorization_id)) return problem;
  if (auto problem = MechanismProblem(request.mechanism)) return problem;
  return IdentityProblem(request.mechanism, identity);
}

Problem SetProfile(const v1::ProfileBind& bind, ProfileUse& out) {
  out = {.profile = bind.profile(), .authorization_id = bind.authorization_id()};
  if (out.profile.empty()) return InvalidField("credentials.profile.profile", "is empty: name a profile");
  const std::string& id = out.authorization_id;
  if (id.empty()) return std::nullopt;
  const bool form = id.starts_with("dn:") || id.starts_with("u:");
  if (!form || id.find('\0') != std::string::npos) {
    return InvalidField("credentials.profile.authorization_id", "is not of the form dn:... or u:...");
  }
  return TooLong("credentials.profile.authorization_id", id, kMaxDnOctets);
}

Problem SetCredentials(v1::BindCredentials& credentials, Credentials& out) {
  switch (credentials.method_case()) {
    case v1::BindCredentials::METHOD_NOT_SET:
    case v1::BindCredentials::kAnonymous:
      return std::nullopt;
    case v1::BindCredentials::kSimple:
      return SetSimpleBind(*credentials.mutable_simple(), out.bind);
    case v1::BindCredentials::kSasl:
      return SetSaslBind(*credentials.mutable_sasl(), out.bind);
    case v1::BindCredentials::kManagedSasl:
      return SetManagedSasl(*credentials.mutable_managed_sasl(), out.bind);
    case v1::BindCredentials::kProfile:
      return SetProfile(credentials.profile(), out.profile.emplace());
  }
  return InvalidField("credentials", "name no method of this version");
}
}  // namespace

Outcome<Credentials> CredentialsFromProto(v1::BindCredentials& credentials,
                                          const google::protobuf::RepeatedPtrField<v1::Control>& controls) {
  Credentials out;
  if (auto failure = SetCredentials(credentials, out)) return *std::move(failure);
  auto converted = BindControlsFromProto(controls);
  if (!converted.ok()) return converted.failure();
  out.bind.controls = std::move(converted.value());
  return out;
}

Outcome<RebindRequest> RebindFromProto(v1::RebindRequest& request) {
  auto credentials = CredentialsFromProto(*request.mutable_credentials(), request.controls());
  if (!credentials.ok()) return credentials.failure();
  return RebindRequest{.credentials = std::move(credentials.value()),
                       .abandon_outstanding = request.abandon_outstanding()};
}

Outcome<std::optional<Secret>> ContinueFromProto(v1::ContinueBindRequest& request) {
  std::optional<Secret> credentials;
  if (!request.has_credentials()) return credentials;
  credentials.emplace(request.credentials());
  Wipe(*request.mutable_credentials());
  if (auto problem = TooLong("credentials", credentials->Reveal(), BindConversation::kMostSaslOctets)) {
    return *std::move(problem);
  }
  return credentials;
}

}  // namespace dirlease
