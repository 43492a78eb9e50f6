#include "rpc/range_merge.h"

#include <utility>

#include "model/value_range.h"

namespace dirlease {

namespace {

void MoveValues(google::protobuf::RepeatedPtrField<std::string>& from,
                google::protobuf::RepeatedPtrField<std::string>& to) {
  for (std::string& value : from) to.Add(std::move(value));
  from.Clear();
}

// Text stays text only while all of it is (ValueFormat).
void MoveAll(v1::Attribute& from, v1::Attribute& to) {
  if (!from.values().empty()) MoveValues(*to.mutable_text_values(), *to.mutable_values());
  MoveValues(*from.mutable_values(), *to.mutable_values());
  MoveValues(*from.mutable_text_values(), to.values().empty() ? *to.mutable_text_values() : *to.mutable_values());
}

}  // namespace

v1::Attribute& RangeMerge::AttributeOf(v1::SearchEntry& entry, const std::string& type) {
  const auto [place, added] = places_.try_emplace(type, entry.attributes_size());
  if (added) entry.add_attributes()->set_type(type);
  return *entry.mutable_attributes(place->second);
}

bool RangeMerge::Begin(v1::SearchEntry& entry) {
  bool understood = true;
  v1::SearchEntry whole;
  for (v1::Attribute& attribute : *entry.mutable_attributes()) {
    const auto range = ParseValueRange(attribute.type());
    if (!range && HasRangeOption(attribute.type())) understood = false;
    MoveAll(attribute, AttributeOf(whole, range ? range->type : attribute.type()));
    if (range && range->last) next_[range->type] = *range->last + 1;
  }
  entry.mutable_attributes()->Swap(whole.mutable_attributes());
  return understood;
}

std::vector<std::string> RangeMerge::Missing() const {
  std::vector<std::string> attributes;
  for (const auto& [type, first] : next_) attributes.push_back(ValuesFrom(type, first));
  return attributes;
}

bool RangeMerge::Add(v1::SearchEntry&& part, v1::SearchEntry& entry) {
  if (++parts_ > kMostParts) return false;
  std::map<std::string, int64_t> asked = std::exchange(next_, {});
  for (v1::Attribute& attribute : *part.mutable_attributes()) {
    const auto range = ParseValueRange(attribute.type());
    if (!range) continue;
    const auto found = asked.find(range->type);
    if (found == asked.end() || found->second != range->first) return false;
    if (range->last && attribute.values().empty() && attribute.text_values().empty()) return false;
    if (range->last) next_[range->type] = *range->last + 1;
    asked.erase(found);
    MoveAll(attribute, AttributeOf(entry, range->type));
  }
  return asked.empty();
}

}  // namespace dirlease
