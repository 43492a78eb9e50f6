#include "model/entry_decoder.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
template <typename T>
void FreeLarge(std::vector<T>& scratch) {
  constexpr size_t kKept = 1024;
  if (scratch.capacity() > kKept) std::vector<T>().swap(scratch);
}
}  // namespace

bool EntryDecoder::Decode(std::string_view content, EntryView& out) {
  BerReader reader(content);
  const auto dn = reader.NextIf(kBerOctetString);
  const auto attributes = reader.NextIf(kBerSequence);
  if (!dn || !attributes) return false;
  out.dn = *dn;
  out.octets = dn->size();
  return DecodeAttributes(*attributes, out);
}

bool EntryDecoder::DecodeAttributes(std::string_view list, EntryView& out) {
  attributes_.clear();
  values_.clear();
  BerItem attribute;
  for (BerReader reader(list); !reader.at_end();) {
    if (!reader.Take(attribute) || attributes_.size() == kMostAttributes) return false;
    BerReader parts(attribute.content);
    BerItem type, set;
    if (!parts.Take(type) || type.tag != kBerOctetString || !parts.Take(set)) return false;
    const size_t before = values_.size();
    if (!DecodeValues(set.content)) return false;
    const size_t count = values_.size() - before;
    size_t octets = 0;
    for (size_t i = before; i < values_.size(); ++i) octets += values_[i].size();
    const bool short_headed = octets == set.content.size() - count * kShortHeader;
    // Where the values are is known only at the end: while values_ grows, it moves.
    attributes_.push_back({type.content, {nullptr, count}, short_headed ? set.content : std::string_view()});
    out.octets += type.content.size() + octets;
  }
  const std::string_view* values = values_.data();
  for (AttributeView& attribute : attributes_) {
    attribute.values = {values, attribute.values.size()};
    values += attribute.values.size();
  }
  out.attributes = attributes_;
  return true;
}

bool EntryDecoder::DecodeValues(std::string_view set) {
  BerItem value;
  for (BerReader reader(set); !reader.at_end();) {
    if (!reader.Take(value) || values_.size() == kMostValues) return false;
    values_.push_back(value.content);
  }
  return true;
}

void EntryDecoder::Trim() {
  FreeLarge(attributes_);
  FreeLarge(values_);
}

}  // namespace dirlease
