#include "cli/sync_printer.h"

namespace dirlease::cli {
namespace {

LdifStyle EntriesOnly(LdifStyle style) {
  style.level = 3;
  return style;
}

const char* StateName(v1::SyncEvent::State state) {
  switch (state) {
    case v1::SyncEvent::STATE_PRESENT:
      return "present";
    case v1::SyncEvent::STATE_ADD:
      return "add";
    case v1::SyncEvent::STATE_MODIFY:
      return "modify";
    case v1::SyncEvent::STATE_DELETE:
      return "delete";
    default:
      return "unknown";
  }
}

const char* PhaseName(v1::SyncEvent::Phase phase) {
  switch (phase) {
    case v1::SyncEvent::PHASE_REFRESH_PRESENT_DONE:
      return "refresh present done: what was not told of is there no more";
    case v1::SyncEvent::PHASE_REFRESH_DELETE_DONE:
      return "refresh delete done";
    case v1::SyncEvent::PHASE_REFRESH_DONE:
      return "refresh done: changes follow";
    default:
      return "unknown";
  }
}

std::string Named(const std::string& name, const std::string& octets) {
  return NeedsBase64(name, octets) ? ' ' + name + ":: " + EncodeBase64(octets) : ' ' + name + ": " + octets;
}

}  // namespace

std::string UuidText(std::string_view octets) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < octets.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto octet = static_cast<unsigned char>(octets[i]);
    text += kDigits[octet >> 4];
    text += kDigits[octet & 0xf];
  }
  return text;
}

SyncPrinter::SyncPrinter(LdifStyle style) : columns_(style.columns), entries_(EntriesOnly(style)) {}

void SyncPrinter::Comment(std::string_view text) { AppendLdifComment(text, columns_, text_); }

void SyncPrinter::Print(const v1::SyncResponse& message) {
  for (const v1::SyncEvent& event : message.events()) PrintEvent(event);
  if (message.cookie().empty()) return;
  Comment(Named("cookie", message.cookie()));
  text_ += '\n';
}

void SyncPrinter::PrintEvent(const v1::SyncEvent& event) {
  switch (event.event_case()) {
    case v1::SyncEvent::kEntry:
      PrintEntry(event.entry());
      return;
    case v1::SyncEvent::kIdSet:
      PrintIds(event.id_set());
      return;
    case v1::SyncEvent::kReference:
      for (const std::string& uri : event.reference().uris()) Comment(" ref: " + uri);
      break;
    case v1::SyncEvent::kPhase:
      Comment(std::string(" phase: ") + PhaseName(event.phase()));
      break;
    case v1::SyncEvent::kDone:
      Comment(" result: " + std::to_string(event.done().result().code()) + ' ' + event.done().result().name());
      break;
    case v1::SyncEvent::EVENT_NOT_SET:
      return;
  }
  text_ += '\n';
}

// Those without attributes would be no LDIF records.
void SyncPrinter::PrintEntry(const v1::SyncEntry& entry) {
  if (!entry_open_) Comment(std::string(" state: ") + StateName(entry.state()) + ' ' + UuidText(entry.entry_uuid()));
  if (entry.state() == v1::SyncEvent::STATE_PRESENT || entry.state() == v1::SyncEvent::STATE_DELETE) {
    Comment(Named("dn", entry.entry().dn()));
    text_ += '\n';
    return;
  }
  entry_open_ = entry.entry().continued();
  v1::SearchResponse alone;
  *alone.add_entries() = entry.entry();
  entries_.PrintMessage(alone);
  text_ += entries_.text();
  entries_.Clear();
}

void SyncPrinter::PrintIds(const v1::SyncIdSet& ids) {
  const std::string state = ids.deleted() ? " state: delete " : " state: present ";
  for (const std::string& uuid : ids.entry_uuids()) Comment(state + UuidText(uuid));
  if (!ids.entry_uuids().empty()) text_ += '\n';
}

}  // namespace dirlease::cli
