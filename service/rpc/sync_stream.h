// A Sync (RFC 4533) on its way to the caller: v1.SyncResponse, with heartbeats while nothing happens. See
// rpc/message_stream.h; memory and back-pressure are as a Search's.
//
// A cookie stands in a message whose last event it is of, so that whoever stores both never resumes too late or too early.
// What the directory sends against RFC 4533 ends this operation (EndCause::kBadSync) and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/content_sync.h"
#include "rpc/entry_writer.h"
#include "rpc/message_stream.h"

namespace dirlease {

// Larger ones could not be sent back.
inline constexpr size_t kMostSyncCookieOctets = 64 * 1024;

class SyncStream final : public MessageStream {
 public:
  struct Options {
    ValueFormat value_format = ValueFormat::kBytes;
    bool persist = true;
    absl::Duration heartbeat_interval;  // zero = none
  };

  SyncStream(MessageWriter& writer, const Surroundings& surroundings, Options options, StatusContext context);

  void OnBegun(Operation& operation, const std::string& session_id, const std::string& target) override;
  void OnWriteDone(bool ok) override;
  void OnEntry(const EntryView& entry) override;
  void OnReference(const ReferenceView& reference) override;
  // Other intermediate responses than sync info are dropped.
  void OnIntermediate(const IntermediateView& intermediate) override;
  void OnEnd(const OperationEnd& end) override;

 private:
  // Adds what `append` writes, and the resume point behind it; empty = none.
  template <typename Append>
  void AddEvents(size_t octets, std::string_view cookie, Append append);
  void AddEvent(size_t octets, std::string_view cookie, const v1::SyncEvent& event);
  void AddEntry(const EntryView& entry, std::string_view cookie);
  // Of what was added before.
  void AddCookie(std::string_view cookie);
  void AddIds(bool deleted, std::string_view elements, std::string_view cookie);
  void EndPhase(const SyncInfo& info);
  void BeginEventWith(std::string_view cookie);
  void AppendEnd(const OperationEnd& end, WireMessage& out) const override;
  void OnFinished() override { heartbeat_.reset(); }
  void Beat();

  const bool persist_;
  const absl::Duration heartbeat_interval_;
  EntryWriter entry_writer_;
  bool refreshed_ = false;       // the persist stage has begun
  bool cookie_is_last_ = false;  // in the batch that is being filled
  std::string last_cookie_;      // the result's
  int64_t entries_ = 0;
  int64_t references_ = 0;
  std::unique_ptr<Timer> heartbeat_;  // null = none
  absl::Time last_write_;
};

}  // namespace dirlease
