#include "dirlease/client/streams.h"

#include "entries.h"
#include "server_stream.h"

namespace dirlease::client {
namespace {

auto BeginSearch(Session& session, grpc::ClientContext* context, const v1::SearchRequest& request) {
  return session.directory().Search(context, request);
}
auto BeginSync(Session& session, grpc::ClientContext* context, const v1::SyncRequest& request) {
  return session.directory().Sync(context, request);
}
auto BeginHold(Session& session, grpc::ClientContext* context, const v1::HoldSessionRequest& request) {
  return session.sessions().HoldSession(context, request);
}

template <typename Response, typename Stream>
std::optional<Response> ReadOne(Stream& stream) {
  Response response;
  if (!stream.Read(&response)) return std::nullopt;
  return response;
}

}  // namespace

SearchStream::SearchStream(std::shared_ptr<Session> session, v1::SearchRequest request, CallOptions options)
    : stream_(std::make_unique<ServerStream<v1::SearchRequest, v1::SearchResponse>>(
          std::move(session), &BeginSearch, std::move(request), std::move(options), true)) {}
SearchStream::~SearchStream() = default;
SearchStream::SearchStream(SearchStream&&) noexcept = default;

std::optional<v1::SearchEntry> SearchStream::Next() {
  std::optional<v1::SearchEntry> entry;
  for (;;) {
    while (position_ < batch_.entries_size()) {
      auto& piece = *batch_.mutable_entries(position_++);
      if (entry) {
        JoinPiece(std::move(piece), &*entry);
      } else {
        entry = std::move(piece);
      }
      if (!entry->continued()) return entry;
    }
    batch_.Clear();
    position_ = 0;
    if (!stream_->Read(&batch_)) break;
    references_.insert(references_.end(), batch_.references().begin(), batch_.references().end());
    if (batch_.has_done()) done_ = batch_.done();
  }
  // The gateway ends a stream well only after `done`; whatever stands between us may not.
  if (!done_) throw Error(grpc::StatusCode::DATA_LOSS, "the search ended without the directory's result");
  return std::nullopt;
}

SyncStream::SyncStream(std::shared_ptr<Session> session, v1::SyncRequest request, CallOptions options)
    : stream_(std::make_unique<ServerStream<v1::SyncRequest, v1::SyncResponse>>(
          std::move(session), &BeginSync, std::move(request), std::move(options), false)) {}
SyncStream::~SyncStream() = default;
SyncStream::SyncStream(SyncStream&&) noexcept = default;
std::optional<v1::SyncResponse> SyncStream::Next() { return ReadOne<v1::SyncResponse>(*stream_); }

HoldStream::HoldStream(std::shared_ptr<Session> session, v1::HoldSessionRequest request, CallOptions options)
    : stream_(std::make_unique<ServerStream<v1::HoldSessionRequest, v1::HoldSessionResponse>>(
          std::move(session), &BeginHold, std::move(request), std::move(options), false)) {}
HoldStream::~HoldStream() = default;
HoldStream::HoldStream(HoldStream&&) noexcept = default;
std::optional<v1::HoldSessionResponse> HoldStream::Next() { return ReadOne<v1::HoldSessionResponse>(*stream_); }

}  // namespace dirlease::client
