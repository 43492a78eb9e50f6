#include <string>
#include <string_view>

#include "base/utf8.h"
#include "model/entry_decoder.h"
#include "model/names.h"
#include "model/paged_results.h"
#include "model/password_policy.h"
#include "model/read_entry_control.h"
#include "model/sort_control.h"
#include "model/virtual_list_view.h"
#include "rpc/convert_result.h"
#include "rpc/entry_writer.h"

namespace dirlease {

namespace {

// Each sets nothing when the value is none of its kind.
void DecodePaged(std::string_view value, v1::ResponseControl& out) {
  const auto paged = DecodePagedResults(value);
  if (!paged) return;
  out.mutable_paged_results()->set_estimate(paged->size);
  out.mutable_paged_results()->set_cookie(paged->cookie);
}

void DecodeSort(std::string_view value, v1::ResponseControl& out) {
  const auto sort = DecodeSortResult(value);
  if (!sort) return;
  out.mutable_server_side_sort()->set_code(sort->code);
  out.mutable_server_side_sort()->set_attribute_type(ReplaceInvalidUtf8(sort->attribute_type));
}

void DecodeListView(std::string_view value, v1::ResponseControl& out) {
  const auto view = DecodeVirtualListView(value);
  if (!view) return;
  v1::VirtualListViewResult& result = *out.mutable_virtual_list_view();
  result.set_target_position(view->target_position);
  result.set_content_count(view->content_count);
  result.set_code(view->code);
  result.set_context_id(view->context_id);
}

void DecodePolicy(std::string_view value, v1::ResponseControl& out) {
  const auto policy = DecodePasswordPolicy(value);
  if (!policy) return;
  v1::PasswordPolicyResult& result = *out.mutable_password_policy();
  if (policy->seconds_before_expiration) {
    result.mutable_time_before_expiration()->set_seconds(*policy->seconds_before_expiration);
  }
  if (policy->grace_logins_remaining) result.set_grace_logins_remaining(*policy->grace_logins_remaining);
  if (!policy->error) return;
  result.set_error(*policy->error);
  result.set_error_name(std::string(PasswordPolicyErrorName(*policy->error)));
}

bool DecodeReadEntry(std::string_view value, v1::SearchEntry& out) {
  const auto content = ReadEntryContent(value);
  EntryDecoder decoder;
  EntryView entry;
  if (!content || !decoder.Decode(*content, entry)) return false;
  out.set_dn(DnToUtf8(entry.dn));
  for (const AttributeView& attribute : entry.attributes) {
    v1::Attribute& proto = *out.add_attributes();
    proto.set_type(ReplaceInvalidUtf8(attribute.type));
    for (const std::string_view octets : attribute.values) proto.add_values(octets.data(), octets.size());
  }
  // The raw value travels beside it, and both have to fit into one message.
  return out.ByteSizeLong() <= kMostMessageOctets;
}

void DecodePreRead(std::string_view value, v1::ResponseControl& out) {
  if (!DecodeReadEntry(value, *out.mutable_pre_read())) out.clear_pre_read();
}

void DecodePostRead(std::string_view value, v1::ResponseControl& out) {
  if (!DecodeReadEntry(value, *out.mutable_post_read())) out.clear_post_read();
}

constexpr struct {
  std::string_view oid;
  void (*decode)(std::string_view value, v1::ResponseControl& out);
} kDecoders[] = {
    {kPagedResultsOid, DecodePaged},
    {kSortResultOid, DecodeSort},
    {kVirtualListViewResultOid, DecodeListView},
    {kPasswordPolicyOid, DecodePolicy},
    {kPreReadOid, DecodePreRead},
    {kPostReadOid, DecodePostRead},
};

}  // namespace

void ControlToProto(const Control& control, v1::ResponseControl& out) {
  out.Clear();
  out.set_oid(ReplaceInvalidUtf8(control.oid));
  out.set_critical(control.critical);
  out.set_value_dropped(control.value_dropped);
  if (!control.value) return;
  out.set_value(*control.value);
  for (const auto& [oid, decode] : kDecoders) {
    if (oid == control.oid) decode(*control.value, out);
  }
}

}  // namespace dirlease
