#include "rpc/convert_sync.h"

#include <optional>
#include <utility>

#include "fmt/format.h"
#include "model/content_sync.h"
#include "model/paged_results.h"
#include "rpc/convert_request.h"
#include "rpc/heartbeat.h"

namespace dirlease {

namespace {
// Without pages, and without a time limit: Abandon meets the RPC's deadline.
v1::SearchRequest SearchOf(const v1::SyncRequest& request) {
  v1::SearchRequest search;
  search.set_operation_id(request.operation_id());
  *search.mutable_controls() = request.controls();
  search.set_base_dn(request.base_dn());
  search.set_scope(request.scope());
  search.set_filter(request.filter());
  *search.mutable_filter_args() = request.filter_args();
  *search.mutable_attributes() = request.attributes();
  search.set_value_format(request.value_format());
  search.set_auto_page_size(0);
  return search;
}

std::optional<SyncRequestValue::Mode> ModeOf(const v1::SyncRequest& request) {
  switch (request.mode()) {
    case v1::SyncRequest::MODE_UNSPECIFIED:
    case v1::SyncRequest::MODE_REFRESH_AND_PERSIST:
      return SyncRequestValue::Mode::kRefreshAndPersist;
    case v1::SyncRequest::MODE_REFRESH_ONLY:
      return SyncRequestValue::Mode::kRefreshOnly;
    default:
      return std::nullopt;
  }
}
}  // namespace

Outcome<ConvertedSync> SyncFromProto(const v1::SyncRequest& request) {
  const auto mode = ModeOf(request);
  if (!mode) return InvalidField("mode", "is no value of Mode: take 0 to 2");
  if (request.cookie().size() > kMostSyncCookieOctets) {
    return InvalidField("cookie", fmt::format("is longer than {} octets", kMostSyncCookieOctets));
  }
  const auto heartbeat =
      HeartbeatFromProto(request.has_heartbeat_interval() ? &request.heartbeat_interval() : nullptr);
  if (!heartbeat.ok()) return heartbeat.failure();
  auto search = SearchFromProto(SearchOf(request), std::nullopt);
  if (!search.ok()) return search.failure();
  std::vector<Control>& controls = search->request.controls;
  if (HasControl(controls, kPagedResultsOid) || HasControl(controls, kSyncRequestOid)) {
    return InvalidField("controls", "hold paged results, which Sync excludes, or a sync of their own");
  }
  // Critical, or a directory without it would answer with a mere search.
  controls.push_back({.oid = std::string(kSyncRequestOid),
                      .critical = true,
                      .value = EncodeSyncRequest({.mode = *mode,
                                                  .cookie = request.cookie(),
                                                  .reload_hint = request.reload_hint()})});
  return ConvertedSync{.request = std::move(search->request),
                       .stream = {.value_format = search->stream.value_format,
                                  .persist = mode == SyncRequestValue::Mode::kRefreshAndPersist,
                                  .heartbeat_interval = heartbeat.value()}};
}

}  // namespace dirlease
