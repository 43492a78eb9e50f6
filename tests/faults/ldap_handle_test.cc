// LibldapHandle against a peer that sends and reads what the test says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/ber_reader.h"
#include "ldap/libldap/libldap_handle.h"
#include "ldap/libldap/libldap_init.h"
#include "support/raw_peer.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::Message;
using testing::RawPeer;
using testing::ResultBody;
using testing::Tlv;

// What a test keeps of a response after its callback.
struct Seen {
  ResponseView::Kind kind = ResponseView::Kind::kResult;
  int message_id = 0;
  std::string dn, oid;
  std::vector<std::pair<std::string, std::vector<std::string>>> attributes;
  std::vector<std::string> uris;
  size_t octets = 0;
  LdapResult result;
  std::vector<Control> controls;
  std::optional<std::string> value;
};

Seen Keep(const ResponseView& response) {
  Seen seen;
  seen.kind = response.kind;
  seen.message_id = response.message_id;
  seen.oid = std::string(response.oid);
  if (response.value) seen.value = std::string(*response.value);
  if (response.result != nullptr) seen.result = *response.result;
  if (response.reference != nullptr)
    seen.uris.assign(response.reference->uris.begin(), response.reference->uris.end());
  if (response.intermediate != nullptr) seen.oid = std::string(response.intermediate->oid);
  if (response.entry == nullptr) return seen;
  seen.dn = std::string(response.entry->dn);
  seen.octets = response.entry->octets;
  seen.controls.assign(response.entry->controls.begin(), response.entry->controls.end());
  for (const AttributeView& attribute : response.entry->attributes) {
    seen.attributes.emplace_back(
        attribute.type, std::vector<std::string>(attribute.values.begin(), attribute.values.end()));
  }
  return seen;
}

std::string EntryBody(std::string_view dn, std::string_view type, std::vector<std::string> values) {
  std::string set;
  for (const std::string& value : values) set += Tlv(0x04, value);
  return Tlv(0x04, dn) + Tlv(0x30, Tlv(0x30, Tlv(0x04, type) + Tlv(0x31, set)));
}

SearchRequest SimpleSearch(std::string base = "dc=example") {
  SearchRequest request;
  request.base_dn = std::move(base);
  request.filter = "(objectClass=*)";
  return request;
}

class LdapHandleTest : public ::testing::Test {
 protected:
  LdapHandleTest() : initialised_(InitialiseLibldap()), handle_(peer_.OpenHandle()) {}
  ~LdapHandleTest() override {
    if (handle_ != nullptr) handle_->Unbind();
  }

  // Reads until nothing is left to read; the last answer that was not kNothing.
  LdapHandle::Next TakeAll() {
    LdapHandle::Next last = LdapHandle::Next::kNothing;
    for (;;) {
      if (!handle_->has_buffered_input() && handle_->Fill() != LdapHandle::Filled::kData)
        return last;
      const LdapHandle::Next next =
          handle_->TakeNext([this](const ResponseView& r) { seen_.push_back(Keep(r)); });
      if (next != LdapHandle::Next::kNothing) last = next;
      if (next == LdapHandle::Next::kBroken) return last;
    }
  }
  std::string Sent() {
    EXPECT_TRUE(handle_->Flush());
    return peer_.Receive();
  }
  int Search() { return handle_->Search(SimpleSearch(), {}).message_id; }

  const bool initialised_;
  RawPeer peer_;
  std::unique_ptr<LibldapHandle> handle_;
  std::vector<Seen> seen_;
};

TEST_F(LdapHandleTest, DecodesEntriesWithBinaryAndEmptyValues) {
  const int id = Search();
  const std::string binary("\0\xff\x30\x84", 4);
  const std::string control = Tlv(0x30, Tlv(0x04, "1.2.3") + Tlv(0x01, "\xff") + Tlv(0x04, ""));
  peer_.Send(Message(id, 0x64, EntryBody("cn=a", "photo;binary", {binary, ""}), control));
  peer_.Send(Message(id, 0x64, Tlv(0x04, "") + Tlv(0x30, "")));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kMessage);
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[0].kind, ResponseView::Kind::kEntry);
  EXPECT_EQ(seen_[0].message_id, id);
  EXPECT_EQ(seen_[0].dn, "cn=a");
  ASSERT_EQ(seen_[0].attributes.size(), 1u);
  EXPECT_EQ(seen_[0].attributes[0].first, "photo;binary");
  EXPECT_THAT(seen_[0].attributes[0].second, ElementsAre(binary, ""));
  EXPECT_EQ(seen_[0].octets, 4u + 12u + 4u);
  ASSERT_EQ(seen_[0].controls.size(), 1u);
  EXPECT_TRUE(seen_[0].controls[0].critical);
  EXPECT_EQ(seen_[0].controls[0].value, "");
  EXPECT_EQ(seen_[1].dn, "");
  EXPECT_TRUE(seen_[1].attributes.empty());
}

TEST_F(LdapHandleTest, DecodesReferencesIntermediatesAndResults) {
  const int id = Search();
  peer_.Send(Message(id, 0x73, Tlv(0x04, "ldap://a/") + Tlv(0x04, "ldap://b/")));
  peer_.Send(Message(id, 0x79, Tlv(0x80, "1.9") + Tlv(0x81, "v")));
  peer_.Send(Message(id, 0x65, ResultBody(10, "dc=m", "text") + Tlv(0xa3, Tlv(0x04, "ldap://c/"))));
  TakeAll();
  ASSERT_EQ(seen_.size(), 3u);
  EXPECT_THAT(seen_[0].uris, ElementsAre("ldap://a/", "ldap://b/"));
  EXPECT_EQ(seen_[1].kind, ResponseView::Kind::kIntermediate);
  EXPECT_EQ(seen_[1].oid, "1.9");
  EXPECT_EQ(seen_[2].kind, ResponseView::Kind::kResult);
  EXPECT_EQ(seen_[2].result.code, 10);
  EXPECT_EQ(seen_[2].result.matched_dn, "dc=m");
  EXPECT_EQ(seen_[2].result.diagnostic_message, "text");
  EXPECT_THAT(seen_[2].result.referrals, ElementsAre("ldap://c/"));
}

TEST_F(LdapHandleTest, ExtendedAnswerWithEmptyNameAndValue) {
  const int id = handle_->Extended({kWhoAmIOid, std::nullopt, ""}, {}).message_id;
  peer_.Send(Message(id, 0x78, ResultBody(0) + Tlv(0x8a, "") + Tlv(0x8b, "dn:cn=x")));
  TakeAll();
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].value, "dn:cn=x");
}

TEST_F(LdapHandleTest, NoticeWithEmptyOidIsToldAndKillsNobody) {
  peer_.Send(Message(0, 0x78, ResultBody(52) + Tlv(0x8a, "")));
  peer_.Send(Message(0, 0x78, ResultBody(52) + Tlv(0x8a, "1.3.6.1.4.1.1466.20036")));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kMessage);
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[0].kind, ResponseView::Kind::kUnsolicited);
  EXPECT_EQ(seen_[0].message_id, 0);
  EXPECT_EQ(seen_[0].oid, "");
  EXPECT_EQ(seen_[1].oid, "1.3.6.1.4.1.1466.20036");
  EXPECT_EQ(seen_[1].result.code, 52);
}

TEST_F(LdapHandleTest, FloodOfNoticesBreaksTheHandle) {
  for (int i = 0; i <= 100; ++i) peer_.Send(Message(0, 0x78, ResultBody(0) + Tlv(0x8a, "1.1")));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kBroken);
  EXPECT_EQ(seen_.size(), 100u);
}

TEST_F(LdapHandleTest, HugeLengthBreaksAtOnce) {
  Search();
  peer_.Send(std::string("\x30\x84\x7f\xff\xff\xff\x02\x01\x01", 9));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kBroken);
}

TEST_F(LdapHandleTest, GarbageBreaks) {
  Search();
  peer_.Send("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kBroken);
}

TEST_F(LdapHandleTest, WellFramedNonsenseBreaks) {
  const int id = Search();
  peer_.Send(Message(id, 0x64, Tlv(0x04, "cn=a") + Tlv(0x30, "\x30\x7f")));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kBroken);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(LdapHandleTest, BufferedDataIsTakenAfterTheDirectoryClosed) {
  const int id = Search();
  peer_.Send(Message(id, 0x64, EntryBody("cn=a", "cn", {"a"})) + Message(id, 0x65, ResultBody(0)));
  peer_.Close();
  TakeAll();
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[1].kind, ResponseView::Kind::kResult);
  EXPECT_EQ(handle_->Fill(), LdapHandle::Filled::kEof);
  Search();
  EXPECT_FALSE(handle_->Flush());
  EXPECT_EQ(handle_->Search(SimpleSearch(), {}).error, ldap_code::kServerDown);
}

TEST_F(LdapHandleTest, MessageLargerThanTheBufferArrivesInPiecesThatAreCounted) {
  const int id = Search();
  const std::string large(300'000, 'x');
  std::string_view rest;
  const std::string message = Message(id, 0x64, EntryBody("cn=a", "cn", {large}));
  rest = message;
  while (seen_.empty()) {
    rest.remove_prefix(peer_.SendSome(rest));
    TakeAll();
    if (seen_.empty()) {
      EXPECT_EQ(handle_->partial_message_octets(), message.size() - rest.size());
    }
  }
  EXPECT_THAT(seen_[0].attributes[0].second, ElementsAre(large));
  EXPECT_EQ(handle_->partial_message_octets(), 0u);
}

TEST_F(LdapHandleTest, ManyMessagesAcrossBufferEnds) {
  const int id = Search();
  std::string stream;
  for (int i = 0; i < 3000; ++i)
    stream += Message(id, 0x64, EntryBody("cn=" + std::to_string(i), "cn", {"value"}));
  std::string_view rest = stream;
  while (!rest.empty()) {
    rest.remove_prefix(peer_.SendSome(rest));
    TakeAll();
  }
  ASSERT_EQ(seen_.size(), 3000u);
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(seen_[i].dn, "cn=" + std::to_string(i));
}

TEST_F(LdapHandleTest, AbandonedAndUnknownMessagesAreDroppedAndNotCounted) {
  const int id = Search();
  EXPECT_TRUE(handle_->Abandon(id));
  for (int i = 0; i < 10; ++i) peer_.Send(Message(id, 0x64, EntryBody("cn=late", "cn", {"a"})));
  peer_.Send(Message(id, 0x65, ResultBody(0)) + Message(9999, 0x65, ResultBody(0)));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kSkipped);
  EXPECT_TRUE(seen_.empty());
  EXPECT_EQ(handle_->partial_message_octets(), 0u);
}

// What the peer received, by operation tag; fails the test where it is no well-formed stream.
std::vector<int> OperationTags(std::string_view stream) {
  std::vector<int> tags;
  for (BerReader reader(stream); !reader.at_end();) {
    const auto message = reader.Next();
    if (!message || message->tag != 0x30) {
      ADD_FAILURE() << "not an LDAPMessage after " << tags.size();
      return tags;
    }
    BerReader parts(message->content);
    parts.Next();
    const auto operation = parts.Next();
    tags.push_back(operation ? operation->tag : -1);
  }
  return tags;
}

TEST_F(LdapHandleTest, WhatIsAskedGoesOutTogether) {
  Search();
  Search();
  EXPECT_EQ(peer_.Receive(), "");
  EXPECT_EQ(OperationTags(Sent()), std::vector<int>({0x63, 0x63}));
}

TEST_F(LdapHandleTest, PeerThatDoesNotReadBlocksNothingAndGetsWholeMessages) {
  const SearchRequest request = SimpleSearch("ou=" + std::string(20'000, 'x'));
  std::vector<int> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(handle_->Search(request, {}).message_id);
  EXPECT_GT(handle_->unsent_octets(), 0u);
  EXPECT_TRUE(handle_->Abandon(ids.front()));
  EXPECT_TRUE(handle_->Abandon(ids.back()));
  std::string stream;
  while (handle_->unsent_octets() > 0) {
    stream += peer_.Receive();
    EXPECT_TRUE(handle_->Flush());
  }
  UniqueFd socket = handle_->Unbind();
  handle_.reset();
  EXPECT_TRUE(socket.valid());
  stream += peer_.Receive();
  const std::vector<int> tags = OperationTags(stream);
  ASSERT_EQ(tags.size(), 53u);
  EXPECT_EQ(std::count(tags.begin(), tags.end(), 0x63), 50);
  EXPECT_EQ(std::count(tags.begin(), tags.end(), 0x50), 2);
  EXPECT_EQ(tags.back(), 0x42);
}

TEST_F(LdapHandleTest, UnbindOfAStuckConnectionReturns) {
  const SearchRequest request = SimpleSearch("ou=" + std::string(20'000, 'x'));
  for (int i = 0; i < 50; ++i) handle_->Search(request, {});
  EXPECT_TRUE(handle_->Unbind().valid());
  handle_.reset();
}

TEST_F(LdapHandleTest, SearchIsSentAsAsked) {
  SearchRequest request = SimpleSearch();
  request.scope = Scope::kSubordinates;
  request.deref_aliases = DerefAliases::kFinding;
  request.size_limit = 7;
  request.time_limit_seconds = 9;
  request.types_only = true;
  request.attributes = {"cn", "1.1"};
  handle_->Search(request, {});
  handle_->Search(SimpleSearch(), {});
  const std::string limits =
      Tlv(0x0a, "\3") + Tlv(0x0a, "\2") + Tlv(0x02, "\7") + Tlv(0x02, "\t") + Tlv(0x01, "\xff");
  const std::string none(1, '\0');
  const std::string no_limits =
      Tlv(0x0a, "\2") + Tlv(0x0a, none) + Tlv(0x02, none) + Tlv(0x02, none) + Tlv(0x01, none);
  const std::string stream = Sent();
  EXPECT_NE(stream.find(Tlv(0x04, "dc=example") + limits), std::string::npos);
  EXPECT_NE(stream.find(Tlv(0x30, Tlv(0x04, "cn") + Tlv(0x04, "1.1"))), std::string::npos);
  EXPECT_NE(stream.find(Tlv(0x04, "dc=example") + no_limits), std::string::npos);
}

TEST_F(LdapHandleTest, WhatLibldapCannotEncodeIsRefusedAndTheHandleGoesOn) {
  SearchRequest request = SimpleSearch();
  request.filter = "(broken";
  EXPECT_NE(handle_->Search(request, {}).error, 0);
  request.filter = std::string("(cn=a\0b)", 8);
  EXPECT_NE(handle_->Search(request, {}).error, 0);
  EXPECT_NE(handle_->Extended({"", std::nullopt, ""}, {}).error, 0);
  EXPECT_EQ(Sent(), "");
  const int id = Search();
  peer_.Send(Message(id, 0x65, ResultBody(0)));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kMessage);
}

TEST_F(LdapHandleTest, ControlsKeepAbsentAndEmptyValuesApart) {
  handle_->Compare({"cn=a", "cn", "v"}, {{"1.2.3", true, std::nullopt}, {"1.2.4", false, ""}});
  EXPECT_NE(Sent().find(Tlv(0xa0, Tlv(0x30, Tlv(0x04, "1.2.3") + Tlv(0x01, "\xff")) +
                                               Tlv(0x30, Tlv(0x04, "1.2.4") + Tlv(0x04, "")))),
            std::string::npos);
}

TEST_F(LdapHandleTest, BindSendsNameAndPasswordAndAnonymousSendsNone) {
  handle_->Bind({"cn=admin", Secret("pa\\ss"), {}});
  handle_->Bind({"", Secret(), {}});
  const std::string stream = Sent();
  EXPECT_NE(stream.find(Tlv(0x60, Tlv(0x02, "\3") + Tlv(0x04, "cn=admin") + Tlv(0x80, "pa\\ss"))),
            std::string::npos);
  EXPECT_NE(stream.find(Tlv(0x60, Tlv(0x02, "\3") + Tlv(0x04, "") + Tlv(0x80, ""))),
            std::string::npos);
}

TEST_F(LdapHandleTest, AnAnswerToAnotherRequestThanWasSentBreaks) {
  const int search = Search();
  peer_.Send(Message(search, 0x6b, ResultBody(0)));  // DelResponse
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kBroken);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(LdapHandleTest, EntriesForWhatIsNoSearchBreak) {
  const int id = handle_->Delete({"cn=a"}, {}).message_id;
  peer_.Send(Message(id, 0x79, Tlv(0x80, "1.9")));  // allowed: any operation may have them
  peer_.Send(Message(id, 0x64, EntryBody("cn=a", "cn", {"a"})));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kBroken);
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].kind, ResponseView::Kind::kIntermediate);
}

TEST_F(LdapHandleTest, EachRequestTakesItsOwnAnswer) {
  const AddRequest add{"cn=a", {{"cn", {"a"}}}};
  const ModifyRequest modify{"cn=a", {{Modification::Type::kDelete, {"cn", {}}}}};
  peer_.Send(Message(handle_->Bind({"", Secret(), {}}).message_id, 0x61, ResultBody(0)));
  peer_.Send(Message(Search(), 0x65, ResultBody(0)));
  peer_.Send(Message(handle_->Compare({"cn=a", "cn", "v"}, {}).message_id, 0x6f, ResultBody(6)));
  peer_.Send(Message(handle_->Add(add, {}).message_id, 0x69, ResultBody(0)));
  peer_.Send(Message(handle_->Modify(modify, {}).message_id, 0x67, ResultBody(0)));
  peer_.Send(Message(handle_->Delete({"cn=a"}, {}).message_id, 0x6b, ResultBody(0)));
  peer_.Send(Message(handle_->ModifyDn({"cn=a", "cn=b", true, std::nullopt}, {}).message_id, 0x6d, ResultBody(0)));
  peer_.Send(Message(handle_->Extended({"1.2.3", std::nullopt, ""}, {}).message_id, 0x78, ResultBody(0)));
  EXPECT_EQ(TakeAll(), LdapHandle::Next::kMessage);
  EXPECT_EQ(seen_.size(), 8u);
}

// Whole ones are taken in place, split ones by libldap.
TEST_F(LdapHandleTest, EntriesComeInOrderWhereverTheInputIsCut) {
  const auto stream = [](int id) {
    std::string octets;
    for (const char* dn : {"cn=a", "cn=b", "cn=c"}) {
      octets += Message(id, 0x64, EntryBody(dn, "cn", {"value"}));
    }
    return octets + Message(id, 0x65, ResultBody(0));
  };
  const size_t size = stream(1).size();
  for (size_t cut = 1; cut < size; ++cut) {
    SCOPED_TRACE(cut);
    const std::string octets = stream(Search());
    ASSERT_EQ(octets.size(), size);
    seen_.clear();
    peer_.Send(octets.substr(0, cut));
    EXPECT_NE(TakeAll(), LdapHandle::Next::kBroken);
    peer_.Send(octets.substr(cut));
    EXPECT_EQ(TakeAll(), LdapHandle::Next::kMessage);
    ASSERT_EQ(seen_.size(), 4u);
    EXPECT_EQ(seen_[0].dn + seen_[1].dn + seen_[2].dn, "cn=acn=bcn=c");
    EXPECT_EQ(handle_->partial_message_octets(), 0u);
  }
}

TEST_F(LdapHandleTest, CallbackMayUnbind) {
  const int id = Search();
  peer_.Send(Message(id, 0x64, EntryBody("cn=a", "cn", {"a"})));
  ASSERT_EQ(handle_->Fill(), LdapHandle::Filled::kData);
  handle_->TakeNext([this](const ResponseView& response) {
    handle_->Unbind();
    seen_.push_back(Keep(response));
  });
  handle_.reset();
  EXPECT_EQ(seen_[0].dn, "cn=a");
}

}  // namespace
}  // namespace dirlease
