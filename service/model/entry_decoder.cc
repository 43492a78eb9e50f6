#include "model/entry_decoder.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

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
  size_t values_left = kMostValues;
  BerItem attribute, type, set;
  for (BerReader reader(list); !reader.at_end();) {
    if (!reader.Take(attribute) || attributes_.size() == kMostAttributes) return false;
    BerReader parts(attribute.content);
    if (!parts.Take(type) || type.tag != kBerOctetString || !parts.Take(set)) return false;
    AttributeView& view = attributes_.emplace_back(AttributeView{type.content, {}});
    if (!view.values.Set(set.content, values_left)) return false;
    values_left -= view.values.size();
    out.octets += type.content.size() + view.values.octets();
  }
  out.attributes = attributes_;
  return true;
}

void EntryDecoder::Trim() {
  constexpr size_t kKept = 1024;
  if (attributes_.capacity() > kKept) std::vector<AttributeView>().swap(attributes_);
}

}  // namespace dirlease
