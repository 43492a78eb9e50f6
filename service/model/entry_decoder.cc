#include "model/entry_decoder.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
constexpr size_t kShortHeader = 2;  // the least that an element has (X.690 section 8.1)

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
  value_counts_.clear();
  values_.clear();
  for (BerReader reader(list); !reader.at_end();) {
    const auto attribute = reader.Next();
    if (!attribute || attributes_.size() == kMostAttributes) return false;
    BerReader parts(attribute->content);
    const auto type = parts.NextIf(kBerOctetString);
    const auto set = parts.Next();
    if (!type || !set) return false;
    const size_t before = values_.size();
    out.octets += type->size();
    const size_t octets_before = out.octets;
    if (!DecodeValues(set->content, out)) return false;
    const size_t count = values_.size() - before;
    const bool short_headed = out.octets - octets_before == set->content.size() - count * kShortHeader;
    attributes_.push_back({*type, {}, short_headed ? set->content : std::string_view()});
    value_counts_.push_back(count);
  }
  // Only now: while values_ grew, it moved.
  size_t first = 0;
  for (size_t i = 0; i < attributes_.size(); first += value_counts_[i++]) {
    attributes_[i].values = absl::MakeConstSpan(values_).subspan(first, value_counts_[i]);
  }
  out.attributes = attributes_;
  return true;
}

bool EntryDecoder::DecodeValues(std::string_view set, EntryView& out) {
  for (BerReader reader(set); !reader.at_end();) {
    const auto value = reader.Next();
    if (!value || values_.size() == kMostValues) return false;
    values_.push_back(value->content);
    out.octets += value->content.size();
  }
  return true;
}

void EntryDecoder::Trim() {
  FreeLarge(attributes_);
  FreeLarge(value_counts_);
  FreeLarge(values_);
}

}  // namespace dirlease
