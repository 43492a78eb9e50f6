#include "rpc/sync_stream.h"

#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "base/ber_reader.h"
#include "base/ber_writer.h"
#include "rpc/wire_field.h"

namespace dirlease {

namespace {
constexpr size_t kOctetsOfId = kEntryUuidOctets + 2;  // on either wire
constexpr size_t kMostIdsOfEvent = 16 * 1024;         // the rest stands in further ones
constexpr size_t kOctetsOfPhase = 4;

// What was decoded points into it. An absent value is as good as one that cannot be read.
std::string_view ValueOf(const Control& control) { return control.value ? *control.value : std::string_view(); }

std::optional<SyncState> StateIn(absl::Span<const Control> controls) {
  const Control* control = FindControl(controls, kSyncStateOid);
  return control == nullptr ? std::nullopt : DecodeSyncState(ValueOf(*control));
}

bool IsThere(SyncState::State state) {
  return state == SyncState::State::kAdd || state == SyncState::State::kModify;
}

void AppendCookie(std::string_view cookie, WireMessage& out) {
  if (cookie.empty()) return;
  constexpr int kField = v1::SyncResponse::kCookieFieldNumber;
  wire::PutField(kField, cookie, out.Extend(wire::FieldSize(kField, cookie.size())));
}

void AppendEvent(const v1::SyncEvent& event, WireMessage& out) {
  out.AppendMessage(v1::SyncResponse::kEventsFieldNumber, event);
}

void AppendPhase(v1::SyncEvent::Phase phase, WireMessage& out) {
  v1::SyncEvent event;
  event.set_phase(phase);
  AppendEvent(event, out);
}

// Which entry it is and what became of it: the fields of v1.SyncEntry before the entry itself.
void SetHeadOf(const SyncState& state, EntryWriter& writer) {
  uint8_t fields[2 + kOctetsOfId];
  uint8_t* at = wire::PutTag(v1::SyncEntry::kStateFieldNumber, wire::kVarint, fields);
  at = wire::PutVarint(v1::SyncEvent::STATE_PRESENT + static_cast<size_t>(state.state), at);
  at = wire::PutField(v1::SyncEntry::kEntryUuidFieldNumber, state.entry_uuid, at);
  writer.SetHead({reinterpret_cast<const char*>(fields), static_cast<size_t>(at - fields)});
}
}  // namespace

SyncStream::SyncStream(MessageWriter& writer, const Surroundings& surroundings, Options options,
                       StatusContext context)
    : MessageStream(writer, surroundings, "Sync", kBatchEntries, std::move(context)),
      persist_(options.persist),
      heartbeat_interval_(options.heartbeat_interval),
      entry_writer_(v1::SyncEntry::kEntryFieldNumber, options.value_format,
                    {.outer = v1::SyncResponse::kEventsFieldNumber, .inner = v1::SyncEvent::kEntryFieldNumber}) {}

void SyncStream::OnBegun(Operation& operation, const std::string& session_id, const std::string& target) {
  MessageStream::OnBegun(operation, session_id, target);
  if (heartbeat_interval_ == absl::ZeroDuration()) return;
  last_write_ = loop().Now();
  heartbeat_ = loop().NewTimer([this] { Beat(); });
  heartbeat_->ArmAt(last_write_ + heartbeat_interval_);
}

void SyncStream::OnWriteDone(bool ok) {
  if (heartbeat_ != nullptr) last_write_ = loop().Now();
  MessageStream::OnWriteDone(ok);
}

// Not re-armed with each message: a timer costs more than to look once an interval.
void SyncStream::Beat() {
  const absl::Time now = loop().Now();
  if (!busy() && now >= last_write_ + heartbeat_interval_) {
    last_write_ = now;
    WriteEmpty();
  }
  heartbeat_->ArmAt((busy() ? now : last_write_) + heartbeat_interval_);
}

template <typename Append>
void SyncStream::AddEvents(size_t octets, std::string_view cookie, Append append) {
  if (cookie.size() > kMostSyncCookieOctets) {
    GiveUp(EndCause::kBadSync);
    return;
  }
  BeginEventWith(cookie);
  Add(octets + cookie.size(), [&](WireMessage& out) {
    append(out);
    AppendCookie(cookie, out);
  });
  WriteInLaterTurn();
}

// A cookie's field that stands in a message again replaces the first, so events that all have one share a message.
void SyncStream::BeginEventWith(std::string_view cookie) {
  if (cookie.empty() && cookie_is_last_) CloseBatch();
  cookie_is_last_ = !cookie.empty();
}

void SyncStream::AddEvent(size_t octets, std::string_view cookie, const v1::SyncEvent& event) {
  AddEvents(octets, cookie, [&](WireMessage& out) { AppendEvent(event, out); });
}

void SyncStream::OnEntry(const EntryView& entry) {
  const auto state = StateIn(entry.controls);
  if (!state) {
    GiveUp(EndCause::kBadSync);
    return;
  }
  std::vector<Control> others;
  std::copy_if(entry.controls.begin(), entry.controls.end(), std::back_inserter(others),
               [](const Control& control) { return control.oid != kSyncStateOid; });
  EntryView rest = entry;
  rest.controls = others;
  if (!IsThere(state->state)) {
    rest.attributes = {};
    rest.octets = rest.dn.size();
  }
  if (!Fits(rest)) {
    GiveUp(EndCause::kEntryTooLarge);
    return;
  }
  ++entries_;
  SetHeadOf(*state, entry_writer_);
  AddEntry(rest, state->cookie);
}

void SyncStream::AddEntry(const EntryView& entry, std::string_view cookie) {
  if (entry.octets <= kMostMessageOctets) {
    AddEvents(entry.octets, cookie, [&](WireMessage& out) { entry_writer_.Append(entry, out); });
    return;
  }
  BeginEventWith("");
  for (EntryCutter cutter(entry_writer_, entry); !cutter.done();) {
    Add(kMostMessageOctets, [&](WireMessage& out) { cutter.Next(out); });
  }
  AddCookie(cookie);
}

void SyncStream::AddCookie(std::string_view cookie) {
  if (cookie.empty()) {
    WriteInLaterTurn();
  } else {
    AddEvents(0, cookie, [](WireMessage&) {});
  }
}

void SyncStream::OnReference(const ReferenceView& reference) {
  ++references_;
  const auto state = StateIn(reference.controls);
  if (!state && HasControl(reference.controls, kSyncStateOid)) {
    GiveUp(EndCause::kBadSync);
    return;
  }
  // An unchanged or deleted one is its id and nothing else.
  if (state && !IsThere(state->state)) {
    const std::string element = BerElement(kBerOctetString, state->entry_uuid);
    AddIds(state->state == SyncState::State::kDelete, element, state->cookie);
    return;
  }
  const size_t octets = OctetsOf(reference);
  if (octets > kMostValueOctets) {
    GiveUp(EndCause::kEntryTooLarge);
    return;
  }
  v1::SyncEvent event;
  ReferenceToProto(reference, *event.mutable_reference());
  AddEvent(octets, state ? state->cookie : std::string_view(), event);
}

void SyncStream::OnIntermediate(const IntermediateView& intermediate) {
  if (intermediate.oid != kSyncInfoOid) return;
  const auto info = DecodeSyncInfo(intermediate.value);
  if (!info) {
    GiveUp(EndCause::kBadSync);
    return;
  }
  switch (info->kind) {
    case SyncInfo::Kind::kNewCookie:
      AddCookie(info->cookie);
      return;
    case SyncInfo::Kind::kRefreshDelete:
    case SyncInfo::Kind::kRefreshPresent:
      EndPhase(*info);
      return;
    case SyncInfo::Kind::kIdSet:
      AddIds(info->refresh_deletes, info->entry_uuids, info->cookie);
      return;
  }
}

void SyncStream::EndPhase(const SyncInfo& info) {
  // A poll is done with its result, whatever is said before.
  const bool done = info.refresh_done && persist_;
  if (done && !std::exchange(refreshed_, true)) operation()->ReleasePlace();
  AddEvents(2 * kOctetsOfPhase, info.cookie, [&](WireMessage& out) {
    AppendPhase(info.kind == SyncInfo::Kind::kRefreshPresent ? v1::SyncEvent::PHASE_REFRESH_PRESENT_DONE
                                                             : v1::SyncEvent::PHASE_REFRESH_DELETE_DONE,
                out);
    if (done) AppendPhase(v1::SyncEvent::PHASE_REFRESH_DONE, out);
  });
}

// In as many events as it takes: a directory's message may hold more ids than one of ours.
void SyncStream::AddIds(bool deleted, std::string_view elements, std::string_view cookie) {
  BerReader reader(elements);
  do {
    v1::SyncEvent event;
    v1::SyncIdSet& ids = *event.mutable_id_set();
    ids.set_deleted(deleted);
    while (!reader.at_end() && ids.entry_uuids_size() < static_cast<int>(kMostIdsOfEvent)) {
      ids.add_entry_uuids()->assign(*reader.NextIf(kBerOctetString));
    }
    const size_t octets = static_cast<size_t>(ids.entry_uuids_size()) * kOctetsOfId;
    AddEvent(octets, reader.at_end() ? cookie : std::string_view(), event);
  } while (!reader.at_end() && operation() != nullptr);
}

void SyncStream::OnEnd(const OperationEnd& end) {
  if (end.cause != EndCause::kResult) {
    MessageStream::OnEnd(end);
    return;
  }
  OperationEnd told = end;
  const Control* control = FindControl(end.result.controls, kSyncDoneOid);
  const auto done = control == nullptr ? std::nullopt : DecodeSyncDone(ValueOf(*control));
  std::erase_if(told.result.controls, [](const Control& c) { return c.oid == kSyncDoneOid; });
  const bool success = end.result.code == ldap_code::kSuccess;
  if (done && done->cookie.size() <= kMostSyncCookieOctets) last_cookie_ = done->cookie;
  // Without it nobody knows whether what was not told of is still there.
  if (success && !done && (control != nullptr || !persist_)) told = OperationEnd{.cause = EndCause::kBadSync};
  if (success && done && !refreshed_) {
    BeginEventWith("");
    Add(kOctetsOfPhase, [&](WireMessage& out) {
      AppendPhase(done->refresh_deletes ? v1::SyncEvent::PHASE_REFRESH_DELETE_DONE
                                        : v1::SyncEvent::PHASE_REFRESH_PRESENT_DONE,
                  out);
    });
  }
  // The result stands in a message without an older cookie: to have none may say that it is void.
  if (last_cookie_.empty() && cookie_is_last_) CloseBatch();
  MessageStream::OnEnd(told);
}

void SyncStream::AppendEnd(const OperationEnd& end, WireMessage& out) const {
  v1::SyncEvent event;
  *event.mutable_done() = Done(end, entries_, references_);
  AppendEvent(event, out);
  AppendCookie(last_cookie_, out);
}

}  // namespace dirlease
