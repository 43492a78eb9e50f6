#include "session/referrals/followed_place.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "fmt/format.h"
#include "model/content_sync.h"
#include "model/filter.h"
#include "model/names.h"
#include "model/paged_results.h"
#include "model/sort_control.h"
#include "model/virtual_list_view.h"

namespace dirlease {

namespace {
bool StaysWithItsDirectory(const Control& control) {
  static constexpr std::string_view kBound[] = {
      kPagedResultsOid, kSortRequestOid, kVirtualListViewRequestOid, kSyncRequestOid,
      "2.16.840.1.113730.3.4.3",  // persistent search
      kManageDsaItOid};           // who sends it wants the reference itself
  return std::find(std::begin(kBound), std::end(kBound), control.oid) != std::end(kBound);
}
}  // namespace

bool MayBeFollowed(const OperationRequest& request) {
  return !std::holds_alternative<ExtendedRequest>(request.body) &&
         std::none_of(request.controls.begin(), request.controls.end(), StaysWithItsDirectory);
}

FollowedPlace PlaceOf(const OperationRequest& request, const LdapUri& server) {
  FollowedPlace place{.server = server, .dn = std::string(SubjectOf(request)), .filter = {}};
  if (const auto* search = std::get_if<SearchRequest>(&request.body)) {
    place.scope = search->scope;
    place.filter = search->filter;
  }
  return place;
}

std::optional<FollowedPlace> PlaceAt(const LdapUrl& url, const FollowedPlace& from, bool continuation) {
  FollowedPlace place{.server = url.server, .dn = url.dn.value_or(from.dn), .scope = from.scope, .filter = from.filter};
  if (DnProblem(place.dn)) return std::nullopt;
  if (url.filter) {
    auto prepared = PrepareFilter(*url.filter, {});
    if (!prepared.ok()) return std::nullopt;
    place.filter = std::move(*prepared);
  }
  if (url.scope) {
    place.scope = *url.scope;
  } else if (continuation) {
    // The reference stands for the entry itself, which was in scope.
    if (from.scope == Scope::kOneLevel) place.scope = Scope::kBase;
    if (from.scope == Scope::kSubordinates) place.scope = Scope::kSubtree;
  }
  return place;
}

std::string KeyOf(const FollowedPlace& place) {
  return fmt::format("{} {} {} {}{}", AsciiToLower(HostPort(place.server)), static_cast<int>(place.scope), place.dn.size(),
                     AsciiToLower(place.dn), place.filter);
}

OperationRequest RequestAt(const FollowedPlace& place, const OperationRequest& original) {
  OperationRequest request{.body = SearchRequest(), .controls = original.controls};
  std::visit(
      [&](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, SearchRequest>) {
          SearchRequest search = body;
          search.base_dn = place.dn;
          search.scope = place.scope;
          search.filter = place.filter;
          request.body = std::move(search);
        } else if constexpr (!std::is_same_v<Body, ExtendedRequest>) {
          Body other = body;
          other.dn = place.dn;
          request.body = std::move(other);
        }
      },
      original.body);
  return request;
}

}  // namespace dirlease
