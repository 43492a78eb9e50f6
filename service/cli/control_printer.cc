#include "cli/control_printer.h"

#include "cli/ldif.h"

namespace dirlease::cli {
namespace {

class Printer {
 public:
  Printer(int level, size_t columns, std::string& out) : level_(level), columns_(columns), out_(out) {}

  void Print(const v1::ResponseControl& control) {
    if (level_ < 2) {
      std::string text = control.oid() + (control.critical() ? " true" : " false");
      if (!control.value().empty()) text += ' ' + EncodeBase64(control.value());
      if (control.value_dropped()) text += " (its value is too large and left out)";
      Line("control", text);
    }
    PrintDecoded(control);
  }

 private:
  void PrintDecoded(const v1::ResponseControl& control) {
    switch (control.decoded_case()) {
      case v1::ResponseControl::kPagedResults: return Print(control.paged_results());
      case v1::ResponseControl::kServerSideSort: return Print(control.server_side_sort());
      case v1::ResponseControl::kVirtualListView: return Print(control.virtual_list_view());
      case v1::ResponseControl::kPasswordPolicy: return Print(control.password_policy());
      case v1::ResponseControl::kPreRead: return Print(control.pre_read(), "preread");
      case v1::ResponseControl::kPostRead: return Print(control.post_read(), "postread");
      case v1::ResponseControl::DECODED_NOT_SET: return;
    }
  }
  void Print(const v1::PagedResultsResult& paged) {
    std::string text = "cookie=" + EncodeBase64(paged.cookie());
    if (paged.estimate() > 0) text = "estimate=" + std::to_string(paged.estimate()) + ' ' + text;
    Line("pagedresults", text);
  }
  void Print(const v1::ServerSideSortResult& sort) {
    std::string text = Code(sort.code());
    if (!sort.attribute_type().empty()) text += ' ' + sort.attribute_type();
    Line("sortResult", text);
  }
  void Print(const v1::VirtualListViewResult& view) {
    Line("vlvResult", "pos=" + std::to_string(view.target_position()) + " count=" + std::to_string(view.content_count()) +
                          " context=" + EncodeBase64(view.context_id()) + ' ' + Code(view.code()));
  }
  void Print(const v1::PasswordPolicyResult& policy) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
    if (policy.has_time_before_expiration()) {
      add("expire=" + std::to_string(policy.time_before_expiration().seconds()));
    }
    if (policy.has_grace_logins_remaining()) add("grace=" + std::to_string(policy.grace_logins_remaining()));
    if (policy.has_error()) add("error=" + std::to_string(policy.error()) + " (" + policy.error_name() + ")");
    Line("ppolicy", text);
  }
  void Print(const v1::SearchEntry& entry, const std::string& what) {
    AppendLdifComment(" ==> " + what, columns_, out_);
    Line("dn", entry.dn());
    for (const v1::Attribute& attribute : entry.attributes()) {
      for (const std::string& value : attribute.values()) Line(attribute.type(), value);
    }
    AppendLdifComment(" <== " + what, columns_, out_);
  }

  // A directory's result code; its number is all that the contract has of it here.
  static std::string Code(int code) { return '(' + std::to_string(code) + (code == 0 ? ") Success" : ")"); }

  // In LDIF that others read, no line that would pass for an attribute.
  void Line(const std::string& name, const std::string& octets) {
    if (level_ == 0) return AppendLdifValue(name, octets, columns_, out_);
    const bool base64 = NeedsBase64(name, octets);
    AppendLdifComment(' ' + name + (base64 ? ":: " + EncodeBase64(octets) : ": " + octets), columns_, out_);
  }

  const int level_;
  const size_t columns_;
  std::string& out_;
};

}  // namespace

void AppendControls(const google::protobuf::RepeatedPtrField<v1::ResponseControl>& controls, int level, size_t columns,
                    std::string& out) {
  Printer printer(level, columns, out);
  for (const v1::ResponseControl& control : controls) printer.Print(control);
}

std::string ControlsText(const v1::LdapResult& result) {
  std::string text;
  AppendControls(result.controls(), 0, kDefaultLdifColumns, text);
  return text;
}

}  // namespace dirlease::cli
