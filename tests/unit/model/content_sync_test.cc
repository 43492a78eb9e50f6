// RFC 4533's values: what we send octet by octet, what directories send, and what nobody may send.
#include "model/content_sync.h"

#include <gtest/gtest.h>

#include <random>

#include "base/ber_reader.h"
#include "support/ber.h"

namespace dirlease {
namespace {

namespace ber = testing::ber;
using Mode = SyncRequestValue::Mode;
using State = SyncState::State;
using Kind = SyncInfo::Kind;

const std::string kUuid(16, 'u');
const std::string kOtherUuid(16, '\0');

std::string Sequence(const std::string& content) { return ber::Element(ber::kSequence, content); }
std::string Octets(std::string_view content) { return ber::Element(ber::kOctetString, content); }
std::string Enumerated(int value) { return ber::Element(0x0a, std::string(1, static_cast<char>(value))); }
std::string Boolean(int octet) { return ber::Element(0x01, std::string(1, static_cast<char>(octet))); }

TEST(ContentSyncTest, ARequestIsItsModeAloneWhenNothingElseIsSaid) {
  EXPECT_EQ(EncodeSyncRequest({.mode = Mode::kRefreshOnly, .cookie = {}}), "\x30\x03\x0a\x01\x01");
  EXPECT_EQ(EncodeSyncRequest({.mode = Mode::kRefreshAndPersist, .cookie = {}}), "\x30\x03\x0a\x01\x03");
}

TEST(ContentSyncTest, ARequestCarriesCookieAndHint) {
  EXPECT_EQ(EncodeSyncRequest({.mode = Mode::kRefreshOnly, .cookie = "c1", .reload_hint = true}),
            "\x30\x0a\x0a\x01\x01\x04\x02"
            "c1\x01\x01\xff");
}

TEST(ContentSyncTest, ARequestSaysWhetherItPersists) {
  EXPECT_TRUE(AsksToPersist(EncodeSyncRequest({.mode = Mode::kRefreshAndPersist, .cookie = "c", .reload_hint = true})));
  EXPECT_FALSE(AsksToPersist(EncodeSyncRequest({.mode = Mode::kRefreshOnly, .cookie = {}})));
  for (const char* none : {"", "\x30", "\x30\x02\x0a\x01", "persist"}) EXPECT_FALSE(AsksToPersist(none));
}

TEST(ContentSyncTest, AStateHasAnEntryAndPerhapsACookie) {
  const std::string plain = Sequence(Enumerated(1) + Octets(kUuid));
  const auto state = DecodeSyncState(plain);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->state, State::kAdd);
  EXPECT_EQ(state->entry_uuid, kUuid);
  EXPECT_EQ(state->cookie, "");
  const std::string cookie = Sequence(Enumerated(3) + Octets(kOtherUuid) + Octets("csn=1"));
  const auto with_cookie = DecodeSyncState(cookie);
  ASSERT_TRUE(with_cookie);
  EXPECT_EQ(with_cookie->state, State::kDelete);
  EXPECT_EQ(with_cookie->entry_uuid, kOtherUuid);
  EXPECT_EQ(with_cookie->cookie, "csn=1");
}

TEST(ContentSyncTest, ComponentsThatNobodyKnowsAreIgnored) {
  EXPECT_TRUE(DecodeSyncState(Sequence(Enumerated(0) + Octets(kUuid) + ber::Element(0x85, "new"))));
  EXPECT_TRUE(DecodeSyncDone(Sequence(Octets("c") + Boolean(0) + ber::Element(0x85, "new"))));
}

TEST(ContentSyncTest, WhatIsNoState) {
  for (const std::string& value :
       {std::string(), std::string("\x30"), Sequence(""), Sequence(Enumerated(1)),
        Sequence(Enumerated(4) + Octets(kUuid)), Sequence(Enumerated(-1) + Octets(kUuid)),
        Sequence(ber::Element(0x0a, "") + Octets(kUuid)), Sequence(Enumerated(1) + Octets("too short")),
        Sequence(Enumerated(1) + Octets(kUuid + "x")), Sequence(Octets(kUuid) + Enumerated(1)),
        Sequence(Enumerated(1) + Octets(kUuid) + "\x04\x7f"), Sequence(Enumerated(1) + Octets(kUuid) + "\x85"),
        Sequence(Enumerated(1) + Octets(kUuid)) + "x", Octets(kUuid)}) {
    EXPECT_FALSE(DecodeSyncState(value)) << ::testing::PrintToString(value);
  }
}

TEST(ContentSyncTest, ADoneValueMayBeEmpty) {
  const auto empty = DecodeSyncDone(Sequence(""));
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->cookie, "");
  EXPECT_FALSE(empty->refresh_deletes);
  const std::string full = Sequence(Octets("c") + Boolean(0x01));  // TRUE need not be 0xff in BER
  ASSERT_TRUE(DecodeSyncDone(full));
  EXPECT_EQ(DecodeSyncDone(full)->cookie, "c");
  EXPECT_TRUE(DecodeSyncDone(full)->refresh_deletes);
  EXPECT_TRUE(DecodeSyncDone(Sequence(Boolean(0xff)))->refresh_deletes);
}

TEST(ContentSyncTest, WhatIsNoDoneValue) {
  for (const std::string& value : {std::string(), std::string("c"), Sequence("\x04\x05"), Sequence("\x01\x00"),
                                   Sequence(ber::Element(0x01, "two")), Sequence("") + Sequence("")}) {
    EXPECT_FALSE(DecodeSyncDone(value)) << ::testing::PrintToString(value);
  }
}

TEST(ContentSyncTest, EachKindOfInfo) {
  const std::string new_cookie = ber::Element(0x80, "csn=2");
  auto info = DecodeSyncInfo(new_cookie);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->kind, Kind::kNewCookie);
  EXPECT_EQ(info->cookie, "csn=2");

  info = DecodeSyncInfo(ber::Element(0xa1, ""));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->kind, Kind::kRefreshDelete);
  EXPECT_TRUE(info->refresh_done) << "the default";

  const std::string present = ber::Element(0xa2, Octets("c") + Boolean(0));
  info = DecodeSyncInfo(present);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->kind, Kind::kRefreshPresent);
  EXPECT_EQ(info->cookie, "c");
  EXPECT_FALSE(info->refresh_done);
}

TEST(ContentSyncTest, ASetOfIds) {
  const std::string value =
      ber::Element(0xa3, Octets("c") + Boolean(0xff) + ber::Element(0x31, Octets(kUuid) + Octets(kOtherUuid)));
  const auto info = DecodeSyncInfo(value);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->kind, Kind::kIdSet);
  EXPECT_TRUE(info->refresh_deletes);
  BerReader reader(info->entry_uuids);
  EXPECT_EQ(reader.NextIf(ber::kOctetString), kUuid);
  EXPECT_EQ(reader.NextIf(ber::kOctetString), kOtherUuid);
  EXPECT_TRUE(reader.at_end());
  EXPECT_TRUE(DecodeSyncInfo(ber::Element(0xa3, ber::Element(0x31, "")))) << "it may be empty";
}

TEST(ContentSyncTest, WhatIsNoInfo) {
  for (const std::string& value :
       {std::string(), ber::Element(0x84, "x"), Sequence(""), ber::Element(0x80, "c") + "x", std::string("\xa3\x82\xff"),
        ber::Element(0xa1, "\x04\x09"), ber::Element(0xa2, ber::Element(0x01, "")), ber::Element(0xa3, ""),
        ber::Element(0xa3, ber::Element(0x31, Octets("short"))), ber::Element(0xa3, ber::Element(0x31, Boolean(1))),
        ber::Element(0xa3, ber::Element(0x30, Octets(kUuid)))}) {
    EXPECT_FALSE(DecodeSyncInfo(value)) << ::testing::PrintToString(value);
  }
}

// Whatever octets come, decoding ends, and what it gives lies within them.
TEST(ContentSyncTest, DamagedValuesAreReadWithinTheirBounds) {
  std::mt19937 random(4533);
  const std::string samples[] = {
      Sequence(Enumerated(2) + Octets(kUuid) + Octets("cookie")), Sequence(Octets("cookie") + Boolean(1)),
      ber::Element(0xa3, Octets("c") + Boolean(1) + ber::Element(0x31, Octets(kUuid) + Octets(kOtherUuid)))};
  const auto within = [](std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = samples[random() % 3];
    for (unsigned hits = 1 + random() % 3; hits > 0; --hits) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    damaged.resize(random() % (damaged.size() + 1));
    if (const auto state = DecodeSyncState(damaged)) {
      ASSERT_TRUE(within(state->cookie, damaged));
    }
    if (const auto done = DecodeSyncDone(damaged)) {
      ASSERT_TRUE(within(done->cookie, damaged));
    }
    if (const auto info = DecodeSyncInfo(damaged)) {
      ASSERT_TRUE(within(info->entry_uuids, damaged));
    }
  }
}

}  // namespace
}  // namespace dirlease
