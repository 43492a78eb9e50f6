// Turns the messages of one Search into text, piece by piece, so that a search of any size needs
// the memory of one message. Pure: gathers text, the caller writes it. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::cli {

enum class SearchFormat { kLdif, kJson, kDn };

class SearchPrinter {
 public:
  // `entry_limit`: entries to print before limit_reached(); 0 = all.
  explicit SearchPrinter(int64_t entry_limit) : entry_limit_(entry_limit) {}
  virtual ~SearchPrinter() = default;
  SearchPrinter(const SearchPrinter&) = delete;
  SearchPrinter& operator=(const SearchPrinter&) = delete;

  // Before the first message.
  virtual void PrintHeader(const v1::SearchRequest&) {}
  // Parts of one entry (`continued`), also over several messages, become one record. Nothing is
  // printed beyond the limit.
  void PrintMessage(const v1::SearchResponse& message);
  // After the last message. `done` is null when the directory's result never came. Ends an entry
  // that was cut short.
  void PrintTrailer(const v1::SearchDone* done, std::string_view operation_id);

  // What was printed since the last Clear().
  const std::string& text() const { return text_; }
  void Clear() { text_.clear(); }

  // Whole entries so far.
  int64_t entries() const { return entries_; }
  int64_t references() const { return references_; }
  bool limit_reached() const { return entry_limit_ > 0 && entries_ >= entry_limit_; }

 protected:
  virtual void BeginEntry(const v1::SearchEntry& entry) = 0;
  // Those of one part of the entry.
  virtual void PrintAttributes(const v1::SearchEntry&) {}
  virtual void EndEntry() {}
  // The search ended between two parts of the entry.
  virtual void CutEntry() {}
  // May come between two parts of an entry (entry_open()).
  virtual void PrintReference(const v1::SearchReference&) {}
  virtual void PrintIntermediate(const v1::IntermediateResponse&) {}
  virtual void PrintResult(const v1::SearchDone*, std::string_view) {}

  bool entry_open() const { return entry_open_; }
  int64_t intermediates() const { return intermediates_; }

  std::string text_;

 private:
  void PrintEntry(const v1::SearchEntry& entry);

  const int64_t entry_limit_;
  int64_t entries_ = 0;
  int64_t references_ = 0;
  int64_t intermediates_ = 0;
  // Between the parts of one entry.
  bool entry_open_ = false;
};

struct LdifStyle;
// For LDIF `style` counts.
std::unique_ptr<SearchPrinter> NewSearchPrinter(SearchFormat format, const LdifStyle& style,
                                                int64_t entry_limit);
// One entry by itself, which is taken.
std::string EntryText(SearchFormat format, const LdifStyle& style, v1::SearchEntry& entry);

}  // namespace dirlease::cli
