// A search as ldapsearch's LDIF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cli/ldif.h"
#include "cli/search_printer.h"

namespace dirlease::cli {

struct LdifStyle {
  // How often -L was given: 0 extended LDIF, 1 LDIF version 1, 2 without comments, 3 without the
  // version line. A reference is no LDIF record, so it stays a comment at every level above 0.
  int level = 0;
  // 0 = no folding.
  size_t columns = kDefaultLdifColumns;
  // Escape sequences for a terminal around DNs and attribute types.
  bool color = false;
  // Results in ldapsearch's own words.
  bool as_ldap_tool = false;
};

class LdifPrinter final : public SearchPrinter {
 public:
  explicit LdifPrinter(LdifStyle style, int64_t entry_limit = 0)
      : SearchPrinter(entry_limit), style_(style) {}

  void PrintHeader(const v1::SearchRequest& request) override;

 private:
  void BeginEntry(const v1::SearchEntry& entry) override;
  void PrintAttributes(const v1::SearchEntry& entry) override;
  void EndEntry() override { text_ += '\n'; }
  void CutEntry() override;
  void PrintReference(const v1::SearchReference& reference) override;
  void PrintIntermediate(const v1::IntermediateResponse& intermediate) override;
  // Says so when the result never came.
  void PrintResult(const v1::SearchDone* done, std::string_view operation_id) override;

  bool comments() const { return style_.level < 2; }
  void PrintLdapResult(const v1::LdapResult& result, std::string_view operation_id);
  void PrintControls(const google::protobuf::RepeatedPtrField<v1::ResponseControl>& controls);
  void PrintCounts(bool with_result);
  void Value(std::string_view name, std::string_view octets);
  void Comment(std::string_view text);

  const LdifStyle style_;
};

}  // namespace dirlease::cli
