// The controls and the intermediate message of content synchronization (RFC 4533), from and to BER. A directory may send
// anything: what is no such value decodes to nothing. Decoded views point into the octets that were given. Pure,
// thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dirlease {

inline constexpr std::string_view kSyncRequestOid = "1.3.6.1.4.1.4203.1.9.1.1";
inline constexpr std::string_view kSyncStateOid = "1.3.6.1.4.1.4203.1.9.1.2";
inline constexpr std::string_view kSyncDoneOid = "1.3.6.1.4.1.4203.1.9.1.3";
inline constexpr std::string_view kSyncInfoOid = "1.3.6.1.4.1.4203.1.9.1.4";
inline constexpr size_t kEntryUuidOctets = 16;

// Section 2.2.
struct SyncRequestValue {
  enum class Mode { kRefreshOnly = 1, kRefreshAndPersist = 3 };
  Mode mode = Mode::kRefreshAndPersist;
  std::string_view cookie;  // empty = from the start
  bool reload_hint = false;
};
std::string EncodeSyncRequest(const SyncRequestValue& request);
// Whether who sends this value waits for changes after the refresh. False for what is no such value.
bool AsksToPersist(std::string_view sync_request);

// Section 2.3: with each entry and reference.
struct SyncState {
  enum class State { kPresent = 0, kAdd = 1, kModify = 2, kDelete = 3 };
  State state = State::kPresent;
  std::string_view entry_uuid;  // kEntryUuidOctets
  std::string_view cookie;      // empty = none
};
std::optional<SyncState> DecodeSyncState(std::string_view value);

// Section 2.4: with the result.
struct SyncDone {
  std::string_view cookie;       // empty = none
  bool refresh_deletes = false;  // the phase that ends told what was deleted, not what is present
};
std::optional<SyncDone> DecodeSyncDone(std::string_view value);

// Section 2.5: between them.
struct SyncInfo {
  enum class Kind { kNewCookie, kRefreshDelete, kRefreshPresent, kIdSet };
  Kind kind = Kind::kNewCookie;
  std::string_view cookie;       // empty = none
  bool refresh_done = true;      // of kRefreshDelete and kRefreshPresent: the persist stage begins
  bool refresh_deletes = false;  // of kIdSet: these were deleted, not are present
  // Of kIdSet: BER elements, each an OCTET STRING of kEntryUuidOctets. That was checked: BerReader reads them all.
  std::string_view entry_uuids;
};
std::optional<SyncInfo> DecodeSyncInfo(std::string_view value);

}  // namespace dirlease
