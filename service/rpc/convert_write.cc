// The half of convert_request.h that changes entries: Add, Modify, Delete, ModifyDn.
#include <string>
#include <utility>

#include "base/secret.h"
#include "fmt/format.h"
#include "model/names.h"
#include "rpc/convert_controls.h"
#include "rpc/convert_request.h"

namespace dirlease {

namespace {
using MaybeFailure = std::optional<Failure>;

// The fields that all of them have. An empty DN names the root DSE, which no directory adds, deletes or renames.
template <typename Request>
MaybeFailure SetCommon(const Request& request, std::string& dn, OperationRequest& out) {
  if (auto failure = OperationIdFailure(request.operation_id())) return failure;
  if (request.dn().empty()) return InvalidField("dn", "is empty: name the entry");
  if (const auto problem = DnProblem(request.dn())) return InvalidField("dn", *problem);
  dn = request.dn();
  auto controls = ControlsFromProto(request.controls());
  if (!controls.ok()) return controls.failure();
  out.controls = std::move(controls.value());
  return {};
}

MaybeFailure SetAttribute(const v1::Attribute& attribute, const std::string& field, AttributeValues& out) {
  if (const auto problem = AttributeDescriptionProblem(attribute.type())) {
    return InvalidField(field + ".type", *problem);
  }
  out.type = attribute.type();
  // Room for all at once: growing would leave short values behind, and passwords are short.
  out.values.reserve(static_cast<size_t>(attribute.values_size() + attribute.text_values_size()));
  out.values.assign(attribute.values().begin(), attribute.values().end());
  out.values.insert(out.values.end(), attribute.text_values().begin(), attribute.text_values().end());
  return {};
}

// Counts what an attribute costs.
MaybeFailure CheckCount(const v1::Attribute& attribute, const char* field, size_t& count) {
  count += 1 + static_cast<size_t>(attribute.values_size() + attribute.text_values_size());
  if (count <= kMostWrittenValues) return {};
  return InvalidField(field, fmt::format("have more than {} values together: write them in several requests",
                                         kMostWrittenValues));
}

void WipeValues(v1::Attribute& attribute) {
  for (std::string& value : *attribute.mutable_values()) Wipe(value);
  for (std::string& value : *attribute.mutable_text_values()) Wipe(value);
}

// RFC 4511 section 4.6, RFC 4525 section 3.
MaybeFailure CheckValues(const Modification& modification, const std::string& field) {
  const size_t count = modification.attribute.values.size();
  if (modification.type == Modification::Type::kAdd && count == 0) {
    return InvalidField(field + ".attribute", "has no value to add");
  }
  if (modification.type == Modification::Type::kIncrement && count != 1) {
    return InvalidField(field + ".attribute", "needs exactly one value, the number to add");
  }
  return {};
}

std::optional<Modification::Type> TypeFromProto(v1::Modification::Type type) {
  switch (type) {
    case v1::Modification::TYPE_ADD: return Modification::Type::kAdd;
    case v1::Modification::TYPE_DELETE: return Modification::Type::kDelete;
    case v1::Modification::TYPE_REPLACE: return Modification::Type::kReplace;
    case v1::Modification::TYPE_INCREMENT: return Modification::Type::kIncrement;
    default: return std::nullopt;
  }
}

MaybeFailure SetModification(const v1::Modification& modification, const std::string& field, Modification& out) {
  const auto type = TypeFromProto(modification.type());
  if (!type) {
    return InvalidField(field + ".type", "is none of TYPE_ADD, TYPE_DELETE, TYPE_REPLACE and TYPE_INCREMENT");
  }
  out.type = *type;
  if (auto failure = SetAttribute(modification.attribute(), field + ".attribute", out.attribute)) return failure;
  return CheckValues(out, field);
}
}  // namespace

Outcome<OperationRequest> AddFromProto(const v1::AddRequest& request) {
  OperationRequest out;
  AddRequest add;
  if (auto failure = SetCommon(request, add.dn, out)) return *failure;
  if (request.attributes().empty()) {
    return InvalidField("attributes", "are none: an entry needs at least its objectClass");
  }
  size_t count = 0;
  for (int i = 0; i < request.attributes_size(); ++i) {
    const std::string field = fmt::format("attributes[{}]", i);
    if (auto failure = CheckCount(request.attributes(i), "attributes", count)) return *failure;
    if (auto failure = SetAttribute(request.attributes(i), field, add.attributes.emplace_back())) return *failure;
    if (add.attributes.back().values.empty()) return InvalidField(field, "has no value: leave the attribute out");
  }
  out.body = std::move(add);
  return out;
}

Outcome<OperationRequest> ModifyFromProto(const v1::ModifyRequest& request) {
  OperationRequest out;
  ModifyRequest modify;
  if (auto failure = SetCommon(request, modify.dn, out)) return *failure;
  if (request.modifications().empty()) return InvalidField("modifications", "are none: say what changes");
  size_t count = 0;
  for (int i = 0; i < request.modifications_size(); ++i) {
    const std::string field = fmt::format("modifications[{}]", i);
    if (auto failure = CheckCount(request.modifications(i).attribute(), "modifications", count)) return *failure;
    if (auto failure = SetModification(request.modifications(i), field, modify.modifications.emplace_back())) {
      return *failure;
    }
  }
  out.body = std::move(modify);
  return out;
}

Outcome<OperationRequest> DeleteFromProto(const v1::DeleteRequest& request) {
  OperationRequest out;
  DeleteRequest remove;
  if (auto failure = SetCommon(request, remove.dn, out)) return *failure;
  out.body = std::move(remove);
  return out;
}

Outcome<OperationRequest> ModifyDnFromProto(const v1::ModifyDnRequest& request) {
  OperationRequest out;
  ModifyDnRequest rename{.dn = "",
                         .new_rdn = request.new_rdn(),
                         .delete_old_rdn = request.delete_old_rdn(),
                         .new_superior = std::nullopt};
  if (auto failure = SetCommon(request, rename.dn, out)) return *failure;
  if (const auto problem = RdnProblem(rename.new_rdn)) return InvalidField("new_rdn", *problem);
  if (request.has_new_superior()) {
    if (const auto problem = DnProblem(request.new_superior())) return InvalidField("new_superior", *problem);
    rename.new_superior = request.new_superior();
  }
  out.body = std::move(rename);
  return out;
}

void WipeValues(v1::AddRequest& request) {
  for (v1::Attribute& attribute : *request.mutable_attributes()) WipeValues(attribute);
}

void WipeValues(v1::ModifyRequest& request) {
  for (v1::Modification& modification : *request.mutable_modifications()) {
    WipeValues(*modification.mutable_attribute());
  }
}

}  // namespace dirlease
