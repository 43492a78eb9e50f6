// What LibldapHandle sends for the operations that write, octet by octet (RFC 4511 sections 4.6 to 4.9 and 4.12).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ldap/libldap/libldap_handle.h"
#include "ldap/libldap/libldap_init.h"
#include "support/raw_peer.h"

namespace dirlease {
namespace {

using testing::Tlv;

const std::string kBinary("\0\xff\x30\x84", 4);

class WriteRequestsTest : public ::testing::Test {
 protected:
  WriteRequestsTest() : initialised_(InitialiseLibldap()), handle_(peer_.OpenHandle()) {}
  ~WriteRequestsTest() override { handle_->Unbind(); }

  // The operation of the one request that was sent.
  std::string Sent(const LdapHandle::Sent& sent) {
    EXPECT_EQ(sent.error, 0);
    EXPECT_TRUE(handle_->Flush());
    const std::string message = peer_.Receive();
    const std::string id = Tlv(0x02, std::string(1, static_cast<char>(sent.message_id)));
    const size_t at = message.find(id);
    return at == std::string::npos ? "" : message.substr(at + id.size());
  }
  static std::string Attribute(std::string_view type, const std::vector<std::string>& values) {
    std::string set;
    for (const std::string& value : values) set += Tlv(0x04, value);
    return Tlv(0x30, Tlv(0x04, type) + Tlv(0x31, set));
  }
  static std::string Change(char operation, const std::string& attribute) {
    return Tlv(0x30, Tlv(0x0a, std::string(1, operation)) + attribute);
  }

  const bool initialised_;
  testing::RawPeer peer_;
  std::unique_ptr<LibldapHandle> handle_;
};

TEST_F(WriteRequestsTest, AddHasEachAttributeWithItsOctets) {
  const AddRequest request{"cn=a,dc=b", {{"cn", {"a", ""}}, {"photo;binary", {kBinary}}}};
  EXPECT_EQ(Sent(handle_->Add(request, {})),
            Tlv(0x68, Tlv(0x04, "cn=a,dc=b") +
                          Tlv(0x30, Attribute("cn", {"a", ""}) + Attribute("photo;binary", {kBinary}))));
}

TEST_F(WriteRequestsTest, ModifyKeepsKindsOrderAndEmptySets) {
  using Type = Modification::Type;
  const ModifyRequest request{"cn=a",
                              {{Type::kDelete, {"mail", {}}},
                               {Type::kAdd, {"mail", {"x", kBinary}}},
                               {Type::kReplace, {"sn", {}}},
                               {Type::kReplace, {"sn", {"y"}}},
                               {Type::kIncrement, {"uidNumber", {"-2"}}}}};
  EXPECT_EQ(Sent(handle_->Modify(request, {})),
            Tlv(0x66, Tlv(0x04, "cn=a") +
                          Tlv(0x30, Change(1, Attribute("mail", {})) +
                                        Change(0, Attribute("mail", {"x", kBinary})) +
                                        Change(2, Attribute("sn", {})) + Change(2, Attribute("sn", {"y"})) +
                                        Change(3, Attribute("uidNumber", {"-2"})))));
}

TEST_F(WriteRequestsTest, DeleteIsTheName) {
  EXPECT_EQ(Sent(handle_->Delete({"cn=a"}, {{"1.2.3", true, std::nullopt}})),
            Tlv(0x4a, "cn=a") + Tlv(0xa0, Tlv(0x30, Tlv(0x04, "1.2.3") + Tlv(0x01, "\xff"))));
}

TEST_F(WriteRequestsTest, ModifyDnKeepsAnAbsentAndAnEmptyParentApart) {
  const std::string names = Tlv(0x04, "cn=a,dc=b") + Tlv(0x04, "cn=c");
  const std::string no(1, '\0');
  EXPECT_EQ(Sent(handle_->ModifyDn({"cn=a,dc=b", "cn=c", true, std::nullopt}, {})),
            Tlv(0x6c, names + Tlv(0x01, "\xff")));
  EXPECT_EQ(Sent(handle_->ModifyDn({"cn=a,dc=b", "cn=c", false, ""}, {})),
            Tlv(0x6c, names + Tlv(0x01, no) + Tlv(0x80, "")));
  EXPECT_EQ(Sent(handle_->ModifyDn({"cn=a,dc=b", "cn=c", false, "dc=d"}, {})),
            Tlv(0x6c, names + Tlv(0x01, no) + Tlv(0x80, "dc=d")));
}

TEST_F(WriteRequestsTest, ExtendedKeepsAnAbsentAndAnEmptyValueApart) {
  EXPECT_EQ(Sent(handle_->Extended({"1.2.3", std::nullopt, ""}, {})), Tlv(0x77, Tlv(0x80, "1.2.3")));
  EXPECT_EQ(Sent(handle_->Extended({"1.2.3", Secret(""), ""}, {})),
            Tlv(0x77, Tlv(0x80, "1.2.3") + Tlv(0x81, "")));
  EXPECT_EQ(Sent(handle_->Extended({"1.2.3", Secret(kBinary), ""}, {})),
            Tlv(0x77, Tlv(0x80, "1.2.3") + Tlv(0x81, kBinary)));
}

TEST_F(WriteRequestsTest, ANulThatWouldCutANameIsRefused) {
  const std::string nul("cn=a\0b", 6);
  EXPECT_NE(handle_->Add({nul, {{"cn", {"a"}}}}, {}).error, 0);
  EXPECT_NE(handle_->Add({"cn=a", {{nul, {"a"}}}}, {}).error, 0);
  EXPECT_NE(handle_->Modify({nul, {}}, {}).error, 0);
  EXPECT_NE(handle_->Delete({nul}, {}).error, 0);
  EXPECT_NE(handle_->ModifyDn({"cn=a", nul, false, std::nullopt}, {}).error, 0);
  EXPECT_NE(handle_->ModifyDn({"cn=a", "cn=b", false, nul}, {}).error, 0);
  EXPECT_EQ(peer_.Receive(), "");
}

}  // namespace
}  // namespace dirlease
