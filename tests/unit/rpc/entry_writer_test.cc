#include "rpc/entry_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/ber_writer.h"
#include "dirlease/v1/directory_service.pb.h"
#include "model/entry_decoder.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

struct OwnedEntry {
  std::string dn = "cn=a";
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
};

std::string BerOf(const OwnedEntry& owned) {
  std::string attributes;
  for (const auto& [type, values] : owned.attributes) {
    std::string set;
    for (const std::string& value : values) set += BerElement(kBerOctetString, value);
    attributes += BerElement(kBerSequence, BerElement(kBerOctetString, type) + BerElement(kBerSet, set));
  }
  return BerElement(kBerOctetString, owned.dn) + BerElement(kBerSequence, attributes);
}

// Calls `use` with a view of it, as it comes from a directory.
template <typename Use>
void With(const OwnedEntry& owned, Use use) {
  const std::string octets = BerOf(owned);
  EntryDecoder decoder;
  EntryView view;
  ASSERT_TRUE(decoder.Decode(octets, view));
  use(view);
}

constexpr int kField = v1::SearchResponse::kEntriesFieldNumber;

// The one entry that was written there.
v1::SearchEntry Parsed(const WireMessage& message) {
  v1::SearchResponse response;
  EXPECT_TRUE(response.ParseFromArray(message.octets().data(), static_cast<int>(message.size())));
  EXPECT_EQ(response.entries_size(), 1);
  // Exactly as protobuf itself would have written it.
  EXPECT_EQ(response.SerializeAsString(), message.octets());
  return response.entries(0);
}

v1::SearchEntry Written(const OwnedEntry& owned, ValueFormat format = ValueFormat::kBytes) {
  WireMessage out;
  EntryWriter writer(kField, format);
  With(owned, [&](const EntryView& entry) { writer.Append(entry, out); });
  return Parsed(out);
}

std::vector<v1::SearchEntry> Cut(const OwnedEntry& owned, ValueFormat format = ValueFormat::kBytes) {
  std::vector<v1::SearchEntry> pieces;
  EntryWriter writer(kField, format);
  With(owned, [&](const EntryView& entry) {
    for (EntryCutter cutter(writer, entry); !cutter.done();) {
      WireMessage piece;
      cutter.Next(piece);
      pieces.push_back(Parsed(piece));
    }
  });
  return pieces;
}

const std::string kBinary("\0\xff\x30", 3);

TEST(EntryWriter, BytesAreKeptAsTheyAre) {
  const auto entry = Written({.attributes = {{"photo", {kBinary, "", "text"}}}});
  EXPECT_THAT(entry.attributes(0).values(), ElementsAre(kBinary, "", "text"));
  EXPECT_EQ(entry.attributes(0).text_values_size(), 0);
}

TEST(EntryWriter, ValuesOfEveryLengthKeepTheirNeighbours) {
  std::vector<std::string> values;
  for (const size_t length : {0, 1, 127, 128, 255, 256, 65536, 127, 2}) values.emplace_back(length, 'v');
  const auto entry = Written({.attributes = {{"cn", {"a", std::string(127, 'b')}}, {"description", values}, {"sn", {"c"}}}});
  EXPECT_THAT(entry.attributes(0).values(), ElementsAre("a", std::string(127, 'b')));
  EXPECT_THAT(entry.attributes(1).values(), ElementsAreArray(values));
  EXPECT_THAT(entry.attributes(2).values(), ElementsAre("c"));
}

// RFC 4511 section 5.1 lets lengths be longer than they need be; Active Directory's are.
TEST(EntryWriter, LongHeadersOfShortValuesAreRead) {
  const std::string set = BerElement(kBerOctetString, "a") + std::string("\x04\x84\0\0\0\x01", 6) + "b" +
                          BerElement(kBerOctetString, "c");
  const std::string octets =
      BerElement(kBerOctetString, "cn=a") +
      BerElement(kBerSequence,
                 BerElement(kBerSequence, BerElement(kBerOctetString, "cn") + BerElement(kBerSet, set)));
  EntryDecoder decoder;
  EntryView view;
  ASSERT_TRUE(decoder.Decode(octets, view));
  WireMessage out;
  EntryWriter(kField, ValueFormat::kBytes).Append(view, out);
  EXPECT_THAT(Parsed(out).attributes(0).values(), ElementsAre("a", "b", "c"));
}

TEST(EntryWriter, TextComesAsTextWhereEveryValueIsUtf8) {
  const auto entry =
      Written({.attributes = {{"cn", {"Zoë", "b"}}, {"photo", {"text", kBinary}}}}, ValueFormat::kText);
  EXPECT_THAT(entry.attributes(0).text_values(), ElementsAre("Zoë", "b"));
  EXPECT_EQ(entry.attributes(0).values_size(), 0);
  EXPECT_THAT(entry.attributes(1).values(), ElementsAre("text", kBinary));
  EXPECT_EQ(entry.attributes(1).text_values_size(), 0);
}

TEST(EntryWriter, AttributesWithoutValuesKeepTheirType) {
  const auto entry = Written({.attributes = {{"cn", {}}}});
  EXPECT_EQ(entry.attributes(0).type(), "cn");
  EXPECT_EQ(entry.attributes(0).values_size(), 0);
}

TEST(EntryWriter, ADnThatIsNotUtf8IsEscapedAsRfc4514Says) {
  EXPECT_EQ(Written({.dn = "cn=Zo\xeb"}).dn(), "cn=Zo\\eb");
}

TEST(EntryWriter, AnAttributeTypeThatIsNotUtf8IsMended) {
  EXPECT_EQ(Written({.attributes = {{"c\xff", {"a"}}}}).attributes(0).type(), "c\uFFFD");
}

TEST(EntryWriter, ControlsTravelWithTheEntry) {
  const std::vector<Control> controls{{"1.2.3", true, "v"}, {"1.2.4", false, std::nullopt}};
  WireMessage out;
  EntryWriter(kField, ValueFormat::kBytes).Append({.dn = "cn=a", .attributes = {}, .controls = controls}, out);
  const auto entry = Parsed(out);
  ASSERT_EQ(entry.controls_size(), 2);
  EXPECT_EQ(entry.controls(0).oid(), "1.2.3");
  EXPECT_TRUE(entry.controls(0).critical());
  EXPECT_EQ(entry.controls(0).value(), "v");
  EXPECT_EQ(entry.controls(1).oid(), "1.2.4");
}

TEST(EntryWriter, EntriesOfOneMessageStayApart) {
  WireMessage out;
  EntryWriter writer(kField, ValueFormat::kBytes);
  for (const char* dn : {"cn=1", "cn=2"}) {
    With({.dn = dn, .attributes = {{"cn", {std::string(200, dn[3])}}}},
         [&](const EntryView& entry) { writer.Append(entry, out); });
  }
  v1::SearchResponse response;
  ASSERT_TRUE(response.ParseFromArray(out.octets().data(), static_cast<int>(out.size())));
  ASSERT_EQ(response.entries_size(), 2);
  EXPECT_EQ(response.entries(1).dn(), "cn=2");
  EXPECT_EQ(response.entries(1).attributes(0).values(0), std::string(200, '2'));
}

TEST(EntryWriter, AWholeEntryIsNotContinued) { EXPECT_FALSE(Written({}).continued()); }

TEST(EntryCutter, ASmallEntryIsOnePiece) {
  const auto pieces = Cut({.attributes = {{"cn", {"a"}}}});
  ASSERT_EQ(pieces.size(), 1u);
  EXPECT_FALSE(pieces[0].continued());
}

TEST(EntryCutter, EveryPieceButTheLastIsContinuedAndBelowTheLimit) {
  const std::string value(400 * 1024, 'x');
  const auto pieces = Cut({.attributes = {{"a", {value, value, value}}, {"b", {value, value}}}});
  ASSERT_GT(pieces.size(), 1u);
  int values = 0;
  for (const auto& piece : pieces) {
    EXPECT_EQ(piece.dn(), "cn=a");
    EXPECT_EQ(piece.continued(), &piece != &pieces.back());
    EXPECT_LE(piece.ByteSizeLong(), kMostMessageOctets + 1024);
    for (const auto& attribute : piece.attributes()) values += attribute.values_size();
  }
  EXPECT_EQ(values, 5);
}

TEST(EntryCutter, AValueLargerThanAPieceStandsAlone) {
  const std::string huge(3 * 1024 * 1024, 'x');
  const auto pieces = Cut({.attributes = {{"a", {"1", huge, "2"}}}});
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_EQ(pieces[1].attributes(0).values(0).size(), huge.size());
}

TEST(EntryCutter, PiecesOfOneAttributeAgreeOnTheFormat) {
  const std::string text(700 * 1024, 'x');
  const auto pieces = Cut({.attributes = {{"a", {text, text, kBinary}}}}, ValueFormat::kText);
  for (const auto& piece : pieces) EXPECT_EQ(piece.attributes(0).text_values_size(), 0);
}

TEST(EntryCutter, AttributesWithoutValuesSurviveTheCut) {
  const std::string value(900 * 1024, 'x');
  const auto pieces = Cut({.attributes = {{"a", {value}}, {"empty", {}}, {"b", {value}}}});
  int empty = 0;
  for (const auto& piece : pieces) {
    for (const auto& attribute : piece.attributes()) empty += attribute.type() == "empty" ? 1 : 0;
  }
  EXPECT_EQ(empty, 1);
}

TEST(EntryWriter, OnlyValuesBeyondEveryMessageDoNotFit) {
  const std::string fits(kMostValueOctets, 'x');
  With({.attributes = {{"a", {fits, fits}}}}, [](const EntryView& e) { EXPECT_TRUE(Fits(e)); });
  With({.attributes = {{"a", {"1", fits + "x"}}}}, [](const EntryView& e) { EXPECT_FALSE(Fits(e)); });
}

// They stand in every piece of a cut entry: without a bound a megabyte would become gigabytes.
TEST(EntryWriter, WhatStandsInEveryPieceHasToBeSmall) {
  const std::string long_name(kMostNameOctets + 1, 'x');
  With({.dn = long_name}, [](const EntryView& e) { EXPECT_FALSE(Fits(e)); });
  With({.attributes = {{long_name, {"1"}}}}, [](const EntryView& e) { EXPECT_FALSE(Fits(e)); });
  const std::vector<Control> controls{{"1.2", false, long_name}};
  EXPECT_FALSE(Fits({.dn = "cn=a", .attributes = {}, .controls = controls}));
}

TEST(EntryCutter, AttributesWithoutValuesAreCutToo) {
  std::vector<std::pair<std::string, std::vector<std::string>>> types;
  for (int i = 0; i < 300; ++i) types.emplace_back(std::string(10'000, 'a'), std::vector<std::string>{});
  const auto pieces = Cut({.attributes = types});
  int attributes = 0;
  for (const auto& piece : pieces) {
    EXPECT_LT(piece.ByteSizeLong(), kMostMessageOctets + 64 * 1024);
    attributes += piece.attributes_size();
  }
  EXPECT_EQ(attributes, 300);
  EXPECT_GT(pieces.size(), 2u);
}

}  // namespace
}  // namespace dirlease
