// Turns the messages of one Sync into LDIF with comments: what became of an entry stands before it. Pure: gathers text, the
// caller writes it. Not thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "cli/ldif_printer.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::cli {

class SyncPrinter {
 public:
  // Of `style` the comments are decided here.
  explicit SyncPrinter(LdifStyle style);

  void Print(const v1::SyncResponse& message);

  // What was printed since the last Clear().
  const std::string& text() const { return text_; }
  void Clear() { text_.clear(); }

 private:
  void PrintEvent(const v1::SyncEvent& event);
  void PrintEntry(const v1::SyncEntry& entry);
  void PrintIds(const v1::SyncIdSet& ids);
  void Comment(std::string_view text);

  const size_t columns_;
  LdifPrinter entries_;
  bool entry_open_ = false;  // between two pieces of one
  std::string text_;
};

// As text, for example "e1b0a0ba-0f2c-103f-8d2b-0123456789ab".
std::string UuidText(std::string_view octets);

}  // namespace dirlease::cli
