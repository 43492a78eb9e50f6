// Search's half of convert_request.h.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "model/filter.h"
#include "model/names.h"
#include "model/paged_results.h"
#include "model/virtual_list_view.h"
#include "rpc/convert_controls.h"
#include "rpc/convert_request.h"
#include "rpc/convert_time.h"

namespace dirlease {

namespace {
using MaybeFailure = std::optional<Failure>;

MaybeFailure SetScope(v1::Scope scope, SearchRequest& out) {
  switch (scope) {
    case v1::SCOPE_UNSPECIFIED:
    case v1::SCOPE_SUBTREE:
      out.scope = Scope::kSubtree;
      return {};
    case v1::SCOPE_BASE:
      out.scope = Scope::kBase;
      return {};
    case v1::SCOPE_ONE_LEVEL:
      out.scope = Scope::kOneLevel;
      return {};
    case v1::SCOPE_SUBORDINATES:
      out.scope = Scope::kSubordinates;
      return {};
    default:
      return InvalidField("scope", "is no value of Scope: take 0 to 4");
  }
}

MaybeFailure SetDerefAliases(v1::DerefAliases deref, SearchRequest& out) {
  switch (deref) {
    case v1::DEREF_ALIASES_UNSPECIFIED:
    case v1::DEREF_ALIASES_NEVER:
      out.deref_aliases = DerefAliases::kNever;
      return {};
    case v1::DEREF_ALIASES_SEARCHING:
      out.deref_aliases = DerefAliases::kSearching;
      return {};
    case v1::DEREF_ALIASES_FINDING:
      out.deref_aliases = DerefAliases::kFinding;
      return {};
    case v1::DEREF_ALIASES_ALWAYS:
      out.deref_aliases = DerefAliases::kAlways;
      return {};
    default:
      return InvalidField("deref_aliases", "is no value of DerefAliases: take 0 to 4");
  }
}

MaybeFailure SetAttributes(const v1::SearchRequest& request, SearchRequest& out) {
  if (request.attributes_size() > static_cast<int>(kMostAttributes)) {
    return InvalidField("attributes", fmt::format("are more than {}", kMostAttributes));
  }
  for (int i = 0; i < request.attributes_size(); ++i) {
    if (const auto problem = AttributeSelectorProblem(request.attributes(i))) {
      return InvalidField(fmt::format("attributes[{}]", i), *problem);
    }
    out.attributes.push_back(request.attributes(i));
  }
  return {};
}

MaybeFailure SetFilter(const v1::SearchRequest& request, SearchRequest& out) {
  const std::vector<std::string> args(request.filter_args().begin(), request.filter_args().end());
  auto filter = PrepareFilter(request.filter(), args);
  if (!filter.ok()) return filter.failure();
  out.filter = std::move(filter.value());
  return {};
}

int WholeSeconds(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1)));
  // RFC 4511 section 4.5.1.5: 0 .. maxInt; 0 would mean no limit.
  return static_cast<int>(std::clamp<int64_t>(seconds, 1, 2'147'483'647));
}

// The directory knows whole seconds only; what is finer is met by Abandon.
MaybeFailure SetTimeLimit(const v1::SearchRequest& request, std::optional<absl::Duration> deadline,
                          SearchRequest& out) {
  std::optional<absl::Duration> least = deadline;
  if (request.has_time_limit()) {
    const auto limit = DurationFromProto(request.time_limit());
    if (!limit || *limit < absl::ZeroDuration()) {
      return InvalidField("time_limit", "is negative or no valid duration; leave it unset for none");
    }
    if (*limit > absl::ZeroDuration()) least = std::min(*limit, deadline.value_or(*limit));
  }
  if (least) out.time_limit_seconds = WholeSeconds(*least);
  return {};
}

MaybeFailure SetLimits(const v1::SearchRequest& request, SearchRequest& out) {
  if (request.size_limit() < 0) return InvalidField("size_limit", "is negative; 0 = no limit");
  out.size_limit = request.size_limit();
  if (!request.has_auto_page_size()) return {};
  if (request.auto_page_size() < 0) {
    return InvalidField("auto_page_size", "is negative; 0 = never page, unset = the gateway decides");
  }
  out.page_size = request.auto_page_size();
  return {};
}

MaybeFailure SetStream(const v1::SearchRequest& request, SearchStream::Options& out) {
  switch (request.value_format()) {
    case v1::VALUE_FORMAT_UNSPECIFIED:
    case v1::VALUE_FORMAT_BYTES:
      out.value_format = ValueFormat::kBytes;
      break;
    case v1::VALUE_FORMAT_TEXT:
      out.value_format = ValueFormat::kText;
      break;
    default:
      return InvalidField("value_format", "is no value of ValueFormat: take 0 to 2");
  }
  if (request.max_entries_per_message() < 0) {
    return InvalidField("max_entries_per_message", "is negative; 0 = the gateway batches");
  }
  out.max_entries_per_message =
      std::min(request.max_entries_per_message(), SearchStream::kBatchEntries);
  out.accept_partial = request.accept_partial();
  return {};
}

MaybeFailure SetControls(const v1::SearchRequest& request, OperationRequest& out) {
  auto controls = ControlsFromProto(request.controls());
  if (!controls.ok()) return controls.failure();
  out.controls = std::move(controls.value());
  if (request.auto_page_size() <= 0) return {};
  if (HasControl(out.controls, kPagedResultsOid)) {
    return InvalidField("auto_page_size", "and a paged results control exclude each other");
  }
  if (HasControl(out.controls, kVirtualListViewRequestOid)) {
    return InvalidField("auto_page_size", "and a virtual list view exclude each other: the view is a page itself");
  }
  return {};
}
}  // namespace

Outcome<ConvertedSearch> GetEntryFromProto(const v1::GetEntryRequest& request,
                                           std::optional<absl::Duration> deadline) {
  if (const auto problem = DnProblem(request.dn())) return InvalidField("dn", *problem);
  v1::SearchRequest search;
  search.set_operation_id(request.operation_id());
  *search.mutable_controls() = request.controls();
  search.set_base_dn(request.dn());
  search.set_scope(v1::SCOPE_BASE);
  search.set_filter(request.filter());
  *search.mutable_filter_args() = request.filter_args();
  *search.mutable_attributes() = request.attributes();
  search.set_value_format(request.value_format());
  search.set_auto_page_size(0);
  return SearchFromProto(search, deadline);
}

Outcome<ConvertedSearch> SearchFromProto(const v1::SearchRequest& request,
                                         std::optional<absl::Duration> deadline) {
  if (const size_t octets = request.ByteSizeLong(); octets > kMostSearchOctets) {
    return InvalidField("filter", fmt::format("and the other fields have {} octets together, more than {}",
                                              octets, kMostSearchOctets));
  }
  ConvertedSearch out;
  SearchRequest search;
  if (auto failure = OperationIdFailure(request.operation_id())) return *failure;
  if (const auto problem = DnProblem(request.base_dn())) return InvalidField("base_dn", *problem);
  search.base_dn = request.base_dn();
  search.types_only = request.types_only();
  MaybeFailure failure = SetScope(request.scope(), search);
  if (!failure) failure = SetDerefAliases(request.deref_aliases(), search);
  if (!failure) failure = SetFilter(request, search);
  if (!failure) failure = SetAttributes(request, search);
  if (!failure) failure = SetTimeLimit(request, deadline, search);
  if (!failure) failure = SetLimits(request, search);
  if (!failure) failure = SetStream(request, out.stream);
  if (!failure) failure = SetControls(request, out.request);
  if (failure) return *std::move(failure);
  out.request.body = std::move(search);
  return out;
}

}  // namespace dirlease
