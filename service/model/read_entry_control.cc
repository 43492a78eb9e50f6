#include "model/read_entry_control.h"

#include "base/ber_reader.h"
#include "base/ber_writer.h"

namespace dirlease {

namespace {
constexpr uint8_t kSearchResultEntry = 0x64;
}

std::string EncodeAttributeSelection(const std::vector<std::string>& attributes) {
  std::string list;
  for (const std::string& attribute : attributes) list += BerElement(kBerOctetString, attribute);
  return BerElement(kBerSequence, list);
}

// Some directories send a plain SEQUENCE.
std::optional<std::string_view> ReadEntryContent(std::string_view value) {
  const auto entry = BerReader(value).Next();
  if (!entry || (entry->tag != kSearchResultEntry && entry->tag != kBerSequence)) return std::nullopt;
  return entry->content;
}

}  // namespace dirlease
