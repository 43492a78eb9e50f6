// Streams of a lease. Each is read by one thread, and is cancelled when it goes away before its end.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "dirlease/client/options.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"

namespace dirlease::client {

class Session;
template <typename Request, typename Response>
class ServerStream;

// Lets `for (const auto& x : stream)` read a stream whose Next() answers an optional.
template <typename Stream, typename Value>
class StreamIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Value;
  using difference_type = std::ptrdiff_t;

  explicit StreamIterator(Stream* stream) : stream_(stream), value_(stream->Next()) {}
  const Value& operator*() const { return *value_; }
  const Value* operator->() const { return &*value_; }
  StreamIterator& operator++() {
    value_ = stream_->Next();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const { return !value_; }

 private:
  Stream* stream_;
  std::optional<Value> value_;
};

class SearchStream {
 public:
  SearchStream(std::shared_ptr<Session> session, v1::SearchRequest request, CallOptions options);
  ~SearchStream();
  SearchStream(SearchStream&&) noexcept;

  // The next entry, whole; nothing after the last one. Throws Error when the search failed: what came before is valid, the
  // set is incomplete.
  std::optional<v1::SearchEntry> Next();
  auto begin() { return StreamIterator<SearchStream, v1::SearchEntry>(this); }
  std::default_sentinel_t end() const { return {}; }

  // So far; all of them after the end.
  const std::vector<v1::SearchReference>& references() const { return references_; }
  // The directory's result. Set after the end, and after an Error that was the directory's.
  const std::optional<v1::SearchDone>& done() const { return done_; }

 private:
  std::unique_ptr<ServerStream<v1::SearchRequest, v1::SearchResponse>> stream_;
  v1::SearchResponse batch_;
  int position_ = 0;
  std::vector<v1::SearchReference> references_;
  std::optional<v1::SearchDone> done_;
};

class SyncStream {
 public:
  SyncStream(std::shared_ptr<Session> session, v1::SyncRequest request, CallOptions options);
  ~SyncStream();
  SyncStream(SyncStream&&) noexcept;

  // Events, perhaps none, and perhaps a cookie: store it with what was done up to it.
  std::optional<v1::SyncResponse> Next();
  auto begin() { return StreamIterator<SyncStream, v1::SyncResponse>(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::unique_ptr<ServerStream<v1::SyncRequest, v1::SyncResponse>> stream_;
};

class HoldStream {
 public:
  HoldStream(std::shared_ptr<Session> session, v1::HoldSessionRequest request, CallOptions options);
  ~HoldStream();
  HoldStream(HoldStream&&) noexcept;

  std::optional<v1::HoldSessionResponse> Next();
  auto begin() { return StreamIterator<HoldStream, v1::HoldSessionResponse>(this); }
  std::default_sentinel_t end() const { return {}; }

 private:
  std::unique_ptr<ServerStream<v1::HoldSessionRequest, v1::HoldSessionResponse>> stream_;
};

}  // namespace dirlease::client
