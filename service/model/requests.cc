#include "model/requests.h"

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

}  // namespace dirlease
