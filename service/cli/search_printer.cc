#include "cli/search_printer.h"

namespace dirlease::cli {

void SearchPrinter::PrintMessage(const v1::SearchResponse& message) {
  for (const v1::SearchEntry& entry : message.entries()) {
    if (limit_reached()) return;
    PrintEntry(entry);
  }
  for (const v1::SearchReference& reference : message.references()) {
    ++references_;
    PrintReference(reference);
  }
  for (const v1::IntermediateResponse& intermediate : message.intermediates()) {
    ++intermediates_;
    PrintIntermediate(intermediate);
  }
}

void SearchPrinter::PrintEntry(const v1::SearchEntry& entry) {
  if (!entry_open_) BeginEntry(entry);
  PrintAttributes(entry);
  entry_open_ = entry.continued();
  if (entry_open_) return;
  EndEntry();
  ++entries_;
}

void SearchPrinter::PrintTrailer(const v1::SearchDone* done, std::string_view operation_id) {
  if (entry_open_) CutEntry();
  entry_open_ = false;
  PrintResult(done, operation_id);
}

}  // namespace dirlease::cli
