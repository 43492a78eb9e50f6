// A search as DNs, one a line. A control character inside a DN comes as RFC 4514's \xx, which names
// the same entry, so that a line is always a whole DN. References are not printed: references()
// tells their number.
#pragma once

#include "cli/search_printer.h"

namespace dirlease::cli {

// Control characters as \xx.
std::string DnText(std::string_view dn);

class DnPrinter final : public SearchPrinter {
 public:
  using SearchPrinter::SearchPrinter;

 private:
  void BeginEntry(const v1::SearchEntry& entry) override;
};

}  // namespace dirlease::cli
