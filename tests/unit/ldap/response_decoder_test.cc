// The pure parts that read what a directory sends: whatever the octets are, they neither crash nor
// read past the end.
#include "ldap/libldap/response_decoder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "ldap/libldap/message_framing.h"
#include "support/raw_peer.h"

namespace dirlease {
namespace {

using testing::Message;
using testing::ResultBody;
using testing::Tlv;

TEST(BerReaderTest, ReadsShortAndLongLengths) {
  const std::string octets = Tlv(0x04, "") + Tlv(0x04, std::string(200, 'x'));
  BerReader reader(octets);
  EXPECT_EQ(reader.NextIf(0x04), "");
  EXPECT_FALSE(reader.NextIf(0x30));
  EXPECT_EQ(reader.Next()->content.size(), 200u);
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.Next());
}

TEST(BerReaderTest, RefusesIndefiniteTruncatedAndOversizedLengths) {
  for (const std::string octets :
       {"\x04", "\x04\x01", "\x04\x80", "\x04\x82\x01", "\x04\x85\x01\x01\x01\x01\x01",
        "\x04\x84\xff\xff\xff\xff", "\x1f\x01x"}) {
    EXPECT_FALSE(BerReader(octets).Next());
  }
}

TEST(BerReaderTest, IntegersKeepTheirSign) {
  EXPECT_EQ(BerInteger(std::string(1, '\0')), 0);
  EXPECT_EQ(BerInteger("\x41\x0e"), 16654);
  EXPECT_EQ(BerInteger("\xff"), -1);
  EXPECT_FALSE(BerInteger(""));
  EXPECT_FALSE(BerInteger("12345"));
}

TEST(MessageFramingTest, CountsWhatIsUnfinishedHoweverItIsCut) {
  const std::string stream =
      Message(1, 0x64, std::string(70'000, 'x')) + Message(2, 0x65, ResultBody(0));
  const size_t first = Message(1, 0x64, std::string(70'000, 'x')).size();
  for (const size_t piece : {1, 2, 3, 8, 64, 4096}) {
    MessageFraming framing;
    for (size_t at = 0; at < stream.size(); at += piece) {
      framing.Consume(std::string_view(stream).substr(at, piece));
      const size_t passed = std::min(at + piece, stream.size());
      const size_t expected = passed == stream.size() ? 0
                              : passed < first        ? passed
                                                      : passed - first;
      ASSERT_EQ(framing.partial_octets(), expected) << piece << " " << passed;
    }
    EXPECT_FALSE(framing.broken());
  }
}

TEST(MessageFramingTest, SeesAForeignProtocolAtItsFirstOctet) {
  MessageFraming framing;
  framing.Consume("HTTP");
  EXPECT_TRUE(framing.broken());
}

TEST(ResponseDecoderTest, ResultCodesAreOpenEnded) {
  ResponseDecoder decoder;
  const std::string body =
      Tlv(0x0a, "\x41\x0e") + Tlv(0x04, "") + Tlv(0x04, std::string("a\0b", 3));
  const ResponseView* view = decoder.Decode({1, 0x65, body, {}});
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->result->code, 16654);
  EXPECT_EQ(view->result->diagnostic_message, std::string("a\0b", 3));
}

std::string Repeated(const std::string& element, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += element;
  return all;
}

bool Decodes(uint8_t tag, const std::string& operation, const std::string& controls = "") {
  return ResponseDecoder().Decode({1, tag, operation, controls}) != nullptr;
}

// 16 MiB of empty elements would cost seconds and gigabytes.
TEST(ResponseDecoderTest, MessagesOfTooManyElementsAreRefused) {
  const std::string empty = Tlv(0x04, "");
  const auto entry = [&](const std::string& attributes) { return empty + Tlv(0x30, attributes); };
  const auto values = [&](size_t count) {
    return Tlv(0x30, Tlv(0x04, "cn") + Tlv(0x31, Repeated(empty, count)));
  };
  EXPECT_TRUE(Decodes(0x64, entry(values(ResponseDecoder::kMostValues))));
  EXPECT_FALSE(Decodes(0x64, entry(values(ResponseDecoder::kMostValues + 1))));
  EXPECT_TRUE(Decodes(0x64, entry(Repeated(values(0), ResponseDecoder::kMostAttributes))));
  EXPECT_FALSE(Decodes(0x64, entry(Repeated(values(0), ResponseDecoder::kMostAttributes + 1))));
  EXPECT_FALSE(Decodes(0x73, Repeated(empty, ResponseDecoder::kMostUris + 1)));
  const auto referral = [&](size_t count) {
    return ResultBody(10) + Tlv(0xa3, Repeated(empty, count));
  };
  EXPECT_TRUE(Decodes(0x65, referral(ResponseDecoder::kMostUris)));
  EXPECT_FALSE(Decodes(0x65, referral(ResponseDecoder::kMostUris + 1)));
  const std::string control = Tlv(0x30, Tlv(0x04, "1.2"));
  EXPECT_TRUE(Decodes(0x65, ResultBody(0), Repeated(control, ResponseDecoder::kMostControls)));
  EXPECT_FALSE(Decodes(0x65, ResultBody(0), Repeated(control, ResponseDecoder::kMostControls + 1)));
}

TEST(ResponseDecoderTest, ResultsOfMegaoctetsAreRefused) {
  const std::string long_text = Tlv(0x04, std::string(300 * 1024, 'x'));
  EXPECT_FALSE(Decodes(0x65, Tlv(0x0a, std::string(1, '\0')) + long_text + Tlv(0x04, "")));
  EXPECT_FALSE(Decodes(0x65, Tlv(0x0a, std::string(1, '\0')) + Tlv(0x04, "") + long_text));
  EXPECT_FALSE(Decodes(0x65, ResultBody(10) + Tlv(0xa3, long_text)));
}

TEST(ResponseDecoderTest, AControlsValueWithoutRoomIsDroppedAndTheResultStands) {
  const auto control = [](size_t octets) {
    return Tlv(0x30, Tlv(0x04, "1.2") + Tlv(0x01, "\xff") + Tlv(0x04, std::string(octets, 'x')));
  };
  const std::string body = ResultBody(0);
  const std::string controls = control(ResponseDecoder::kMostControlsOctets) + control(500'000) + control(500'000) +
                               control(500'000) + control(0) + Tlv(0x30, Tlv(0x04, "1.2"));
  ResponseDecoder decoder;
  const ResponseView* view = decoder.Decode({1, 0x69, body, controls});
  ASSERT_NE(view, nullptr);
  std::string seen;
  for (const Control& one : view->result->controls) {
    seen += one.value_dropped ? 'd' : one.value ? 'v' : '-';
    EXPECT_FALSE(one.value_dropped && (one.value || !one.critical));
  }
  EXPECT_EQ(seen, "dvvdv-");
  const std::string name = Tlv(0x30, Tlv(0x04, std::string(ResponseDecoder::kMostControlsOctets + 1, '1')));
  EXPECT_EQ(decoder.Decode({1, 0x69, body, name}), nullptr);
}

TEST(ResponseDecoderTest, WhatNoServerSendsIsRefused) {
  EXPECT_FALSE(Decodes(0x60, ResultBody(0))) << "a BindRequest";
  EXPECT_FALSE(Decodes(0x63, ResultBody(0))) << "a SearchRequest";
  EXPECT_FALSE(Decodes(0x65, Tlv(0x0a, "\xff") + Tlv(0x04, "") + Tlv(0x04, ""))) << "libldap's own code";
}

TEST(ResponseDecoderTest, NothingIsLeftOverFromTheMessageBefore) {
  ResponseDecoder decoder;
  const std::string control = Tlv(0x30, Tlv(0x04, "1.2"));
  const std::string full =
      ResultBody(10, "m", "t") + Tlv(0xa3, Tlv(0x04, "ldap://a/")) + Tlv(0x8a, "1.1");
  ASSERT_NE(decoder.Decode({1, 0x78, full, control}), nullptr);
  const std::string bare = ResultBody(0);
  const ResponseView* view = decoder.Decode({2, 0x65, bare, {}});
  ASSERT_NE(view, nullptr);
  EXPECT_TRUE(view->oid.empty());
  EXPECT_TRUE(view->result->matched_dn.empty());
  EXPECT_TRUE(view->result->referrals.empty());
  EXPECT_TRUE(view->result->controls.empty());
}

TEST(ResponseDecoderTest, DamagedMessagesAreRefusedOrReadButNeverHarm) {
  const std::string entry =
      Tlv(0x04, "cn=a") + Tlv(0x30, Tlv(0x30, Tlv(0x04, "cn") + Tlv(0x31, Tlv(0x04, "v"))));
  const std::string controls = Tlv(0x30, Tlv(0x04, "1.2.3") + Tlv(0x01, "\xff") + Tlv(0x04, "v"));
  std::mt19937 random(4511);
  ResponseDecoder decoder;
  for (int round = 0; round < 20'000; ++round) {
    // Copies of exact size, so that a sanitizer sees any step past the end.
    std::string body =
        round % 2 ? entry : ResultBody(0, "dc=m", "text") + Tlv(0xa3, Tlv(0x04, "ldap://a/"));
    std::string damaged_controls = controls;
    body[random() % body.size()] = static_cast<char>(random());
    damaged_controls[random() % damaged_controls.size()] = static_cast<char>(random());
    body.resize(random() % (body.size() + 1));
    body.shrink_to_fit();
    for (const int tag : {0x64, 0x65, 0x73, 0x78, 0x79}) {
      decoder.Decode({1, static_cast<uint8_t>(tag), body, damaged_controls});
    }
  }
}

}  // namespace
}  // namespace dirlease
