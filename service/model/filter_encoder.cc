#include "model/filter_encoder.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/ber_writer.h"
#include "base/utf8.h"
#include "model/filter.h"
#include "model/filter_parser.h"
#include "model/filter_type.h"

namespace dirlease {

namespace {

constexpr uint8_t kAnd = 0xa0;
constexpr uint8_t kOr = 0xa1;
constexpr uint8_t kNot = 0xa2;
constexpr uint8_t kEqualityMatch = 0xa3;
constexpr uint8_t kSubstrings = 0xa4;
constexpr uint8_t kGreaterOrEqual = 0xa5;
constexpr uint8_t kLessOrEqual = 0xa6;
constexpr uint8_t kPresent = 0x87;
constexpr uint8_t kApproxMatch = 0xa8;
constexpr uint8_t kExtensibleMatch = 0xa9;

constexpr uint8_t kInitial = 0x80;
constexpr uint8_t kAny = 0x81;
constexpr uint8_t kFinal = 0x82;

constexpr uint8_t kMatchingRule = 0x81;
constexpr uint8_t kType = 0x82;
constexpr uint8_t kMatchValue = 0x83;
constexpr uint8_t kDnAttributes = 0x84;

std::string Unescaped(std::string_view value) {
  std::string octets;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\') {
      octets += value[i];
    } else {
      octets += static_cast<char>(HexValue(value[i + 1]) << 4 | HexValue(value[i + 2]));
      i += 2;
    }
  }
  return octets;
}

std::string Assertion(uint8_t tag, std::string_view type, std::string_view value) {
  return BerElement(tag, BerElement(kBerOctetString, type) + BerElement(kBerOctetString, Unescaped(value)));
}

std::string Substrings(std::string_view type, std::string_view value) {
  std::string parts;
  uint8_t tag = kInitial;
  for (bool last = false; !last; tag = kAny) {
    const size_t asterisk = value.find('*');
    last = asterisk == std::string_view::npos;
    const std::string_view part = value.substr(0, asterisk);
    if (!part.empty()) parts += BerElement(last ? kFinal : tag, Unescaped(part));
    if (!last) value.remove_prefix(asterisk + 1);
  }
  return BerElement(kSubstrings,
                    BerElement(kBerOctetString, type) + BerElement(kBerSequence, parts));
}

std::string ExtensibleMatch(std::string_view left, std::string_view value) {
  const ExtensibleMatchParts parts = SplitExtensibleMatch(left);
  std::string fields;
  if (!parts.rule.empty()) fields += BerElement(kMatchingRule, parts.rule);
  if (!parts.attribute.empty()) fields += BerElement(kType, parts.attribute);
  fields += BerElement(kMatchValue, Unescaped(value));
  if (parts.dn) fields += BerTrueElement(kDnAttributes);
  return BerElement(kExtensibleMatch, fields);
}

std::string Item(std::string_view item) {
  const size_t equals = item.find('=');
  const std::string_view value = item.substr(equals + 1);
  const std::string_view type = item.substr(0, equals - 1);  // before an operator of two characters
  switch (item[equals - 1]) {
    case ':': return ExtensibleMatch(type, value);
    case '~': return Assertion(kApproxMatch, type, value);
    case '>': return Assertion(kGreaterOrEqual, type, value);
    case '<': return Assertion(kLessOrEqual, type, value);
    default: break;
  }
  const std::string_view whole_type = item.substr(0, equals);
  if (value == "*") return BerElement(kPresent, whole_type);
  if (value.find('*') != std::string_view::npos) return Substrings(whole_type, value);
  return Assertion(kEqualityMatch, whole_type, value);
}

// Goes over a filter that was checked: parentheses match, and none stands in a value.
class FilterReader {
 public:
  explicit FilterReader(std::string_view filter) : rest_(filter) {}

  bool at_end_of_list() const { return rest_[0] == ')'; }
  void Skip(size_t count) { rest_.remove_prefix(count); }
  std::string_view rest() const { return rest_; }

  std::string_view TakeItem() {
    const size_t end = rest_.find(')');
    const std::string_view item = rest_.substr(1, end - 1);
    Skip(end + 1);
    return item;
  }

  std::string TakeFilter() {
    switch (rest_[1]) {
      case '&': return TakeList(kAnd);
      case '|': return TakeList(kOr);
      case '!': return TakeList(kNot);
      default: return Item(TakeItem());
    }
  }

 private:
  std::string TakeList(uint8_t tag) {
    std::string list;
    for (Skip(2); !at_end_of_list();) list += TakeFilter();
    Skip(1);
    return BerElement(tag, list);
  }

  std::string_view rest_;
};

// As a filter of its own, with where the caller's text begins in it.
std::pair<std::string, size_t> AsList(std::string_view filters) {
  const char* const kSpace = " \t\r\n";
  const std::string text(filters);
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string::npos || text[first] != '(') return {"(&(" + text + "))", 3};
  const size_t second = text.find_first_not_of(kSpace, first + 1);
  if (second == std::string::npos || text[second] != '(') return {"(&" + text + ")", 2};
  return {text.substr(0, first + 1) + "&" + text.substr(first + 1), 1};
}

bool IsSimple(std::string_view filter) {
  if (filter[1] == '&' || filter[1] == '|' || filter[1] == '!') return false;
  const size_t equals = filter.find('=');
  return filter[equals - 1] != ':' || !SplitExtensibleMatch(filter.substr(1, equals - 2)).dn;
}

}  // namespace

std::string EncodeFilter(std::string_view filter) { return FilterReader(filter).TakeFilter(); }

Outcome<std::string> EncodeMatchedValues(std::string_view filters) {
  if (filters.size() > kMaxFilterOctets) return InvalidField("filter", "longer than 64 KiB");
  if (!IsValidUtf8(filters)) return InvalidField("filter", "not UTF-8: write other octets as \\xx");
  const auto [text, offset] = AsList(filters);
  const std::vector<std::string> no_args;
  const Outcome<std::string> list = FilterParser(text, offset, no_args).Run();
  if (!list.ok()) return list.failure();
  FilterReader reader(list.value());
  std::string items;
  for (reader.Skip(2); !reader.at_end_of_list();) {
    if (!IsSimple(reader.rest())) {
      return InvalidField("filter", "holds '&', '|', '!' or ':dn': write plain items, \"((type=value)(type=value))\"");
    }
    items += Item(reader.TakeItem());
  }
  return BerElement(kBerSequence, items);
}

}  // namespace dirlease
