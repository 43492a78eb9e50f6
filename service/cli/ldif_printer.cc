#include "cli/ldif_printer.h"

#include "cli/color.h"
#include "cli/control_printer.h"
#include "cli/friendly_name.h"
#include "cli/tools/tool_words.h"

namespace dirlease::cli {
namespace {

const char* ScopeName(v1::Scope scope) {
  switch (scope) {
    case v1::SCOPE_BASE:
      return "baseObject";
    case v1::SCOPE_ONE_LEVEL:
      return "oneLevel";
    case v1::SCOPE_SUBORDINATES:
      return "children";
    default:
      return "subtree";
  }
}

}  // namespace

void LdifPrinter::Value(std::string_view name, std::string_view octets) {
  const size_t start = text_.size();
  AppendLdifValue(name, octets, style_.columns, text_);
  if (!style_.color) return;
  // A type as long as a line is folded: no place for a color.
  const bool is_dn = name == "dn";
  if (!is_dn && style_.columns > 0 && name.size() >= style_.columns) return;
  text_.insert(is_dn ? text_.size() - 1 : start + name.size(), kEndColor);
  text_.insert(start, is_dn ? kDnColor : kTypeColor);
}

void LdifPrinter::Comment(std::string_view text) { AppendLdifComment(text, style_.columns, text_); }

void LdifPrinter::PrintHeader(const v1::SearchRequest& request) {
  if (style_.level == 0) Comment(" extended LDIF");
  if (style_.level == 1 || style_.level == 2) text_ += "version: 1\n\n";
  if (!comments()) return;
  std::string requesting = " requesting: ";
  for (const std::string& attribute : request.attributes()) requesting += attribute + ' ';
  if (request.attributes().empty()) requesting += "ALL";
  text_ += "#\n";
  Comment(" LDAPv3");
  Comment(" base <" + request.base_dn() + "> with scope " + ScopeName(request.scope()));
  Comment(" filter: " + (request.filter().empty() ? "(objectclass=*)" : request.filter()));
  Comment(requesting);
  text_ += "#\n\n";
}

void LdifPrinter::BeginEntry(const v1::SearchEntry& entry) {
  if (comments()) Comment(" " + FriendlyName(entry.dn()));
  Value("dn", entry.dn());
  PrintControls(entry.controls());
}

void LdifPrinter::PrintAttributes(const v1::SearchEntry& entry) {
  for (const v1::Attribute& attribute : entry.attributes()) {
    for (const std::string& value : attribute.values()) Value(attribute.type(), value);
    for (const std::string& value : attribute.text_values()) Value(attribute.type(), value);
    if (attribute.values().empty() && attribute.text_values().empty()) Value(attribute.type(), "");
  }
}

void LdifPrinter::CutEntry() {
  Comment(" the entry above is cut short: the search ended inside it");
  text_ += '\n';
}

void LdifPrinter::PrintIntermediate(const v1::IntermediateResponse& intermediate) {
  if (comments()) Comment(" intermediate response " + intermediate.oid());
}

void LdifPrinter::PrintReference(const v1::SearchReference& reference) {
  // A reference may arrive between two parts of an entry; it must not end the record.
  const bool inside_entry = entry_open();
  if (comments()) Comment(" search reference");
  for (const std::string& uri : reference.uris()) {
    if (style_.level == 0 && !inside_entry) {
      Value("ref", uri);
    } else {
      Comment(" ref" + uri);
    }
  }
  if (!reference.not_followed().empty() && comments()) Comment(" not followed: " + reference.not_followed());
  if (!inside_entry) PrintControls(reference.controls());
  if (!inside_entry) text_ += '\n';
}

void LdifPrinter::PrintResult(const v1::SearchDone* done, std::string_view operation_id) {
  if (done == nullptr) {
    if (!style_.as_ldap_tool) Comment(" incomplete: the search ended before the directory's result");
  } else if (comments()) {
    Comment(" search result");
    if (style_.level == 0) PrintLdapResult(done->result(), operation_id);
  }
  if (done != nullptr) PrintControls(done->result().controls());
  if (comments()) PrintCounts(done != nullptr);
}

void LdifPrinter::PrintLdapResult(const v1::LdapResult& result, std::string_view operation_id) {
  // OpenLDAP's is a message id; the first of a connection that has bound is 2.
  Value("search", style_.as_ldap_tool ? "2" : operation_id);
  Value("result", std::to_string(result.code()) + " " +
                      (style_.as_ldap_tool ? std::string(ToolResultText(result.code())) : result.name()));
  if (!result.matched_dn().empty()) Value("matchedDN", result.matched_dn());
  if (!result.diagnostic_message().empty()) {
    AppendLdifValue("text", result.diagnostic_message(), style_.as_ldap_tool ? 0 : style_.columns, text_);
  }
  for (const std::string& referral : result.referrals()) Value("ref", referral);
}

void LdifPrinter::PrintControls(const google::protobuf::RepeatedPtrField<v1::ResponseControl>& controls) {
  AppendControls(controls, style_.level, style_.columns, text_);
}

void LdifPrinter::PrintCounts(bool with_result) {
  const int64_t responses = entries() + references() + intermediates() + (with_result ? 1 : 0);
  text_ += '\n';
  Comment(" numResponses: " + std::to_string(responses));
  if (entries() > 0) Comment(" numEntries: " + std::to_string(entries()));
  if (intermediates() > 0) Comment(" numPartial: " + std::to_string(intermediates()));
  if (references() > 0) Comment(" numReferences: " + std::to_string(references()));
}

}  // namespace dirlease::cli
