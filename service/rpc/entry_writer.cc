#include "rpc/entry_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/ber_reader.h"
#include "base/utf8.h"
#include "dirlease/v1/directory_service.pb.h"
#include "model/names.h"
#include "rpc/convert_result.h"
#include "rpc/wire_field.h"

namespace dirlease {

namespace {
constexpr size_t kOctetsAroundValue = 8;

template <typename Out>
void ControlsToProto(absl::Span<const Control> controls, Out& out) {
  for (const Control& control : controls) ControlToProto(control, *out.add_controls());
}
}  // namespace

void EntryWriter::Append(const EntryView& entry, WireMessage& out) {
  for (const AttributeView& attribute : entry.attributes) {
    AddPart(attribute, ValuesFieldOf(attribute));
  }
  AddControls(entry.controls);
  Write(entry.dn, /*continued=*/false, out);
}

int EntryWriter::ValuesFieldOf(const AttributeView& attribute) const {
  const bool text = format_ == ValueFormat::kText &&
                    std::all_of(attribute.values.begin(), attribute.values.end(), IsValidUtf8);
  return text ? v1::Attribute::kTextValuesFieldNumber : v1::Attribute::kValuesFieldNumber;
}

void EntryWriter::AddPart(const AttributeView& attribute, int values_field) {
  const std::string_view type = ValidText(attribute.type, ReplaceInvalidUtf8);
  size_t octets = wire::FieldSize(v1::Attribute::kTypeFieldNumber, type.size());
  if (attribute.values.short_headed()) {
    octets += attribute.values.elements().size();
  } else {
    for (const std::string_view value : attribute.values) octets += wire::FieldSize(values_field, value.size());
  }
  parts_.push_back({type, attribute.values, values_field, octets});
}

void EntryWriter::AddControls(absl::Span<const Control> controls) {
  for (const Control& control : controls) {
    v1::ResponseControl message;
    ControlToProto(control, message);
    controls_.AppendMessage(v1::SearchEntry::kControlsFieldNumber, message);
  }
}

uint8_t* EntryWriter::PutValues(const Part& part, uint8_t* at) {
  for (const std::string_view value : part.values) at = wire::PutField(part.values_field, value, at);
  return at;
}

// BER's short form of a length is protobuf's too, and both have tags of one octet: only these differ.
uint8_t* EntryWriter::PutShortHeaded(const Part& part, uint8_t* at) {
  const std::string_view elements = part.values.elements();
  std::memcpy(at, elements.data(), elements.size());
  uint8_t* const end = at + elements.size();
  while (at < end) {
    const size_t length = at[1];
    wire::PutTag(part.values_field, wire::kLengthDelimited, at);
    at += kShortHeader + length;
  }
  return end;
}

void EntryWriter::Write(std::string_view dn, bool continued, WireMessage& out) {
  using v1::SearchEntry;
  dn = ValidText(dn, DnToUtf8);
  size_t octets = wire::FieldSize(SearchEntry::kDnFieldNumber, dn.size()) + controls_.size() +
                  (continued ? wire::TrueSize(SearchEntry::kContinuedFieldNumber) : 0);
  for (const Part& part : parts_) {
    octets += wire::FieldSize(SearchEntry::kAttributesFieldNumber, part.octets);
  }
  uint8_t* at = Begin(octets, out);
  at = wire::PutField(SearchEntry::kDnFieldNumber, dn, at);
  for (const Part& part : parts_) {
    at = wire::PutHeader(SearchEntry::kAttributesFieldNumber, part.octets, at);
    at = wire::PutField(v1::Attribute::kTypeFieldNumber, part.type, at);
    at = part.values.short_headed() ? PutShortHeaded(part, at) : PutValues(part, at);
  }
  at = std::copy(controls_.octets().begin(), controls_.octets().end(), at);
  if (continued) wire::PutTrue(SearchEntry::kContinuedFieldNumber, at);
  parts_.clear();
  controls_.Release();
  mended_.clear();
}

uint8_t* EntryWriter::Begin(size_t octets, WireMessage& out) const {
  const size_t field = wire::FieldSize(field_number_, octets);
  if (around_.outer == 0) return wire::PutHeader(field_number_, octets, out.Extend(field));
  const size_t inner = head_.size() + field;
  const size_t outer = wire::FieldSize(around_.inner, inner);
  uint8_t* at = out.Extend(wire::FieldSize(around_.outer, outer));
  at = wire::PutHeader(around_.outer, outer, at);
  at = wire::PutHeader(around_.inner, inner, at);
  at = std::copy(head_.begin(), head_.end(), at);
  return wire::PutHeader(field_number_, octets, at);
}

std::string_view EntryWriter::ValidText(std::string_view octets,
                                        std::string (*mend)(std::string_view)) {
  return IsValidUtf8(octets) ? octets : mended_.emplace_back(mend(octets));
}

void EntryCutter::Next(WireMessage& out) {
  size_t octets = entry_.dn.size();
  while (attribute_ < entry_.attributes.size()) {
    if (!AddValues(entry_.attributes[attribute_], octets)) {
      writer_.Write(entry_.dn, /*continued=*/true, out);
      return;
    }
    ++attribute_;
    BeginAttribute();
  }
  writer_.AddControls(entry_.controls);
  writer_.Write(entry_.dn, /*continued=*/false, out);
  done_ = true;
}

void EntryCutter::BeginAttribute() {
  if (attribute_ < entry_.attributes.size()) value_ = entry_.attributes[attribute_].values.begin();
}

// As many as the piece has room for, but at least one, or cutting would never end. False: the piece is full.
bool EntryCutter::AddValues(const AttributeView& attribute, size_t& octets) {
  const ValueList::iterator first = value_;
  octets += attribute.type.size() + kOctetsAroundValue;
  if (octets > kMostMessageOctets && !writer_.parts_.empty()) return false;
  for (; value_ != attribute.values.end(); ++value_) {
    const size_t more = (*value_).size() + kOctetsAroundValue;
    const bool something = !writer_.parts_.empty() || value_ != first;
    if (octets + more > kMostMessageOctets && something) break;
    octets += more;
  }
  const bool whole = value_ == attribute.values.end();
  if (whole || value_ != first) {
    writer_.AddPart({attribute.type, attribute.values.Between(first, value_)}, writer_.ValuesFieldOf(attribute));
  }
  return whole;
}

size_t OctetsOf(const ReferenceView& reference) {
  size_t octets = 0;
  for (const std::string_view uri : reference.uris) octets += uri.size();
  return octets;
}

void ReferenceToProto(const ReferenceView& reference, v1::SearchReference& out) {
  for (const std::string_view uri : reference.uris) *out.add_uris() = ReplaceInvalidUtf8(uri);
  ControlsToProto(reference.controls, out);
  out.mutable_not_followed()->assign(reference.not_followed);
}

void AppendReference(int field_number, const ReferenceView& reference, WireMessage& out) {
  v1::SearchReference message;
  ReferenceToProto(reference, message);
  out.AppendMessage(field_number, message);
}

void AppendIntermediate(int field_number, const IntermediateView& intermediate, WireMessage& out) {
  v1::IntermediateResponse message;
  message.set_oid(ReplaceInvalidUtf8(intermediate.oid));
  message.mutable_value()->assign(intermediate.value);
  ControlsToProto(intermediate.controls, message);
  out.AppendMessage(field_number, message);
}

bool Fits(const EntryView& entry) {
  size_t control_octets = 0;
  for (const Control& control : entry.controls) {
    control_octets += control.oid.size() + control.value.value_or("").size();
  }
  if (control_octets > kMostNameOctets) return false;
  if (entry.octets <= kMostNameOctets) return true;
  if (entry.dn.size() > kMostNameOctets) return false;
  for (const AttributeView& attribute : entry.attributes) {
    if (attribute.type.size() > kMostNameOctets) return false;
    for (const std::string_view value : attribute.values) {
      if (value.size() > kMostValueOctets) return false;
    }
  }
  return true;
}

}  // namespace dirlease
