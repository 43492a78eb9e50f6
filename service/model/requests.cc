#include "model/requests.h"

#include <type_traits>

namespace dirlease {

bool MayWrite(const OperationRequest& request) {
  if (const auto* extended = std::get_if<ExtendedRequest>(&request.body)) {
    return extended->oid != kWhoAmIOid;
  }
  return !std::holds_alternative<SearchRequest>(request.body) &&
         !std::holds_alternative<CompareRequest>(request.body);
}

namespace {
void Wipe(std::vector<std::string>& values) {
  for (std::string& value : values) dirlease::Wipe(value);
  values.clear();
}

std::string_view Subject(const SearchRequest& request) { return request.base_dn; }
std::string_view Subject(const ExtendedRequest& request) {
  return request.subject.empty() ? request.oid : request.subject;
}
template <typename Request>
std::string_view Subject(const Request& request) {
  return request.dn;
}
}  // namespace

Control ProxiedAuthorization(const std::string& authorization_id) {
  return {.oid = kProxiedAuthorizationOid, .critical = true, .value = authorization_id};
}

bool CarriesProxiedAuthorization(const OperationRequest& request) {
  constexpr std::string_view kFirstVersion = "2.16.840.1.113730.3.4.12";
  return HasControl(request.controls, kProxiedAuthorizationOid) || HasControl(request.controls, kFirstVersion);
}

bool IsAnonymous(const BindRequest& request) {
  return request.sasl ? request.sasl->mechanism == "ANONYMOUS" : request.name.empty();
}

std::string SubjectOf(const BindRequest& request) {
  if (!request.sasl || !request.sasl->identity) return request.name;
  const SaslIdentity& identity = *request.sasl->identity;
  return identity.authorization_id.empty() ? identity.authentication_id : identity.authorization_id;
}

std::string_view SubjectOf(const OperationRequest& request) {
  return std::visit([](const auto& body) { return Subject(body); }, request.body);
}

std::string NewNameOf(const OperationRequest& request) {
  const auto* rename = std::get_if<ModifyDnRequest>(&request.body);
  if (rename == nullptr) return "";
  const bool moved = rename->new_superior && !rename->new_superior->empty();
  return moved ? rename->new_rdn + ',' + *rename->new_superior : rename->new_rdn;
}

void WipeValues(AddRequest& request) {
  for (AttributeValues& attribute : request.attributes) Wipe(attribute.values);
}

void WipeValues(ModifyRequest& request) {
  for (Modification& modification : request.modifications) Wipe(modification.attribute.values);
}

void WipeValues(ExtendedRequest& request) { request.value.reset(); }

void WipeValues(OperationRequest& request) {
  std::visit(
      [](auto& body) {
        if constexpr (requires { WipeValues(body); }) WipeValues(body);
      },
      request.body);
}

}  // namespace dirlease
