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

}  // namespace dirlease::cli
