#include "session/verify/name_key.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

#include "base/ascii.h"
#include "fmt/format.h"

namespace dirlease {

namespace {

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// Octets that are no UTF-8 stay as they are.
std::string Folded(const std::string& text) {
  utf8proc_uint8_t* folded = nullptr;
  const auto length = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &folded,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
                                     UTF8PROC_IGNORE | UTF8PROC_STRIPCC | UTF8PROC_LUMP));
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(folded);
  return length < 0 ? text : std::string(reinterpret_cast<const char*>(folded), length);
}

// Without its backslashes. An escaped separator may then look like one.
std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
    } else if (i + 2 < text.size() && IsHexDigit(text[i + 1]) && IsHexDigit(text[i + 2])) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    }
  }
  return out;
}

// Without the blanks around it, and one for several within it (RFC 4518 section 2.6.1).
std::string SingleBlanks(std::string_view text) {
  std::string out;
  bool blank = false;
  for (const char c : text) {
    if (!IsSpace(c) && blank && !out.empty()) out += ' ';
    blank = IsSpace(c);
    if (!blank) out += c;
  }
  return out;
}

std::string_view ShortType(std::string_view type) {
  static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
      {"userid", "uid"},         {"0.9.2342.19200300.100.1.1", "uid"},  {"commonname", "cn"},
      {"2.5.4.3", "cn"},         {"surname", "sn"},                     {"2.5.4.4", "sn"},
      {"domaincomponent", "dc"}, {"0.9.2342.19200300.100.1.25", "dc"},  {"organizationalunitname", "ou"},
      {"2.5.4.11", "ou"},        {"organizationname", "o"},             {"2.5.4.10", "o"},
      {"countryname", "c"},      {"2.5.4.6", "c"},                      {"localityname", "l"},
      {"2.5.4.7", "l"},          {"stateorprovincename", "st"},         {"2.5.4.8", "st"},
      {"streetaddress", "street"}, {"2.5.4.9", "street"},               {"rfc822mailbox", "mail"},
      {"0.9.2342.19200300.100.1.3", "mail"}, {"2.5.4.5", "serialnumber"}, {"2.5.4.12", "title"}};
  if (type.starts_with("oid.")) type.remove_prefix(4);
  for (const auto& [other, common] : kOthers) {
    if (type == other) return common;
  }
  return type;
}

}  // namespace

std::string NameKey(std::string_view bind_name) {
  std::string folded = Folded(Unescaped(bind_name));
  std::erase(folded, '"');
  std::string key;
  for (std::string_view rest = folded; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find_first_of(",;+"));
    rest.remove_prefix(part.size());
    const size_t equals = part.find('=');
    const bool typed = equals != std::string_view::npos;
    const std::string value = SingleBlanks(typed ? part.substr(equals + 1) : part);
    if (typed) key += fmt::format("{}=", ShortType(SingleBlanks(part.substr(0, equals))));
    key += typed && value.starts_with('#') ? "#" : value;
    if (rest.empty()) break;
    key += rest.front() == '+' ? '+' : ',';
    rest.remove_prefix(1);
  }
  return key;
}

}  // namespace dirlease
