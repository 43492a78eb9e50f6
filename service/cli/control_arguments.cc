#include "cli/control_arguments.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "cli/arguments.h"

namespace dirlease::cli {
namespace {

using Problem = std::optional<std::string>;

struct Extension {
  bool critical = false;
  std::string name;  // in small letters
  std::optional<std::string> value;
};

Extension Split(std::string_view text) {
  Extension extension;
  for (; !text.empty() && text[0] == '!'; text.remove_prefix(1)) extension.critical = true;
  const size_t equals = text.find('=');
  extension.name = text.substr(0, equals);
  std::transform(extension.name.begin(), extension.name.end(), extension.name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (equals != std::string_view::npos) extension.value = std::string(text.substr(equals + 1));
  return extension;
}

std::vector<std::string> SplitAt(char separator, std::string_view text) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(separator, start), text.size());
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

std::optional<int32_t> ParseCount(std::string_view text) {
  int32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

bool IsOid(std::string_view name) {
  return !name.empty() && name.find('.') != std::string_view::npos &&
         name.find_first_not_of("0123456789.") == std::string_view::npos;
}

// ":TEXT" or "::BASE64", as in LDIF; base64 alone, as OpenLDAP's -e has it.
Problem SetRaw(const Extension& extension, v1::Control& out) {
  out.mutable_raw()->set_oid(extension.name);
  if (!extension.value) return std::nullopt;
  std::string_view value = *extension.value;
  if (value.starts_with(':') && !value.starts_with("::")) {
    out.mutable_raw()->set_value(std::string(value.substr(1)));
    return std::nullopt;
  }
  while (value.starts_with(':')) value.remove_prefix(1);
  auto octets = DecodeBase64(value);
  if (!octets) return "the value is no base64: write OID=:TEXT for text";
  out.mutable_raw()->set_value(*std::move(octets));
  return std::nullopt;
}

void SetAttributes(const Extension& extension, v1::AttributeSelection& out) {
  if (extension.value.value_or("").empty()) return;
  for (std::string& name : SplitAt(',', *extension.value)) out.add_attributes(std::move(name));
}

bool SetFlag(std::string_view name, v1::Control& out) {
  if (name == "managedsait") {
    out.set_manage_dsa_it(true);
  } else if (name == "noop") {
    out.set_no_operation(true);
  } else if (name == "ppolicy") {
    out.set_password_policy(true);
  } else if (name == "relax" || name == "managedit") {
    out.set_relax(true);
  } else if (name == "treedelete") {
    out.set_tree_delete(true);
  } else if (name == "permissivemodify") {
    out.set_permissive_modify(true);
  } else if (name == "dontusecopy") {
    out.set_dont_use_copy(true);
  } else {
    return false;
  }
  return true;
}

Problem SetGeneral(const Extension& extension, v1::Control& out) {
  const std::string& name = extension.name;
  if (IsOid(name)) return SetRaw(extension, out);
  if (SetFlag(name, out)) return extension.value ? Problem(name + " takes no value") : std::nullopt;
  if (name == "preread" || name == "postread") {
    SetAttributes(extension, name == "preread" ? *out.mutable_pre_read() : *out.mutable_post_read());
    return std::nullopt;
  }
  if (name == "sessiontracking") {
    out.mutable_session_tracking()->set_format_oid("1.3.6.1.4.1.21008.108.63.1.3");  // a user's name
    out.mutable_session_tracking()->set_identifier(extension.value.value_or(""));
    return std::nullopt;
  }
  if (name != "assert" && name != "authzid") return "no such extension";
  if (!extension.value) return name + " needs a value: " + name + "=...";
  if (name == "assert") {
    out.set_assertion_filter(*extension.value);
  } else if (!extension.critical) {
    return "has to be critical: \"!authzid=...\", or a directory without it would act for the bound identity";
  } else {
    out.set_proxied_authorization_id(*extension.value);
  }
  return std::nullopt;
}

// "[-]ATTRIBUTE[:RULE]", several with "/" between them.
Problem SetSort(const std::string& keys, v1::ServerSideSortControl& out) {
  for (std::string_view text : SplitAt('/', keys)) {
    v1::ServerSideSortControl::Key& key = *out.add_keys();
    key.set_reverse(text.starts_with('-'));
    if (key.reverse()) text.remove_prefix(1);
    const size_t colon = text.find(':');
    key.set_attribute_type(std::string(text.substr(0, colon)));
    if (colon != std::string_view::npos) key.set_matching_rule(std::string(text.substr(colon + 1)));
    if (key.attribute_type().empty()) return "write sss=[-]ATTRIBUTE[:RULE][/[-]ATTRIBUTE[:RULE]...]";
  }
  return std::nullopt;
}

// "BEFORE/AFTER/OFFSET/COUNT" or "BEFORE/AFTER:VALUE".
Problem SetListView(const std::string& text, v1::VirtualListViewControl& out) {
  const char* const form = "write vlv=BEFORE/AFTER/OFFSET/COUNT or vlv=BEFORE/AFTER:VALUE";
  const size_t colon = text.find(':');
  std::vector<int32_t> counts;
  for (const std::string& part : SplitAt('/', std::string_view(text).substr(0, colon))) {
    const auto count = ParseCount(part);
    if (!count) return form;
    counts.push_back(*count);
  }
  if (counts.size() != (colon == std::string::npos ? 4u : 2u)) return form;
  out.set_before_count(counts[0]);
  out.set_after_count(counts[1]);
  if (colon != std::string::npos) {
    out.set_greater_or_equal(text.substr(colon + 1));
  } else {
    out.mutable_offset()->set_offset(counts[2]);
    out.mutable_offset()->set_content_count(counts[3]);
  }
  return std::nullopt;
}

// The contract's flag has no form for "false", which asks for the entries that are none.
Problem SetSubentries(const std::string& value, v1::Control& out) {
  if (value == "true") {
    out.set_subentries(true);
    return std::nullopt;
  }
  if (value != "false") return "write subentries=true or subentries=false";
  out.mutable_raw()->set_oid("1.3.6.1.4.1.4203.1.10.1");
  out.mutable_raw()->set_value(std::string("\x01\x01\x00", 3));
  return std::nullopt;
}

Problem SetSearch(const Extension& extension, v1::Control& out) {
  const std::string& name = extension.name;
  if (name == "subentries") return SetSubentries(extension.value.value_or("true"), out);
  if (name != "sss" && name != "vlv" && name != "mv") return SetGeneral(extension, out);
  if (!extension.value) return name + " needs a value: " + name + "=...";
  if (name == "sss") return SetSort(*extension.value, *out.mutable_server_side_sort());
  if (name == "vlv") return SetListView(*extension.value, *out.mutable_virtual_list_view());
  out.set_matched_values(*extension.value);
  return std::nullopt;
}

Problem Add(std::string_view text, Problem (*set)(const Extension&, v1::Control&), Controls& controls) {
  if (!IsUtf8(text)) return "not UTF-8: write other octets as OID=::BASE64";
  const Extension extension = Split(text);
  v1::Control control;
  control.set_critical(extension.critical);
  if (Problem problem = set(extension, control)) return problem;
  *controls.Add() = std::move(control);
  return std::nullopt;
}

}  // namespace

Problem AddGeneralExtension(std::string_view text, Controls& controls) { return Add(text, &SetGeneral, controls); }

Problem AddSearchExtension(std::string_view text, Controls& controls) { return Add(text, &SetSearch, controls); }

}  // namespace dirlease::cli
