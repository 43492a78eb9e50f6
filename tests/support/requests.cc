#include "support/requests.h"

namespace dirlease::testing {
namespace {

void SetText(const std::string& type, const std::vector<std::string>& values, v1::Attribute& attribute) {
  attribute.set_type(type);
  for (const std::string& value : values) attribute.add_text_values(value);
}

}  // namespace

v1::AddRequest AddRequestOf(const std::string& dn, const TextAttributes& attributes) {
  v1::AddRequest request;
  request.set_dn(dn);
  for (const auto& [type, values] : attributes) SetText(type, values, *request.add_attributes());
  return request;
}

v1::ModifyRequest ModifyRequestOf(const std::string& dn, v1::Modification::Type type, const std::string& attribute,
                                  const std::vector<std::string>& values) {
  v1::ModifyRequest request;
  request.set_dn(dn);
  v1::Modification& modification = *request.add_modifications();
  modification.set_type(type);
  SetText(attribute, values, *modification.mutable_attribute());
  return request;
}

v1::PipelineCall PipelineCallOf(uint64_t id) {
  v1::PipelineCall call;
  call.set_id(id);
  return call;
}

}  // namespace dirlease::testing
