#include "rpc/schema_call.h"

#include <strings.h>

#include <utility>

#include "base/utf8.h"
#include "model/names.h"
#include "rpc/convert_request.h"

namespace dirlease {

namespace {

// RFC 4512 section 4.4 wants this very filter: some directories show subentries by it alone.
constexpr char kSubschema[] = "(objectClass=subschema)";

SearchRequest Read(std::string dn, const char* filter, std::vector<std::string> attributes) {
  SearchRequest search;
  search.base_dn = std::move(dn);
  search.scope = Scope::kBase;
  search.filter = filter;
  search.attributes = std::move(attributes);
  return search;
}

bool IsNamed(const AttributeView& attribute, std::string_view name) {
  return attribute.type.size() == name.size() &&
         strncasecmp(attribute.type.data(), name.data(), name.size()) == 0;
}

// Where the definitions of an attribute type of RFC 4512 section 4.2 go.
google::protobuf::RepeatedPtrField<std::string>* ListFor(const AttributeView& attribute, v1::GetSchemaResponse& out) {
  if (IsNamed(attribute, "attributeTypes")) return out.mutable_attribute_types();
  if (IsNamed(attribute, "objectClasses")) return out.mutable_object_classes();
  if (IsNamed(attribute, "ldapSyntaxes")) return out.mutable_ldap_syntaxes();
  if (IsNamed(attribute, "matchingRules")) return out.mutable_matching_rules();
  for (const char* other : {"matchingRuleUse", "dITContentRules", "dITStructureRules", "nameForms"}) {
    if (IsNamed(attribute, other)) return out.mutable_other_definitions();
  }
  return nullptr;
}

}  // namespace

SchemaCall::SchemaCall(SessionManager& manager, CallInfo info, Responder& responder,
                       const v1::GetSchemaRequest& request, v1::GetSchemaResponse& response,
                       const std::shared_ptr<SchemaCache>& cache)
    : UnaryCall(manager, std::move(info), responder, "GetSchema"),
      request_(request),
      response_(response),
      cache_(cache),
      subschema_dn_(request.subschema_subentry()) {}

void SchemaCall::Run() {
  if (const auto problem = DnProblem(subschema_dn_)) {
    Fail(InvalidField("subschema_subentry", *problem));
    return;
  }
  Begin(subschema_dn_.empty() ? Step::kRootDse : Step::kTimestamp);
}

void SchemaCall::Begin(Step step) {
  // Between two steps the lease may have ended.
  Session* session = FindSession(request_.session());
  if (session == nullptr) return;
  step_ = step;
  shown_ = false;
  SearchRequest search;
  switch (step) {
    case Step::kRootDse:
      search = Read("", "(objectClass=*)", {"subschemaSubentry"});
      break;
    case Step::kTimestamp:
      context_.dn = subschema_dn_;
      key_ = SchemaCache::KeyOf(session->facts(), subschema_dn_);
      search = Read(subschema_dn_, kSubschema, {"modifyTimestamp"});
      break;
    case Step::kDefinitions:
      search = Read(subschema_dn_, kSubschema,
                    {"attributeTypes", "objectClasses", "ldapSyntaxes", "matchingRules", "matchingRuleUse",
                     "dITContentRules", "dITStructureRules", "nameForms"});
      break;
  }
  OperationRequest request;
  request.body = std::move(search);
  auto begun = session->Begin({"", "GetSchema", info_.origin()}, std::move(request), *this);
  if (!begun.ok()) {
    Fail(begun.failure());
    return;
  }
  operation_ = begun.value();
  context_.operation_id = operation_->id();
}

void SchemaCall::Cancel() {
  if (operation_ != nullptr) {
    operation_->End(EndCause::kCancelled);
  } else {
    FinishCancelled();
  }
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
    if (IsNamed(attribute, wanted) && !attribute.values.empty()) value = attribute.values[0];
  }
}

void SchemaCall::TakeDefinitions(const EntryView& entry) {
  if (entry.octets > kMostSchemaOctets) {
    operation_->End(EndCause::kEntryTooLarge);
    return;
  }
  charges_.emplace_back(manager_.budget(), 2 * entry.octets);
  for (const AttributeView& attribute : entry.attributes) {
    auto* list = ListFor(attribute, response_);
    if (list == nullptr) continue;
    for (const std::string_view value : attribute.values) *list->Add() = ReplaceInvalidUtf8(value);
  }
}

void SchemaCall::OnEnd(const OperationEnd& end) {
  operation_ = nullptr;
  const RpcStatus status = StatusFromEnd(end, context_);
  if (status.code != 0) {
    Finish(status);
  } else {
    Next();
  }
}

void SchemaCall::Next() {
  switch (step_) {
    case Step::kRootDse:
      // What the directory says is checked as what callers say.
      if (subschema_dn_.empty() || DnProblem(subschema_dn_)) {
        FailNotShown("the directory's root DSE names no subschema to the bound identity: name it in subschema_subentry");
      } else {
        Begin(Step::kTimestamp);
      }
      break;
    case Step::kTimestamp:
    case Step::kDefinitions:
      if (!shown_) {
        FailNotShown("the directory shows no such subschema subentry to the bound identity");
      } else if (step_ == Step::kTimestamp) {
        AnswerFromCacheOrRead();
      } else {
        Answer();
      }
      break;
  }
}

void SchemaCall::Answer() {
  response_.set_subschema_subentry(DnToUtf8(subschema_dn_));
  cache_->Store(key_, modified_, std::make_shared<const v1::GetSchemaResponse>(response_), manager_.loop().Now());
  FinishOk();
}

void SchemaCall::AnswerFromCacheOrRead() {
  const SchemaCache::Schema schema = cache_->Find(key_, modified_, manager_.loop().Now());
  if (schema == nullptr) {
    Begin(Step::kDefinitions);
    return;
  }
  charges_.emplace_back(manager_.budget(), schema->ByteSizeLong());
  response_ = *schema;
  FinishOk();
}

void SchemaCall::FailNotShown(const char* message) {
  Fail({.code = absl::StatusCode::kNotFound, .reason = "ENTRY_NOT_SHOWN", .message = message});
}

}  // namespace dirlease
