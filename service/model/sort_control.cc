#include "model/sort_control.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
constexpr uint8_t kOrderingRule = 0x80;
constexpr uint8_t kReverseOrder = 0x81;
constexpr uint8_t kAttributeType = 0x80;
}  // namespace

std::string EncodeSortKeys(const std::vector<SortKey>& keys) {
  std::string list;
  for (const SortKey& key : keys) {
    std::string fields = BerElement(kBerOctetString, key.attribute_type);
    if (!key.matching_rule.empty()) fields += BerElement(kOrderingRule, key.matching_rule);
    if (key.reverse) fields += BerTrueElement(kReverseOrder);
    list += BerElement(kBerSequence, fields);
  }
  return BerElement(kBerSequence, list);
}

std::optional<SortResult> DecodeSortResult(std::string_view value) {
  const auto fields = BerReader(value).NextIf(kBerSequence);
  if (!fields) return std::nullopt;
  BerReader reader(*fields);
  const auto code = reader.NextIntegerIf(kBerEnumerated);
  if (!code || *code < 0) return std::nullopt;
  return SortResult{*code, std::string(reader.NextIf(kAttributeType).value_or(""))};
}

}  // namespace dirlease
