#include "model/content_sync.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
// The choices of syncInfoValue.
constexpr uint8_t kNewCookieChoice = 0x80;
constexpr uint8_t kRefreshDeleteChoice = 0xa1;
constexpr uint8_t kRefreshPresentChoice = 0xa2;
constexpr uint8_t kIdSetChoice = 0xa3;

// The content of the one element that `value` is.
std::optional<std::string_view> OnlySequence(std::string_view value) {
  BerReader reader(value);
  const auto content = reader.NextIf(kBerSequence);
  return content && reader.at_end() ? content : std::nullopt;
}

// RFC 4511 section 4: trailing components that nobody knows are ignored. They have to be elements, though.
bool RestIsElements(BerReader& reader) {
  while (!reader.at_end()) {
    if (!reader.Next()) return false;
  }
  return true;
}

// An optional component: false = there is one, and it cannot be read. What is absent leaves `out` as it is.
bool TakeCookie(BerReader& reader, std::string_view& out) {
  if (reader.at_end() || static_cast<uint8_t>(reader.rest()[0]) != kBerOctetString) return true;
  const auto cookie = reader.NextIf(kBerOctetString);
  if (cookie) out = *cookie;
  return cookie.has_value();
}

bool TakeBoolean(BerReader& reader, bool& out) {
  if (reader.at_end() || static_cast<uint8_t>(reader.rest()[0]) != kBerBoolean) return true;
  const auto octets = reader.NextIf(kBerBoolean);
  if (!octets || octets->size() != 1) return false;
  out = (*octets)[0] != 0;
  return true;
}

bool AreEntryUuids(std::string_view elements) {
  for (BerReader reader(elements); !reader.at_end();) {
    const auto uuid = reader.NextIf(kBerOctetString);
    if (!uuid || uuid->size() != kEntryUuidOctets) return false;
  }
  return true;
}

bool DecodeIdSet(BerReader& reader, SyncInfo& info) {
  if (!TakeCookie(reader, info.cookie) || !TakeBoolean(reader, info.refresh_deletes)) return false;
  const auto uuids = reader.NextIf(kBerSet);
  if (!uuids || !AreEntryUuids(*uuids)) return false;
  info.entry_uuids = *uuids;
  return true;
}

bool DecodePhaseEnd(BerReader& reader, SyncInfo& info) {
  return TakeCookie(reader, info.cookie) && TakeBoolean(reader, info.refresh_done);
}

std::optional<SyncInfo> DecodeChoice(const BerItem& choice) {
  SyncInfo info;
  BerReader reader(choice.content);
  bool read = false;
  switch (choice.tag) {
    case kNewCookieChoice:
      info.cookie = choice.content;
      return info;
    case kRefreshDeleteChoice:
      info.kind = SyncInfo::Kind::kRefreshDelete;
      read = DecodePhaseEnd(reader, info);
      break;
    case kRefreshPresentChoice:
      info.kind = SyncInfo::Kind::kRefreshPresent;
      read = DecodePhaseEnd(reader, info);
      break;
    case kIdSetChoice:
      info.kind = SyncInfo::Kind::kIdSet;
      read = DecodeIdSet(reader, info);
      break;
    default:
      break;
  }
  if (!read || !RestIsElements(reader)) return std::nullopt;
  return info;
}
}  // namespace

std::string EncodeSyncRequest(const SyncRequestValue& request) {
  std::string content = BerElement(kBerEnumerated, std::string(1, static_cast<char>(request.mode)));
  if (!request.cookie.empty()) content += BerElement(kBerOctetString, request.cookie);
  if (request.reload_hint) content += BerTrueElement(kBerBoolean);
  return BerElement(kBerSequence, content);
}

bool AsksToPersist(std::string_view sync_request) {
  const auto sequence = OnlySequence(sync_request);
  if (!sequence) return false;
  BerReader reader(*sequence);
  return reader.NextIntegerIf(kBerEnumerated) == static_cast<int>(SyncRequestValue::Mode::kRefreshAndPersist);
}

std::optional<SyncState> DecodeSyncState(std::string_view value) {
  const auto sequence = OnlySequence(value);
  if (!sequence) return std::nullopt;
  BerReader reader(*sequence);
  const auto number = reader.NextIntegerIf(kBerEnumerated);
  const auto uuid = reader.NextIf(kBerOctetString);
  if (!number || !uuid || uuid->size() != kEntryUuidOctets) return std::nullopt;
  if (*number < 0 || *number > static_cast<int>(SyncState::State::kDelete)) return std::nullopt;
  SyncState out{.state = static_cast<SyncState::State>(*number), .entry_uuid = *uuid, .cookie = {}};
  if (!TakeCookie(reader, out.cookie) || !RestIsElements(reader)) return std::nullopt;
  return out;
}

std::optional<SyncDone> DecodeSyncDone(std::string_view value) {
  const auto sequence = OnlySequence(value);
  if (!sequence) return std::nullopt;
  BerReader reader(*sequence);
  SyncDone out;
  if (!TakeCookie(reader, out.cookie) || !TakeBoolean(reader, out.refresh_deletes)) return std::nullopt;
  if (!RestIsElements(reader)) return std::nullopt;
  return out;
}

std::optional<SyncInfo> DecodeSyncInfo(std::string_view value) {
  BerReader reader(value);
  const auto choice = reader.Next();
  if (!choice || !reader.at_end()) return std::nullopt;
  return DecodeChoice(*choice);
}

}  // namespace dirlease
