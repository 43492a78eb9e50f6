#include "cli/json_printer.h"

#include "cli/arguments.h"
#include "cli/json.h"
#include "cli/ldif.h"

namespace dirlease::cli {

void JsonPrinter::BeginEntry(const v1::SearchEntry& entry) {
  text_ += "{\"dn\":";
  AppendJsonString(entry.dn(), text_);
  text_ += ",\"attributes\":{";
}

void JsonPrinter::PrintAttributes(const v1::SearchEntry& entry) {
  for (const v1::Attribute& attribute : entry.attributes()) {
    OpenAttribute(attribute.type());
    for (const std::string& value : attribute.values()) PrintValue(attribute.type(), value);
    for (const std::string& value : attribute.text_values()) PrintValue(attribute.type(), value);
  }
}

// The next part of an entry may go on with the values of the attribute that the last one ended
// with.
void JsonPrinter::OpenAttribute(const std::string& type) {
  if (attribute_open_ && attribute_ == type) return;
  if (attribute_open_) text_ += "],";
  attribute_open_ = true;
  value_printed_ = false;
  attribute_ = type;
  AppendJsonString(type, text_);
  text_ += ":[";
}

void JsonPrinter::PrintValue(const std::string& type, const std::string& octets) {
  if (value_printed_) text_ += ',';
  value_printed_ = true;
  if (IsUtf8(octets) && !IsPassword(type)) return AppendJsonString(octets, text_);
  text_ += "{\"base64\":\"";
  text_ += EncodeBase64(octets);
  text_ += "\"}";
}

void JsonPrinter::CloseAttributes() {
  if (attribute_open_) text_ += ']';
  attribute_open_ = false;
  text_ += '}';
}

void JsonPrinter::EndEntry() {
  CloseAttributes();
  text_ += "}\n";
  text_ += held_references_;
  held_references_.clear();
}

void JsonPrinter::CutEntry() {
  CloseAttributes();
  text_ += ",\"incomplete\":true}\n";
  text_ += held_references_;
}

void JsonPrinter::PrintReference(const v1::SearchReference& reference) {
  std::string& line = entry_open() ? held_references_ : text_;
  line += "{\"references\":[";
  for (int i = 0; i < reference.uris_size(); ++i) {
    if (i > 0) line += ',';
    AppendJsonString(reference.uris(i), line);
  }
  line += ']';
  if (!reference.not_followed().empty()) {
    line += ",\"not_followed\":";
    AppendJsonString(reference.not_followed(), line);
  }
  line += "}\n";
}

}  // namespace dirlease::cli
