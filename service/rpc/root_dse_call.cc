#include "rpc/root_dse_call.h"

#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "rpc/entry_writer.h"

namespace dirlease {

namespace {

using Values = google::protobuf::RepeatedPtrField<std::string>;

OperationRequest RootDseSearch() {
  SearchRequest search;
  search.scope = Scope::kBase;
  search.filter = "(objectClass=*)";
  search.attributes = {"*", "+"};  // nearly all of them are operational (RFC 3673)
  OperationRequest request;
  request.body = std::move(search);
  return request;
}

}  // namespace

GetRootDseCall::GetRootDseCall(SessionManager& manager, CallInfo info, Responder& responder,
                               const v1::GetRootDseRequest& request, v1::GetRootDseResponse& response)
    : OperationCall(manager, std::move(info), responder, "GetRootDse", request, RootDseSearch(),
                    request.session(), NoOperationId()),
      response_(response) {}

void GetRootDseCall::OnEntry(const EntryView& entry) {
  if (response_.has_entry()) return;  // a base object is one entry, whatever a directory says
  // Everything of it may stand in the answer twice.
  if (entry.octets > kMostMessageOctets || !Fits(entry)) {
    EndTooLarge();
    return;
  }
  WireMessage message;
  EntryWriter(v1::GetRootDseResponse::kEntryFieldNumber, ValueFormat::kBytes).Append(entry, message);
  ChargeResponse(2 * message.capacity());
  const std::string_view octets = message.octets();
  response_.ParseFromArray(octets.data(), static_cast<int>(octets.size()));
  for (const AttributeView& attribute : entry.attributes) TakeAttribute(attribute);
}

void GetRootDseCall::TakeAttribute(const AttributeView& attribute) {
  const auto take_all = [&](std::string_view name, Values* values) {
    if (!EqualsIgnoreCase(attribute.type, name)) return;
    for (const std::string_view value : attribute.values) *values->Add() = ReplaceInvalidUtf8(value);
  };
  const auto take_one = [&](std::string_view name, std::string* value) {
    if (EqualsIgnoreCase(attribute.type, name) && !attribute.values.empty()) *value = ReplaceInvalidUtf8(attribute.values.front());
  };
  take_all("namingContexts", response_.mutable_naming_contexts());
  take_all("supportedControl", response_.mutable_supported_controls());
  take_all("supportedExtension", response_.mutable_supported_extensions());
  take_all("supportedFeatures", response_.mutable_supported_features());
  take_all("supportedSASLMechanisms", response_.mutable_supported_sasl_mechanisms());
  take_one("subschemaSubentry", response_.mutable_subschema_subentry());
  take_one("vendorName", response_.mutable_vendor_name());
  take_one("vendorVersion", response_.mutable_vendor_version());
}

RpcStatus GetRootDseCall::FillResponse(const OperationEnd&) {
  if (response_.has_entry()) return {};
  return StatusFromFailure(EntryNotShown("the directory does not show its root DSE to the bound identity"), context_);
}

}  // namespace dirlease
