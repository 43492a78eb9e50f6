#include "cli/dn_printer.h"
#include "cli/json_printer.h"
#include "cli/ldif_printer.h"

namespace dirlease::cli {

std::unique_ptr<SearchPrinter> NewSearchPrinter(SearchFormat format, const LdifStyle& style,
                                                int64_t entry_limit) {
  switch (format) {
    case SearchFormat::kJson:
      return std::make_unique<JsonPrinter>(entry_limit);
    case SearchFormat::kDn:
      return std::make_unique<DnPrinter>(entry_limit);
    case SearchFormat::kLdif:
      break;
  }
  return std::make_unique<LdifPrinter>(style, entry_limit);
}

std::string EntryText(SearchFormat format, const LdifStyle& style, v1::SearchEntry& entry) {
  const auto printer = NewSearchPrinter(format, style, 0);
  v1::SearchResponse message;
  message.add_entries()->Swap(&entry);
  printer->PrintMessage(message);
  return printer->text();
}

}  // namespace dirlease::cli
