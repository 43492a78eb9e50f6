#include "cli/ldif_reader.h"

#include <strings.h>

#include <map>
#include <utility>
#include <vector>

#include "cli/arguments.h"

namespace dirlease::cli {
namespace {

// REQUIRES: no NUL in either, where strncasecmp would end.
bool Same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

struct NoCase {
  bool operator()(const std::string& a, const std::string& b) const {
    return strcasecmp(a.c_str(), b.c_str()) < 0;
  }
};

std::optional<v1::Modification::Type> TypeNamed(const std::string& name) {
  if (Same(name, "add")) return v1::Modification::TYPE_ADD;
  if (Same(name, "delete")) return v1::Modification::TYPE_DELETE;
  if (Same(name, "replace")) return v1::Modification::TYPE_REPLACE;
  if (Same(name, "increment")) return v1::Modification::TYPE_INCREMENT;
  return std::nullopt;
}

// One record's lines, taken one after the other.
class Record {
 public:
  explicit Record(const std::vector<LdifLine>& lines) : lines_(lines) {}

  LdifChange Parse(LdifReader::Plain plain) {
    LdifChange change{.line = lines_.front().number, .request = {}};
    dn_ = TakeText("dn");
    while (!at_end() && Same(PeekName(), "control")) TakeControl();
    const bool named = !at_end() && Same(PeekName(), "changetype");
    const std::string type = named ? Word(TakeText("changetype")) : PlainType(plain);
    if (Same(type, "add")) {
      change.request = Add();
    } else if (Same(type, "delete")) {
      change.request = Delete();
    } else if (Same(type, "modify")) {
      change.request = Modify();
    } else if (Same(type, "modrdn") || Same(type, "moddn")) {
      change.request = Rename();
    } else {
      throw LdifError(last_line(), "the changetype is none of add, delete, modify, modrdn and moddn");
    }
    return change;
  }

 private:
  bool at_end() const { return at_ == lines_.size(); }
  size_t last_line() const { return lines_[at_ == 0 ? 0 : at_ - 1].number; }
  std::string PeekName() const { return ParseLdifName(lines_[at_]); }
  LdifValue Take() { return ParseLdifLine(lines_[at_++]); }
  bool AtSeparator() const { return lines_[at_].text.find_last_not_of(' ') == 0 && lines_[at_].text[0] == '-'; }

  // The value of a line that has to come now.
  std::string TakeText(const char* name) {
    if (at_end()) throw LdifError(last_line(), std::string("the record ends where \"") + name + ":\" is needed");
    LdifValue line = Take();
    if (!Same(line.name, name)) throw LdifError(last_line(), std::string("\"") + name + ":\" is needed here");
    return Text(std::move(line.octets));
  }
  // DNs, types, OIDs and words of LDIF: none has a NUL (RFC 4514 writes it \00).
  std::string Text(std::string text) const {
    if (!IsUtf8(text)) throw LdifError(last_line(), "the value is not UTF-8");
    if (text.find('\0') != std::string::npos) throw LdifError(last_line(), "the value holds a NUL octet");
    return text;
  }

  // Blanks at the end are part of a value, not of a word of LDIF itself.
  static std::string Word(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  }

  std::string PlainType(LdifReader::Plain plain) const {
    if (plain == LdifReader::Plain::kAdd) return "add";
    if (at_end() || TypeNamed(PeekName())) return "modify";
    throw LdifError(lines_[at_].number, "\"changetype:\" is needed here; `dirlease add` takes records without");
  }

  // OID, then perhaps true or false, then perhaps a value (RFC 2849).
  void TakeControl() {
    const std::string& text = lines_[at_].text;
    const size_t number = lines_[at_++].number;
    const size_t start = text.find_first_not_of(' ', text.find(':') + 1);
    const size_t end = std::min(text.find_first_of(" :", start), text.size());
    if (start == std::string::npos || start == end) throw LdifError(number, "the control has no OID");
    v1::Control& control = *controls_.Add();
    control.mutable_raw()->set_oid(Text(text.substr(start, end - start)));
    std::string_view rest = std::string_view(text).substr(end);
    while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
    for (const std::string_view word : {"true", "false"}) {
      if (rest.substr(0, word.size()) != word) continue;
      control.set_critical(word == "true");
      rest.remove_prefix(word.size());
      break;
    }
    while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
    if (rest.empty()) return;
    if (rest[0] != ':') throw LdifError(number, "behind the control's OID stands neither true, false nor a value");
    control.mutable_raw()->set_value(ParseLdifValue(number, rest));
  }

  template <typename Request>
  Request New() {
    Request request;
    request.set_dn(std::move(dn_));
    *request.mutable_controls() = std::move(controls_);
    return request;
  }

  v1::AddRequest Add() {
    auto request = New<v1::AddRequest>();
    std::map<std::string, int, NoCase> places;
    while (!at_end()) {
      LdifValue line = Take();
      const auto [place, is_new] = places.emplace(line.name, request.attributes_size());
      if (is_new) request.add_attributes()->set_type(line.name);
      request.mutable_attributes(place->second)->add_values(std::move(line.octets));
    }
    if (request.attributes().empty()) throw LdifError(last_line(), "the new entry has no attributes");
    return request;
  }

  v1::DeleteRequest Delete() {
    if (!at_end()) throw LdifError(lines_[at_].number, "nothing may follow \"changetype: delete\"");
    return New<v1::DeleteRequest>();
  }

  v1::ModifyRequest Modify() {
    auto request = New<v1::ModifyRequest>();
    while (!at_end()) TakeModification(*request.add_modifications());
    if (request.modifications().empty()) throw LdifError(last_line(), "the record says no modification");
    return request;
  }
  void TakeModification(v1::Modification& modification) {
    LdifValue line = Take();
    const auto type = TypeNamed(line.name);
    if (!type) throw LdifError(last_line(), "\"add:\", \"delete:\", \"replace:\" or \"increment:\" is needed here");
    modification.set_type(*type);
    v1::Attribute& attribute = *modification.mutable_attribute();
    attribute.set_type(Word(Text(std::move(line.octets))));
    for (; !at_end() && !AtSeparator(); attribute.add_values(std::move(line.octets))) {
      line = Take();
      if (!Same(line.name, attribute.type())) {
        throw LdifError(last_line(), "\"" + attribute.type() + ":\" or \"-\" is needed here");
      }
    }
    if (!at_end()) ++at_;
  }

  v1::ModifyDnRequest Rename() {
    auto request = New<v1::ModifyDnRequest>();
    request.set_new_rdn(TakeText("newrdn"));
    const std::string flag = Word(TakeText("deleteoldrdn"));
    if (flag != "0" && flag != "1") throw LdifError(last_line(), "deleteoldrdn is 0 or 1");
    request.set_delete_old_rdn(flag == "1");
    if (!at_end()) request.set_new_superior(TakeText("newsuperior"));
    if (!at_end()) throw LdifError(lines_[at_].number, "nothing may follow here");
    return request;
  }

  const std::vector<LdifLine>& lines_;
  size_t at_ = 0;
  std::string dn_;
  google::protobuf::RepeatedPtrField<v1::Control> controls_;
};

}  // namespace

const std::string& LdifChange::dn() const {
  return std::visit([](const auto& body) -> const std::string& { return body.dn(); }, request);
}

std::optional<LdifChange> LdifReader::Next() {
  std::vector<LdifLine> lines = lines_.NextRecord();
  if (!std::exchange(begun_, true) && !lines.empty() && lines[0].text.rfind("version:", 0) == 0) {
    if (ParseLdifLine(lines[0]).octets != "1") throw LdifError(lines[0].number, "only LDIF version 1 is known");
    lines.erase(lines.begin());
    if (lines.empty()) lines = lines_.NextRecord();
  }
  if (lines.empty()) return std::nullopt;
  return Record(lines).Parse(plain_);
}

}  // namespace dirlease::cli
