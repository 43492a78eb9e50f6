#include "rpc/schema_call.h"

#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "model/names.h"
#include "rpc/convert_request.h"

namespace dirlease {

namespace {

// RFC 4512 section 4.4 wants this very filter: some directories show subentries by it alone.
constexpr char kSubschema[] = "(objectClass=subschema)";

OperationRequest Read(std::string dn, const char* filter, std::vector<std::string> attributes) {
  SearchRequest search;
  search.base_dn = std::move(dn);
  search.scope = Scope::kBase;
  search.filter = filter;
  search.attributes = std::move(attributes);
  OperationRequest request;
  request.body = std::move(search);
  return request;
}

OperationRequest ReadTimestamp(const std::string& dn) { return Read(dn, kSubschema, {"modifyTimestamp"}); }

Outcome<OperationRequest> FirstRequest(const std::string& dn) {
  if (const auto problem = DnProblem(dn)) return InvalidField("subschema_subentry", *problem);
  return dn.empty() ? Read("", "(objectClass=*)", {"subschemaSubentry"}) : ReadTimestamp(dn);
}

// Where the definitions of an attribute type of RFC 4512 section 4.2 go.
google::protobuf::RepeatedPtrField<std::string>* ListFor(const AttributeView& attribute, v1::GetSchemaResponse& out) {
  if (EqualsIgnoreCase(attribute.type, "attributeTypes")) return out.mutable_attribute_types();
  if (EqualsIgnoreCase(attribute.type, "objectClasses")) return out.mutable_object_classes();
  if (EqualsIgnoreCase(attribute.type, "ldapSyntaxes")) return out.mutable_ldap_syntaxes();
  if (EqualsIgnoreCase(attribute.type, "matchingRules")) return out.mutable_matching_rules();
  for (const char* other : {"matchingRuleUse", "dITContentRules", "dITStructureRules", "nameForms"}) {
    if (EqualsIgnoreCase(attribute.type, other)) return out.mutable_other_definitions();
  }
  return nullptr;
}

}  // namespace

SchemaCall::SchemaCall(SessionManager& manager, CallInfo info, Responder& responder,
                       const v1::GetSchemaRequest& request, v1::GetSchemaResponse& response,
                       const std::shared_ptr<SchemaCache>& cache)
    : OperationCall(manager, std::move(info), responder, "GetSchema", request,
                    FirstRequest(request.subschema_subentry()), request.session(), NoOperationId()),
      response_(response),
      cache_(cache),
      subschema_dn_(request.subschema_subentry()),
      step_(subschema_dn_.empty() ? Step::kRootDse : Step::kTimestamp) {
  if (!subschema_dn_.empty()) context_.dn = subschema_dn_;
}

void SchemaCall::OnEntry(const EntryView& entry) {
  if (std::exchange(shown_, true)) return;  // a base object is one entry, whatever a directory says
  if (step_ == Step::kDefinitions) {
    TakeDefinitions(entry);
    return;
  }
  const char* const wanted = step_ == Step::kRootDse ? "subschemaSubentry" : "modifyTimestamp";
  std::string& value = step_ == Step::kRootDse ? subschema_dn_ : modified_;
  for (const AttributeView& attribute : entry.attributes) {
    if (!EqualsIgnoreCase(attribute.type, wanted) || attribute.values.empty()) continue;
    if (attribute.values.front().size() > kMaxDnOctets) continue;  // neither a name nor a time
    value = attribute.values.front();
  }
}

void SchemaCall::TakeDefinitions(const EntryView& entry) {
  if (entry.octets > kMostSchemaOctets) {
    EndTooLarge();
    return;
  }
  ChargeResponse(2 * entry.octets);
  for (const AttributeView& attribute : entry.attributes) {
    auto* list = ListFor(attribute, response_);
    if (list == nullptr) continue;
    for (const std::string_view value : attribute.values) *list->Add() = ReplaceInvalidUtf8(value);
  }
}

std::optional<OperationRequest> SchemaCall::NextRequest() {
  switch (step_) {
    case Step::kRootDse:
      return AskForTimestamp();
    case Step::kTimestamp:
      return AskForDefinitions();
    case Step::kDefinitions:
      break;
  }
  return std::nullopt;
}

std::optional<OperationRequest> SchemaCall::AskForTimestamp() {
  // What the directory says is checked as what callers say.
  if (subschema_dn_.empty() || DnProblem(subschema_dn_)) return std::nullopt;
  step_ = Step::kTimestamp;
  shown_ = false;
  context_.dn = subschema_dn_;
  return ReadTimestamp(subschema_dn_);
}

std::optional<OperationRequest> SchemaCall::AskForDefinitions() {
  if (!shown_) return std::nullopt;
  key_ = SchemaCache::KeyOf(facts(), subschema_dn_);
  cached_ = cache_->Find(key_, modified_, manager_.loop().Now());
  if (cached_ != nullptr) return std::nullopt;
  step_ = Step::kDefinitions;
  shown_ = false;
  return Read(subschema_dn_, kSubschema,
              {"attributeTypes", "objectClasses", "ldapSyntaxes", "matchingRules", "matchingRuleUse", "dITContentRules",
               "dITStructureRules", "nameForms"});
}

RpcStatus SchemaCall::FillResponse(const OperationEnd&) {
  if (step_ == Step::kRootDse) {
    return StatusFromFailure(EntryNotShown("the directory's root DSE names no subschema to the bound identity: name it "
                                           "in subschema_subentry"),
                             context_);
  }
  if (!shown_) {
    return StatusFromFailure(EntryNotShown("the directory shows no such subschema subentry to the bound identity"),
                             context_);
  }
  if (cached_ != nullptr) {
    ChargeResponse(cached_->ByteSizeLong());
    response_ = *cached_;
    return {};
  }
  response_.set_subschema_subentry(DnToUtf8(subschema_dn_));
  cache_->Store(key_, modified_, std::make_shared<const v1::GetSchemaResponse>(response_), manager_.loop().Now());
  return {};
}

}  // namespace dirlease
