// A search as JSON, one object a line, for an entry and for a search reference:
//   {"dn":"uid=ann,...","attributes":{"cn":["Ann"],"jpegPhoto":[{"base64":"/9j/..."}]}}
//   {"references":["ldap://..."]}
// A value is a string, or an object with its octets in base64 where they are not UTF-8
// (userPassword always, so that no screen shows one by chance). An entry that the search's end cut
// short has "incomplete":true as its last member.
#pragma once

#include <string>

#include "cli/search_printer.h"

namespace dirlease::cli {

class JsonPrinter final : public SearchPrinter {
 public:
  using SearchPrinter::SearchPrinter;

 private:
  void BeginEntry(const v1::SearchEntry& entry) override;
  void PrintAttributes(const v1::SearchEntry& entry) override;
  void EndEntry() override;
  void CutEntry() override;
  void PrintReference(const v1::SearchReference& reference) override;

  void OpenAttribute(const std::string& type);
  void PrintValue(const std::string& type, const std::string& octets);
  void CloseAttributes();

  bool attribute_open_ = false;
  bool value_printed_ = false;
  std::string attribute_;
  // References that came inside an entry, for the lines after it.
  std::string held_references_;
};

}  // namespace dirlease::cli
