#include "rpc/typed_controls.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "fmt/format.h"
#include "model/filter.h"
#include "model/filter_encoder.h"
#include "model/names.h"
#include "model/paged_results.h"
#include "model/read_entry_control.h"
#include "model/requests.h"
#include "model/session_tracking.h"
#include "model/sort_control.h"
#include "model/virtual_list_view.h"
#include "rpc/convert_controls.h"

namespace dirlease {

namespace {

constexpr int kMostSortKeys = 64;
constexpr int kMostReadAttributes = 1000;
constexpr size_t kMostTrackedIdentifierOctets = 1024;

Control Make(std::string_view oid, std::string value) {
  return {.oid = std::string(oid), .value = std::move(value)};
}

std::optional<Failure> LongerThan(const std::string& field, std::string_view octets, size_t most) {
  if (octets.size() <= most) return std::nullopt;
  return InvalidField(field, fmt::format("is longer than {} octets", most));
}

// What stands in the request under another name than the one that the parser knows.
Failure Renamed(Failure failure, const std::string& field) {
  for (FieldViolation& violation : failure.violations) violation.field = field;
  return failure;
}

Outcome<Control> PagedResultsFromProto(const v1::PagedResultsControl& paged, const std::string& field) {
  if (paged.size() < 0) return InvalidField(field + ".size", "is negative");
  if (auto failure = LongerThan(field + ".cookie", paged.cookie(), kMostControlOctets)) return *failure;
  return Make(kPagedResultsOid, EncodePagedResults(paged.size(), paged.cookie()));
}

// A name or dotted decimal (RFC 4512 section 1.4).
std::optional<std::string> MatchingRuleProblem(const std::string& rule) {
  if (rule.empty() || (IsDigit(rule[0]) && !OidProblem(rule))) return std::nullopt;
  const bool name = IsAlpha(rule[0]) && rule.find(';') == std::string::npos;
  if (name && !AttributeDescriptionProblem(rule)) return std::nullopt;
  return "is no matching rule: use a name such as caseIgnoreOrderingMatch or dotted decimal, or leave it empty";
}

Outcome<Control> SortFromProto(const v1::ServerSideSortControl& sort, const std::string& field) {
  if (sort.keys().empty()) return InvalidField(field + ".keys", "is empty: name an attribute to sort by");
  if (sort.keys_size() > kMostSortKeys) return InvalidField(field + ".keys", fmt::format("are more than {}", kMostSortKeys));
  std::vector<SortKey> keys;
  for (int i = 0; i < sort.keys_size(); ++i) {
    const v1::ServerSideSortControl::Key& key = sort.keys(i);
    const std::string place = fmt::format("{}.keys[{}]", field, i);
    if (const auto problem = AttributeDescriptionProblem(key.attribute_type())) {
      return InvalidField(place + ".attribute_type", *problem);
    }
    if (const auto problem = MatchingRuleProblem(key.matching_rule())) {
      return InvalidField(place + ".matching_rule", *problem);
    }
    keys.push_back({key.attribute_type(), key.matching_rule(), key.reverse()});
  }
  return Make(kSortRequestOid, EncodeSortKeys(keys));
}

Outcome<Control> ListViewFromProto(const v1::VirtualListViewControl& view, const std::string& field) {
  VirtualListViewRequest request{view.before_count(), view.after_count(), {}, view.context_id()};
  if (request.before_count < 0) return InvalidField(field + ".before_count", "is negative");
  if (request.after_count < 0) return InvalidField(field + ".after_count", "is negative");
  if (auto failure = LongerThan(field + ".context_id", view.context_id(), kMostControlOctets)) return *failure;
  switch (view.target_case()) {
    case v1::VirtualListViewControl::kOffset:
      if (view.offset().offset() < 0) return InvalidField(field + ".offset.offset", "is negative; 1 = the first entry");
      if (view.offset().content_count() < 0) {
        return InvalidField(field + ".offset.content_count", "is negative; 0 = unknown");
      }
      request.target = ListViewOffset{view.offset().offset(), view.offset().content_count()};
      break;
    case v1::VirtualListViewControl::kGreaterOrEqual:
      if (auto failure = LongerThan(field + ".greater_or_equal", view.greater_or_equal(), kMostControlOctets)) {
        return *failure;
      }
      request.target = view.greater_or_equal();
      break;
    case v1::VirtualListViewControl::TARGET_NOT_SET:
      return InvalidField(field + ".target", "is empty: set `offset` or `greater_or_equal`");
  }
  return Make(kVirtualListViewRequestOid, EncodeVirtualListView(request));
}

// An empty filter would mean any entry, and assert nothing.
Outcome<Control> AssertionFromProto(const std::string& filter, const std::string& field) {
  if (filter.empty()) return InvalidField(field, "is empty: write the filter that the entry has to match");
  const auto prepared = PrepareFilter(filter, {});
  if (!prepared.ok()) return Renamed(prepared.failure(), field);
  return Make(kAssertionOid, EncodeFilter(prepared.value()));
}

Outcome<Control> MatchedValuesFromProto(const std::string& filters, const std::string& field) {
  if (filters.empty()) return InvalidField(field, "is empty: write the filters of the values to return");
  auto value = EncodeMatchedValues(filters);
  if (!value.ok()) return Renamed(value.failure(), field);
  return Make(kMatchedValuesOid, std::move(value.value()));
}

Outcome<Control> ReadEntryFromProto(std::string_view oid, const v1::AttributeSelection& selection,
                                    const std::string& field) {
  if (selection.attributes_size() > kMostReadAttributes) {
    return InvalidField(field + ".attributes", fmt::format("are more than {}", kMostReadAttributes));
  }
  for (int i = 0; i < selection.attributes_size(); ++i) {
    if (const auto problem = AttributeSelectorProblem(selection.attributes(i))) {
      return InvalidField(fmt::format("{}.attributes[{}]", field, i), *problem);
    }
  }
  return Make(oid, EncodeAttributeSelection({selection.attributes().begin(), selection.attributes().end()}));
}

// RFC 4370 section 3.
Outcome<Control> ProxiedAuthorizationFromProto(const v1::Control& control, const std::string& field) {
  const std::string& id = control.proxied_authorization_id();
  if (!control.critical()) {
    return InvalidField(field + ".critical",
                        "has to be set with `proxied_authorization_id`: a directory without it would act for the bound "
                        "identity");
  }
  if (!id.empty() && !id.starts_with("dn:") && !id.starts_with("u:")) {
    return InvalidField(field + ".proxied_authorization_id",
                        "is none: write \"dn:\" with a DN, \"u:\" with a user name, or nothing for anonymous");
  }
  if (auto failure = LongerThan(field + ".proxied_authorization_id", id, kMaxDnOctets)) return *failure;
  return ProxiedAuthorization(id);
}

Outcome<Control> SessionTrackingFromProto(const v1::SessionTrackingControl& tracking, const std::string& field) {
  if (auto failure = LongerThan(field + ".source_ip", tracking.source_ip(), SessionTracking::kMostIpOctets)) return *failure;
  if (auto failure = LongerThan(field + ".source_name", tracking.source_name(), SessionTracking::kMostNameOctets)) return *failure;
  if (auto failure = LongerThan(field + ".identifier", tracking.identifier(), kMostTrackedIdentifierOctets)) return *failure;
  const bool default_format = tracking.format_oid().empty();
  if (const auto problem = OidProblem(tracking.format_oid()); problem && !default_format) {
    return InvalidField(field + ".format_oid", *problem);
  }
  return SessionTrackingControl({.source_ip = tracking.source_ip(),
                                 .source_name = tracking.source_name(),
                                 .format_oid = default_format ? kAccountingSessionFormat
                                                              : std::string_view(tracking.format_oid()),
                                 .identifier = tracking.identifier()});
}

}  // namespace

Outcome<Control> TypedControlFromProto(const v1::Control& control, const std::string& field) {
  switch (control.control_case()) {
    case v1::Control::kPagedResults:
      return PagedResultsFromProto(control.paged_results(), field + ".paged_results");
    case v1::Control::kServerSideSort:
      return SortFromProto(control.server_side_sort(), field + ".server_side_sort");
    case v1::Control::kVirtualListView:
      return ListViewFromProto(control.virtual_list_view(), field + ".virtual_list_view");
    case v1::Control::kAssertionFilter:
      return AssertionFromProto(control.assertion_filter(), field + ".assertion_filter");
    case v1::Control::kPreRead:
      return ReadEntryFromProto(kPreReadOid, control.pre_read(), field + ".pre_read");
    case v1::Control::kPostRead:
      return ReadEntryFromProto(kPostReadOid, control.post_read(), field + ".post_read");
    case v1::Control::kMatchedValues:
      return MatchedValuesFromProto(control.matched_values(), field + ".matched_values");
    case v1::Control::kProxiedAuthorizationId:
      return ProxiedAuthorizationFromProto(control, field);
    case v1::Control::kSessionTracking:
      return SessionTrackingFromProto(control.session_tracking(), field + ".session_tracking");
    default:
      return InvalidField(field, "is of no kind that this gateway knows: send it as `raw`");
  }
}

}  // namespace dirlease
