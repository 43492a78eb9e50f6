// Turns the messages of one Search into ldapsearch's LDIF, piece by piece, so that a search of any
// size needs the memory of one message. Pure: gathers text, the caller writes it. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/ldif.h"
#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::cli {

struct LdifStyle {
  // How often -L was given: 0 extended LDIF, 1 LDIF version 1, 2 without comments, 3 without the
  // version line. A reference is no LDIF record, so it stays a comment at every level above 0.
  int level = 0;
  // 0 = no folding.
  size_t columns = kDefaultLdifColumns;
  // Entries to print before limit_reached(); 0 = all.
  int64_t entry_limit = 0;
};

class LdifPrinter {
 public:
  explicit LdifPrinter(LdifStyle style) : style_(style) {}

  // Before the first message.
  void PrintHeader(const v1::SearchRequest& request);
  // Parts of one entry (`continued`), also over several messages, become one record. Nothing is
  // printed beyond the limit.
  void PrintMessage(const v1::SearchResponse& message);
  // After the last message. `done` is null when the directory's result never came; the text says so
  // then.
  void PrintTrailer(const v1::SearchDone* done, std::string_view operation_id);

  // What was printed since the last Clear().
  const std::string& text() const { return text_; }
  void Clear() { text_.clear(); }

  // Whole entries so far.
  int64_t entries() const { return entries_; }
  bool limit_reached() const { return style_.entry_limit > 0 && entries_ >= style_.entry_limit; }

 private:
  bool comments() const { return style_.level < 2; }
  void PrintEntry(const v1::SearchEntry& entry);
  void PrintReference(const v1::SearchReference& reference);
  void PrintResult(const v1::LdapResult& result, std::string_view operation_id);
  void PrintCounts(bool with_result);
  void Value(std::string_view name, std::string_view octets);
  void Comment(std::string_view text);

  const LdifStyle style_;
  std::string text_;
  int64_t entries_ = 0;
  int64_t references_ = 0;
  int64_t intermediates_ = 0;
  // Between the parts of one entry.
  bool entry_open_ = false;
};

}  // namespace dirlease::cli
