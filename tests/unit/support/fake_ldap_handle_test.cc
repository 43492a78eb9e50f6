#include "support/fake_ldap_handle.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace dirlease::testing {
namespace {

using ::testing::ElementsAre;

class FakeLdapHandleTest : public ::testing::Test {
 protected:
  ~FakeLdapHandleTest() override {
    if (peer_->unbinds() == 0) handle_->Unbind();
  }
  // The kind of the next message, and its DN, URI, OID or code.
  std::string Take() {
    std::string seen = "nothing";
    const LdapHandle::Next next = handle_->TakeNext([&](const ResponseView& response) {
      if (response.entry != nullptr) seen = "entry " + std::string(response.entry->dn);
      if (response.reference != nullptr) {
        seen = "reference " + std::string(response.reference->uris[0]);
      }
      if (response.intermediate != nullptr) {
        seen = "intermediate " + std::string(response.intermediate->oid);
      }
      if (response.result != nullptr) {
        seen = (response.kind == ResponseView::Kind::kUnsolicited ? "unsolicited " : "result ") +
               std::to_string(response.result->code);
      }
    });
    return next == LdapHandle::Next::kBroken ? "broken" : seen;
  }

  std::shared_ptr<FakeLdapPeer> peer_ = std::make_shared<FakeLdapPeer>();
  std::unique_ptr<FakeLdapHandle> handle_ = std::make_unique<FakeLdapHandle>(peer_);
};

TEST_F(FakeLdapHandleTest, RecordsRequestsInOrderWithFreshMessageIds) {
  handle_->Bind({.name = "cn=a", .password = Secret("x"), .controls = {}});
  handle_->Search({}, {{.oid = "1.2", .critical = true, .value = "v"}});
  handle_->Compare({}, {});
  handle_->Extended({"1.3", std::nullopt, ""}, {});
  handle_->Abandon(2);
  EXPECT_THAT(peer_->history(),
              ElementsAre("bind 1", "search 2", "compare 3", "extended 4", "abandon 2"));
  EXPECT_EQ(std::get<SentBind>(peer_->requests()[0].body).name, "cn=a");
  EXPECT_EQ(peer_->requests()[1].controls[0].oid, "1.2");
  EXPECT_THAT(peer_->abandoned(), ElementsAre(2));
  EXPECT_THAT(peer_->outstanding(), ElementsAre(1, 3, 4));
}

TEST_F(FakeLdapHandleTest, ServesChunksOneMessageAtATime) {
  const int id = handle_->Search({}, {}).message_id;
  peer_->Queue({EntryMessage(id, "cn=1"), ReferenceMessage(id, {"ldap://b"})});
  peer_->Queue({IntermediateMessage(id, "1.5", "x"), ResultMessage(id, 4)});
  EXPECT_FALSE(handle_->has_buffered_input());
  EXPECT_EQ(handle_->Fill(), LdapHandle::Filled::kData);
  EXPECT_EQ(Take(), "entry cn=1");
  EXPECT_EQ(Take(), "reference ldap://b");
  EXPECT_FALSE(handle_->has_buffered_input());
  EXPECT_EQ(Take(), "nothing");
  EXPECT_EQ(handle_->Fill(), LdapHandle::Filled::kData);
  EXPECT_EQ(Take(), "intermediate 1.5");
  EXPECT_EQ(Take(), "result 4");
  EXPECT_EQ(handle_->Fill(), LdapHandle::Filled::kWouldBlock);
  EXPECT_THAT(peer_->outstanding(), ElementsAre());
}

TEST_F(FakeLdapHandleTest, EntriesCarryAllTheirValues) {
  const int id = handle_->Search({}, {}).message_id;
  peer_->Queue(EntryMessage(id, "cn=1", {{"cn", {"1", "one"}}, {"empty", {}}}));
  handle_->Fill();
  handle_->TakeNext([](const ResponseView& response) {
    ASSERT_EQ(response.entry->attributes.size(), 2u);
    EXPECT_EQ(response.entry->attributes[0].type, "cn");
    EXPECT_THAT(response.entry->attributes[0].values, ElementsAre("1", "one"));
    EXPECT_TRUE(response.entry->attributes[1].values.empty());
    EXPECT_EQ(response.entry->octets, 4u + 2 + 4 + 5);
  });
}

TEST_F(FakeLdapHandleTest, DropsWhatComesForAnAbandonedOrUnknownId) {
  const int id = handle_->Search({}, {}).message_id;
  handle_->Abandon(id);
  peer_->Queue({EntryMessage(id, "cn=1"), ResultMessage(99)});
  handle_->Fill();
  EXPECT_EQ(Take(), "nothing");
  EXPECT_TRUE(handle_->has_buffered_input());
  EXPECT_EQ(Take(), "nothing");
  EXPECT_FALSE(handle_->has_buffered_input());
}

TEST_F(FakeLdapHandleTest, ScriptsTheStreamsEnds) {
  peer_->Queue({UnsolicitedMessage("1.3.6.1.4.1.1466.20036", {}), PartialMessage(70'000)});
  peer_->Queue(BrokenMessage());
  handle_->Fill();
  EXPECT_EQ(Take(), "unsolicited 0");
  EXPECT_EQ(Take(), "nothing");
  EXPECT_EQ(handle_->partial_message_octets(), 70'000u);
  handle_->Fill();
  EXPECT_EQ(Take(), "broken");
}

TEST_F(FakeLdapHandleTest, TheEndOfTheStreamStays) {
  peer_->QueueEof();
  EXPECT_EQ(handle_->Fill(), LdapHandle::Filled::kEof);
  EXPECT_EQ(handle_->Fill(), LdapHandle::Filled::kEof);
}

TEST_F(FakeLdapHandleTest, ScriptsWhatFails) {
  const int id = handle_->Search({}, {}).message_id;
  peer_->FailSends();
  EXPECT_EQ(handle_->Search({}, {}).error, ldap_code::kServerDown);
  peer_->FailAbandons();
  EXPECT_FALSE(handle_->Abandon(id));
  peer_->FailFlushes();
  EXPECT_FALSE(handle_->Flush());
  EXPECT_THAT(peer_->history(), ElementsAre("search 1", "abandon 1"));
}

TEST_F(FakeLdapHandleTest, HoldsOutputBackUntilItIsOpened) {
  peer_->BlockOutput(500);
  EXPECT_TRUE(handle_->Flush());
  EXPECT_EQ(handle_->unsent_octets(), 500u);
  peer_->OpenOutput();
  EXPECT_TRUE(handle_->Flush());
  EXPECT_EQ(handle_->unsent_octets(), 0u);
}

TEST_F(FakeLdapHandleTest, ARequestHookMayAnswerAtOnce) {
  peer_->OnRequest([](FakeLdapPeer& peer, const SentRequest& request) {
    peer.Queue(ResultMessage(request.message_id, 49));
  });
  handle_->Bind({});
  handle_->Fill();
  EXPECT_EQ(Take(), "result 49");
}

TEST_F(FakeLdapHandleTest, PumpInputSignalsWhileChunksAreWanted) {
  ManualEventLoop loop;
  int reads = 0;
  peer_->Queue(ResultMessage(1));
  peer_->Queue(ResultMessage(1));
  auto watch = loop.Watch(handle_->fd(), EPOLLIN, [&](uint32_t) {
    ++reads;
    handle_->Fill();
    Take();
  });
  PumpInput(loop, *peer_);
  EXPECT_EQ(reads, 2);
  watch->SetInterest(0);
  peer_->Queue(ResultMessage(1));
  PumpInput(loop, *peer_);
  EXPECT_EQ(reads, 2);
}

TEST_F(FakeLdapHandleTest, CatchesMisuse) {
  const int id = handle_->Search({}, {}).message_id;
  peer_->Queue({ResultMessage(id), ResultMessage(id)});
  handle_->Fill();
  EXPECT_NONFATAL_FAILURE(handle_->Fill(), "Fill while input is still buffered");
  EXPECT_EQ(Take(), "result 0");
  EXPECT_NONFATAL_FAILURE(handle_->Abandon(id), "not outstanding");
  handle_->Unbind();
  EXPECT_NONFATAL_FAILURE(handle_->Search({}, {}), "Search after Unbind");
  EXPECT_NONFATAL_FAILURE(handle_->Unbind(), "Unbind after Unbind");
}

TEST(FakeLdapHandle, CountsHandlesAndThoseThatWereNeverUnbound) {
  const int live = FakeLdapHandle::LiveCount();
  const int lost = FakeLdapHandle::DestroyedWithoutUnbind();
  auto handle = std::make_unique<FakeLdapHandle>(std::make_shared<FakeLdapPeer>());
  EXPECT_EQ(FakeLdapHandle::LiveCount(), live + 1);
  EXPECT_NONFATAL_FAILURE(handle.reset(), "destroyed without Unbind");
  EXPECT_EQ(FakeLdapHandle::LiveCount(), live);
  EXPECT_EQ(FakeLdapHandle::DestroyedWithoutUnbind(), lost + 1);
}

TEST(FakeLdapHandle, WithASocketUnbindGivesItBackAndThePeerCloses) {
  auto peer = std::make_shared<FakeLdapPeer>(FakeLdapPeer::Descriptor::kSocket);
  FakeLdapHandle handle(peer);
  char octet;
  EXPECT_EQ(read(handle.fd(), &octet, 1), -1);
  peer->Queue(ResultMessage(1));
  EXPECT_EQ(handle.Fill(), LdapHandle::Filled::kData);
  const UniqueFd socket = handle.Unbind();
  ASSERT_TRUE(socket.valid());
  EXPECT_EQ(read(socket.get(), &octet, 1), 0);
}

}  // namespace
}  // namespace dirlease::testing
