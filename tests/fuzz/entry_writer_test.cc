// An entry as it goes onto the wire: what the generated class reads there is what the directory sent, and it would write
// the same octets. The first octet of the input chooses the value format, the rest is the entry.
#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "dirlease/v1/directory_service.pb.h"
#include "fuzz/fuzz_target.h"
#include "model/entry_decoder.h"
#include "rpc/entry_writer.h"

namespace dirlease::testing {
namespace {

constexpr int kEntries = v1::SearchResponse::kEntriesFieldNumber;

// The class leaves out an empty name; ours writes it, to the same effect.
bool HasEmptyName(const EntryView& entry) {
  for (const AttributeView& attribute : entry.attributes) {
    if (attribute.type.empty()) return true;
  }
  return entry.dn.empty();
}

v1::SearchResponse ReadBack(const WireMessage& message, const EntryView& entry) {
  v1::SearchResponse response;
  DIRLEASE_REQUIRE(response.ParseFromArray(message.octets().data(), static_cast<int>(message.size())));
  DIRLEASE_REQUIRE(HasEmptyName(entry) || response.SerializeAsString() == message.octets());
  return response;
}

void Compare(const EntryView& sent, const v1::SearchEntry& got) {
  DIRLEASE_REQUIRE(static_cast<size_t>(got.attributes_size()) == sent.attributes.size());
  if (IsValidUtf8(sent.dn)) DIRLEASE_REQUIRE(got.dn() == sent.dn || sent.dn.find('\0') != sent.dn.npos);
  for (size_t i = 0; i < sent.attributes.size(); ++i) {
    const v1::Attribute& attribute = got.attributes(static_cast<int>(i));
    if (IsValidUtf8(sent.attributes[i].type)) DIRLEASE_REQUIRE(attribute.type() == sent.attributes[i].type);
    const auto& values = attribute.text_values().empty() ? attribute.values() : attribute.text_values();
    DIRLEASE_REQUIRE(static_cast<size_t>(values.size()) == sent.attributes[i].values.size());
    DIRLEASE_REQUIRE(attribute.values().empty() || attribute.text_values().empty());
    DIRLEASE_REQUIRE(std::equal(values.begin(), values.end(), sent.attributes[i].values.begin()));
  }
}

}  // namespace

DIRLEASE_FUZZ_TARGET(entry_writer) {
  if (input.empty()) return;
  const ValueFormat format = input[0] % 2 == 0 ? ValueFormat::kBytes : ValueFormat::kText;
  EntryDecoder decoder;
  EntryView entry;
  if (!decoder.Decode(input.substr(1), entry) || !Fits(entry)) return;
  EntryWriter writer(kEntries, format);
  WireMessage whole;
  writer.Append(entry, whole);
  const v1::SearchResponse response = ReadBack(whole, entry);
  DIRLEASE_REQUIRE(response.entries_size() == 1);
  Compare(entry, response.entries(0));

  WireMessage pieces;
  for (EntryCutter cutter(writer, entry); !cutter.done();) cutter.Next(pieces);
  DIRLEASE_REQUIRE(ReadBack(pieces, entry).entries_size() >= 1);
  if (input.size() < kMostMessageOctets / 16) DIRLEASE_REQUIRE(pieces.octets() == whole.octets());
}

}  // namespace dirlease::testing
