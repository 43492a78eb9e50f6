#include "rpc/entry_writer.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "model/names.h"
#include "rpc/convert_result.h"

namespace dirlease {

namespace {
constexpr size_t kOctetsAroundValue = 8;

void AssignText(std::string& out, std::string_view octets) {
  if (IsValidUtf8(octets)) {
    out.assign(octets);
  } else {
    out = ReplaceInvalidUtf8(octets);
  }
}

void AssignDn(std::string& out, std::string_view octets) {
  if (IsValidUtf8(octets)) {
    out.assign(octets);
  } else {
    out = DnToUtf8(octets);
  }
}

// Decided per attribute over all of its values, so that pieces of a cut entry agree.
bool AsText(const AttributeView& attribute, ValueFormat format) {
  return format == ValueFormat::kText &&
         std::all_of(attribute.values.begin(), attribute.values.end(), IsValidUtf8);
}

void AddValue(v1::Attribute& attribute, std::string_view value, bool as_text) {
  (as_text ? attribute.add_text_values() : attribute.add_values())->assign(value);
}

template <typename Out>
void ControlsToProto(absl::Span<const Control> controls, Out& out) {
  for (const Control& control : controls) ControlToProto(control, *out.add_controls());
}
}  // namespace

void EntryToProto(const EntryView& entry, ValueFormat format, v1::SearchEntry& out) {
  AssignDn(*out.mutable_dn(), entry.dn);
  for (const AttributeView& attribute : entry.attributes) {
    v1::Attribute& added = *out.add_attributes();
    AssignText(*added.mutable_type(), attribute.type);
    const bool as_text = AsText(attribute, format);
    for (const std::string_view value : attribute.values) AddValue(added, value, as_text);
  }
  ControlsToProto(entry.controls, out);
}

void ReferenceToProto(const ReferenceView& reference, v1::SearchReference& out) {
  for (const std::string_view uri : reference.uris) AssignText(*out.add_uris(), uri);
  ControlsToProto(reference.controls, out);
}

void IntermediateToProto(const IntermediateView& intermediate, v1::IntermediateResponse& out) {
  AssignText(*out.mutable_oid(), intermediate.oid);
  out.mutable_value()->assign(intermediate.value);
  ControlsToProto(intermediate.controls, out);
}

size_t EntryCutter::Next(v1::SearchEntry& out) {
  AssignDn(*out.mutable_dn(), entry_.dn);
  size_t octets = entry_.dn.size();
  while (attribute_ < entry_.attributes.size()) {
    if (!NextValues(entry_.attributes[attribute_], octets, out)) {
      out.set_continued(true);
      return octets;
    }
    ++attribute_;
    value_ = 0;
  }
  ControlsToProto(entry_.controls, out);
  done_ = true;
  return octets;
}

// False: the piece is full.
bool EntryCutter::NextValues(const AttributeView& attribute, size_t& octets, v1::SearchEntry& out) {
  const auto full = [&](size_t more) { return octets + more > kMostMessageOctets; };
  const bool as_text = AsText(attribute, format_);
  v1::Attribute* added = nullptr;
  while (value_ < attribute.values.size() || added == nullptr) {
    const bool none = attribute.values.empty();
    const size_t more = attribute.type.size() + (none ? 0 : attribute.values[value_].size());
    // Something always fits into an empty piece, or cutting would never end.
    if (full(more) && out.attributes_size() > 0) return false;
    if (added == nullptr) {
      added = out.add_attributes();
      AssignText(*added->mutable_type(), attribute.type);
    }
    octets += more + kOctetsAroundValue;
    if (none) return true;
    AddValue(*added, attribute.values[value_], as_text);
    if (++value_ < attribute.values.size() && full(0)) return false;
  }
  return true;
}

bool ValuesFit(const EntryView& entry) {
  if (entry.octets <= kMostValueOctets) return true;
  for (const AttributeView& attribute : entry.attributes) {
    for (const std::string_view value : attribute.values) {
      if (value.size() > kMostValueOctets) return false;
    }
  }
  return true;
}

}  // namespace dirlease
