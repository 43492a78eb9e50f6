#include "ldap/libldap/whole_message.h"

#include <gtest/gtest.h>

#include <string>

#include "support/raw_peer.h"

namespace dirlease {
namespace {

using testing::Message;
using testing::Tlv;

TEST(WholeMessageTest, TakesTheFirstAndSaysHowLongItIs) {
  const std::string first = Message(300, 0x64, "content", "controls");
  const std::string octets = first + Message(4, 0x65, "");
  const auto whole = FirstWholeMessage(octets);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->octets, first.size());
  EXPECT_EQ(whole->parts.message_id, 300);
  EXPECT_EQ(whole->parts.operation_tag, 0x64);
  EXPECT_EQ(whole->parts.operation, "content");
  EXPECT_EQ(whole->parts.controls, "controls");
}

TEST(WholeMessageTest, APartIsNone) {
  const std::string octets = Message(1, 0x64, std::string(200, 'x'), "controls");
  for (size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(FirstWholeMessage(std::string_view(octets).substr(0, size))) << size;
  }
  EXPECT_TRUE(FirstWholeMessage(octets));
}

TEST(WholeMessageTest, WhatIsNoMessageIsNone) {
  const std::string id = Tlv(0x02, "\x01");
  for (const std::string& octets :
       {Tlv(0x31, id + Tlv(0x64, "")), Tlv(0x30, ""), Tlv(0x30, id), Tlv(0x30, Tlv(0x04, "\x01")),
        Tlv(0x30, Tlv(0x02, "\x01\x01\x01\x01\x01") + Tlv(0x64, "")),
        Tlv(0x30, id + Tlv(0x64, "") + "x")}) {
    EXPECT_FALSE(FirstWholeMessage(octets));
  }
}

}  // namespace
}  // namespace dirlease
