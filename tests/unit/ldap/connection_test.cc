// One connection over a scripted handle: places, abandons, flow control, loss and the one unbind.
#include "ldap/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <vector>

#include "support/fake_ldap_handle.h"
#include "support/manual_event_loop.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::EntryMessage;
using testing::FakeLdapHandle;
using testing::FakeLdapPeer;
using testing::FakeMessage;
using testing::ManualEventLoop;
using testing::PumpInput;
using testing::ResultMessage;

struct RecordingExchange final : Connection::Exchange {
  void OnResponse(const ResponseView& response) override {
    kinds.push_back(response.kind);
    if (on_response) on_response(response);
  }
  void OnConnectionLost(const LdapResult& last_word) override { lost.push_back(last_word); }

  std::vector<ResponseView::Kind> kinds;
  std::vector<LdapResult> lost;
  std::function<void(const ResponseView&)> on_response;
};

struct RecordingObserver final : Connection::Observer {
  void OnPlaceFree() override { ++places; }
  void OnConnectionLost(const LdapResult& last_word) override { lost.push_back(last_word); }

  int places = 0;
  std::vector<LdapResult> lost;
};

class ConnectionTest : public ::testing::Test {
 protected:
  static constexpr size_t kBudget = 64 * 1024;
  static constexpr size_t kLarge = 20'000;  // of a message that may be parked

  ConnectionTest() {
    connection_ = std::make_unique<Connection>(loop_, budget_,
                                               std::make_unique<FakeLdapHandle>(peer_), observer_);
  }
  ~ConnectionTest() override {
    Close(connection_);
    EXPECT_EQ(peer_->unbinds(), 1);
    EXPECT_EQ(FakeLdapHandle::LiveCount(), 0);
    EXPECT_EQ(loop_.live_timers(), 0u);
    EXPECT_EQ(loop_.live_watches(), 0u);
    EXPECT_EQ(budget_.used(), 0u);
  }

  void Close(std::unique_ptr<Connection>& connection) {
    for (const int id : open_ids_) connection->Forget(id);
    if (!connection->closed()) connection->Unbind();
    loop_.RunUntilIdle();
    connection.reset();
    loop_.RunUntilIdle();
  }
  // Sends a search; its message id.
  int Search(Connection::Exchange& exchange) {
    const LdapHandle::Sent sent = connection_->Send(
        exchange, [](LdapHandle& handle) { return handle.Search(SearchRequest{}, {}); });
    EXPECT_EQ(sent.error, 0);
    open_ids_.push_back(sent.message_id);
    return sent.message_id;
  }
  uint32_t Interest() const { return loop_.InterestOf(peer_->fd()).value_or(0); }
  void Pump() { PumpInput(loop_, *peer_); }

  ManualEventLoop loop_;
  ByteBudget budget_{kBudget};
  std::shared_ptr<FakeLdapPeer> peer_ = std::make_shared<FakeLdapPeer>();
  RecordingObserver observer_;
  RecordingExchange exchange_;
  std::unique_ptr<Connection> connection_;
  std::vector<int> open_ids_;
};

TEST_F(ConnectionTest, HandsEachResponseToItsExchange) {
  RecordingExchange other;
  const int id = Search(exchange_);
  const int other_id = Search(other);
  peer_->Queue({EntryMessage(other_id, "cn=b"), EntryMessage(id, "cn=a"), ResultMessage(other_id)});
  Pump();
  EXPECT_THAT(exchange_.kinds, ElementsAre(ResponseView::Kind::kEntry));
  EXPECT_THAT(other.kinds, ElementsAre(ResponseView::Kind::kEntry, ResponseView::Kind::kResult));
}

TEST_F(ConnectionTest, UnknownIdsAreDropped) {
  Search(exchange_);
  peer_->Queue({EntryMessage(77, "cn=lie"), ResultMessage(77)});
  Pump();
  EXPECT_THAT(exchange_.kinds, IsEmpty());
  EXPECT_FALSE(connection_->closed());
}

TEST_F(ConnectionTest, AnAbandonedExchangeHearsNothingMore) {
  const int id = Search(exchange_);
  connection_->Abandon(id);
  peer_->Queue({EntryMessage(id, "cn=late"), ResultMessage(id)});
  Pump();
  EXPECT_THAT(exchange_.kinds, IsEmpty());
  EXPECT_THAT(peer_->abandoned(), ElementsAre(id));
}

TEST_F(ConnectionTest, ASecondAbandonIsNotSent) {
  const int id = Search(exchange_);
  connection_->Abandon(id);
  connection_->Abandon(id);
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(ConnectionTest, AnswersBehindAnAbandonInTheSameChunkAreDropped) {
  const int id = Search(exchange_);
  exchange_.on_response = [&](const ResponseView&) { connection_->Abandon(id); };
  peer_->Queue({EntryMessage(id, "cn=1"), EntryMessage(id, "cn=2"), ResultMessage(id)});
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
}

TEST_F(ConnectionTest, ExecutesEightAtMost) {
  for (size_t i = 1; i < Connection::kMostExecuting; ++i) Search(exchange_);
  EXPECT_TRUE(connection_->has_place());
  Search(exchange_);
  EXPECT_FALSE(connection_->has_place());
}

TEST_F(ConnectionTest, AFinalResultFreesItsPlaceAndTellsSo) {
  for (size_t i = 0; i < Connection::kMostExecuting; ++i) Search(exchange_);
  peer_->Queue(ResultMessage(open_ids_[3]));
  Pump();
  EXPECT_TRUE(connection_->has_place());
  EXPECT_EQ(observer_.places, 1);
}

TEST_F(ConnectionTest, AnAbandonedPlaceIsKeptUntilALaterReply) {
  for (size_t i = 0; i < Connection::kMostExecuting; ++i) Search(exchange_);
  connection_->Abandon(open_ids_[0]);
  EXPECT_FALSE(connection_->has_place());
  peer_->Queue(EntryMessage(open_ids_[1], "cn=later"));
  Pump();
  EXPECT_TRUE(connection_->has_place());
  EXPECT_EQ(observer_.places, 1);
}

TEST_F(ConnectionTest, AnAbandonedPlaceIsKeptAHundredMillisecondsAtMost) {
  for (size_t i = 0; i < Connection::kMostExecuting; ++i) Search(exchange_);
  connection_->Abandon(open_ids_[0]);
  loop_.Advance(absl::Milliseconds(99));
  EXPECT_FALSE(connection_->has_place());
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(connection_->has_place());
  EXPECT_EQ(observer_.places, 1);
}

TEST_F(ConnectionTest, ALateReplyToTheAbandonedOneDoesNotFreeItsPlace) {
  for (size_t i = 0; i < Connection::kMostExecuting; ++i) Search(exchange_);
  connection_->Abandon(open_ids_[0]);
  peer_->Queue(EntryMessage(open_ids_[0], "cn=late"));
  Pump();
  EXPECT_FALSE(connection_->has_place());
}

TEST_F(ConnectionTest, WhatOnlyWaitsAtTheDirectoryTakesNoPlace) {
  std::vector<int> ids;
  while (connection_->has_place()) ids.push_back(Search(exchange_));
  connection_->ReleasePlace(ids[0]);
  connection_->ReleasePlace(ids[0]);
  loop_.RunUntilIdle();
  EXPECT_TRUE(connection_->has_place());
  EXPECT_EQ(observer_.places, 1);
  ids.push_back(Search(exchange_));
  EXPECT_FALSE(connection_->has_place()) << "one place, however often it was released";
  // It still hears, and has none to keep when it is abandoned, or to give back when it ends.
  peer_->Queue(EntryMessage(ids[0], "cn=changed"));
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
  connection_->Abandon(ids[0]);
  peer_->Queue(ResultMessage(ids[1]));
  Pump();
  EXPECT_TRUE(connection_->has_place());
  Search(exchange_);
  EXPECT_FALSE(connection_->has_place());
}

TEST_F(ConnectionTest, NobodysPlaceIsNotReleased) {
  while (connection_->has_place()) Search(exchange_);
  connection_->ReleasePlace(4711);
  loop_.RunUntilIdle();
  EXPECT_FALSE(connection_->has_place());
}

TEST_F(ConnectionTest, MuchUnsentOutputTakesAllPlacesUntilItLeft) {
  peer_->BlockOutput(Connection::kMostUnsentOctets + 1);
  Search(exchange_);
  EXPECT_FALSE(connection_->has_place());
  loop_.RunUntilIdle();
  EXPECT_TRUE(Interest() & EPOLLOUT);
  peer_->OpenOutput();
  loop_.Signal(peer_->fd(), EPOLLOUT);
  loop_.RunUntilIdle();
  EXPECT_TRUE(connection_->has_place());
  EXPECT_EQ(observer_.places, 1);
  EXPECT_FALSE(Interest() & EPOLLOUT);
}

TEST_F(ConnectionTest, APausedConnectionTakesNothing) {
  const int id = Search(exchange_);
  connection_->Pause();
  peer_->Queue(EntryMessage(id, "cn=1"));
  Pump();
  EXPECT_EQ(peer_->fills(), 0u);
  EXPECT_FALSE(Interest() & EPOLLIN);
  connection_->Resume();
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
}

TEST_F(ConnectionTest, PausesAreCounted) {
  const int id = Search(exchange_);
  peer_->Queue(EntryMessage(id, "cn=1"));
  connection_->Pause();
  connection_->Pause();
  connection_->Resume();
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 0u);
  connection_->Resume();
}

TEST_F(ConnectionTest, APauseStopsWithinAChunkAndResumeGoesOnWithIt) {
  const int id = Search(exchange_);
  exchange_.on_response = [&](const ResponseView&) {
    exchange_.on_response = nullptr;
    connection_->Pause();
  };
  peer_->Queue({EntryMessage(id, "cn=1"), EntryMessage(id, "cn=2")});
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
  connection_->Resume();
  loop_.RunUntilIdle();
  EXPECT_EQ(exchange_.kinds.size(), 2u);
}

TEST_F(ConnectionTest, AHangUpWhilePausedIsToldOnceAndReadAfterwards) {
  const int id = Search(exchange_);
  connection_->Pause();
  peer_->Queue(ResultMessage(id));
  peer_->QueueEof();
  EXPECT_TRUE(loop_.Signal(peer_->fd(), EPOLLHUP));
  EXPECT_FALSE(loop_.Signal(peer_->fd(), EPOLLHUP)) << "a level-triggered loop would spin";
  connection_->Resume();
  loop_.RunUntilIdle();
  EXPECT_THAT(exchange_.kinds, ElementsAre(ResponseView::Kind::kResult));
  EXPECT_EQ(observer_.lost.size(), 1u);
}

TEST_F(ConnectionTest, AHangUpWhilePausedIsFoundBehindManyMessages) {
  const int id = Search(exchange_);
  connection_->Pause();
  // As many as are taken in a turn: nothing is buffered then, and nobody watches the socket.
  peer_->Queue(std::vector<FakeMessage>(128, EntryMessage(id, "cn=1")));
  peer_->QueueEof();
  loop_.Signal(peer_->fd(), EPOLLHUP);
  connection_->Resume();
  loop_.RunUntilIdle();
  EXPECT_EQ(exchange_.kinds.size(), 128u);
  EXPECT_EQ(observer_.lost.size(), 1u);
}

TEST_F(ConnectionTest, ATurnTakesABoundedNumberOfMessages) {
  const int id = Search(exchange_);
  peer_->Queue(std::vector<FakeMessage>(1000, EntryMessage(id, "cn=1")));
  loop_.Signal(peer_->fd(), EPOLLIN);
  EXPECT_LE(exchange_.kinds.size(), 128u);
  loop_.RunUntilIdle();
  EXPECT_EQ(exchange_.kinds.size(), 1000u);
}

TEST_F(ConnectionTest, LossIsToldToEachExchangeOnceThenToTheObserver) {
  RecordingExchange other;
  Search(exchange_);
  Search(other);
  peer_->QueueEof();
  Pump();
  EXPECT_EQ(exchange_.lost.size(), 1u);
  EXPECT_EQ(other.lost.size(), 1u);
  ASSERT_EQ(observer_.lost.size(), 1u);
  EXPECT_EQ(observer_.lost[0].code, ldap_code::kServerDown);
  EXPECT_EQ(peer_->CountOf("abandon"), 0u);
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(ConnectionTest, ASocketErrorAndAStreamThatIsNoLdapAreLossesToo) {
  Search(exchange_);
  peer_->Queue(testing::BrokenMessage());
  Pump();
  EXPECT_EQ(exchange_.lost.size(), 1u);
  EXPECT_TRUE(connection_->closed());
}

TEST_F(ConnectionTest, AFailedFlushLosesTheConnection) {
  peer_->BlockOutput(1);
  Search(exchange_);
  peer_->FailFlushes();
  loop_.Signal(peer_->fd(), EPOLLOUT);
  loop_.RunUntilIdle();
  EXPECT_EQ(exchange_.lost.size(), 1u);
}

TEST_F(ConnectionTest, NoticeOfDisconnectionCarriesTheDirectorysWord) {
  Search(exchange_);
  LdapResult notice;
  notice.code = ldap_code::kUnavailable;
  notice.diagnostic_message = "going down for backup";
  peer_->Queue(testing::UnsolicitedMessage("1.3.6.1.4.1.1466.20036", notice));
  Pump();
  ASSERT_EQ(exchange_.lost.size(), 1u);
  EXPECT_EQ(exchange_.lost[0].code, ldap_code::kUnavailable);
  EXPECT_EQ(exchange_.lost[0].diagnostic_message, "going down for backup");
}

TEST_F(ConnectionTest, OtherUnsolicitedNotificationsAreIgnored) {
  Search(exchange_);
  peer_->Queue(testing::UnsolicitedMessage("1.2.3", {}));
  Pump();
  EXPECT_FALSE(connection_->closed());
}

TEST_F(ConnectionTest, AFailedAbandonLosesTheConnectionInALaterTurn) {
  RecordingExchange other;
  const int id = Search(exchange_);
  Search(other);
  peer_->FailAbandons();
  connection_->Abandon(id);
  EXPECT_FALSE(connection_->closed());
  loop_.RunUntilIdle();
  EXPECT_THAT(exchange_.lost, IsEmpty());
  EXPECT_EQ(other.lost.size(), 1u);
}

TEST_F(ConnectionTest, UnbindWithinACallbackIsSafe) {
  const int id = Search(exchange_);
  exchange_.on_response = [&](const ResponseView&) { connection_->Unbind(); };
  peer_->Queue({ResultMessage(id), ResultMessage(id)});
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
  EXPECT_EQ(peer_->unbinds(), 1);
}

TEST_F(ConnectionTest, TellsWhenTheSocketIsClosed) {
  connection_->Unbind();
  bool told = false;
  connection_->WhenSocketClosed([&] { told = true; });
  EXPECT_FALSE(told);
  loop_.Advance(absl::Seconds(1));
  EXPECT_TRUE(told);
}

// Memory is scarce, and somebody else is the one who may go on with a large message.
class ScarceMemoryTest : public ConnectionTest, private ByteBudget::Reader {
 protected:
  ScarceMemoryTest() {
    budget_.Charge(kBudget + 1);
    EXPECT_TRUE(budget_.MayRead(this, kLarge));
  }
  ~ScarceMemoryTest() override {
    budget_.Forget(this);
    if (!freed_) FreeMemory();
  }
  void FreeMemory() {
    freed_ = true;
    budget_.Refund(kBudget + 1);
  }

 private:
  void OnBudgetFree() override {}
  bool freed_ = false;
};

TEST_F(ScarceMemoryTest, SmallMessagesPass) {
  const int id = Search(exchange_);
  peer_->Queue(EntryMessage(id, "cn=1"));
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
}

TEST_F(ScarceMemoryTest, ALargeMessageIsParkedAndTheRefundSetsItReadingAgain) {
  const int id = Search(exchange_);
  peer_->Queue(testing::PartialMessage(kLarge));
  Pump();
  peer_->Queue(EntryMessage(id, "cn=1"));
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 0u);
  EXPECT_FALSE(Interest() & EPOLLIN) << "a level-triggered loop would spin";
  FreeMemory();
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
}

TEST_F(ScarceMemoryTest, ItGoesOnAfterAPauseThatEnded) {
  const int id = Search(exchange_);
  peer_->Queue(testing::PartialMessage(kLarge));
  Pump();
  connection_->Pause();
  peer_->Queue(EntryMessage(id, "cn=1"));
  connection_->Resume();
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 0u);
  FreeMemory();
  Pump();
  EXPECT_EQ(exchange_.kinds.size(), 1u);
}

TEST_F(ConnectionTest, AMessageThatStopsInItsMidstIsTheEnd) {
  Search(exchange_);
  peer_->Queue(testing::PartialMessage(700));
  Pump();
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(connection_->closed());
  loop_.Advance(absl::Seconds(1));
  EXPECT_TRUE(connection_->closed());
  EXPECT_EQ(exchange_.lost.size(), 1u);
}

TEST_F(ConnectionTest, AMessageThatGoesOnSlowlyIsWaitedFor) {
  Search(exchange_);
  peer_->Queue(testing::PartialMessage(700));
  Pump();
  for (size_t octets = 100'000; octets < 1'000'000; octets += 100'000) {
    peer_->Queue(testing::PartialMessage(octets));
    Pump();
    loop_.Advance(absl::Seconds(30));
    ASSERT_FALSE(connection_->closed());
  }
}

TEST_F(ConnectionTest, AStreamOfMessagesWhoseReadsEndInTheirMidstGoesOn) {
  const int id = Search(exchange_);
  for (int i = 0; i < 100; ++i) {
    peer_->Queue(testing::PartialMessage(700));
    Pump();
    loop_.Advance(absl::Seconds(1));
    peer_->Queue({EntryMessage(id, "cn=1")});
    Pump();
    peer_->Queue(testing::PartialMessage(800));
    Pump();
    ASSERT_FALSE(connection_->closed()) << i;
    peer_->Queue({EntryMessage(id, "cn=2")});
    Pump();
  }
}

TEST_F(ConnectionTest, OurOwnPauseIsNotTheDirectorysFault) {
  Search(exchange_);
  peer_->Queue(testing::PartialMessage(700));
  Pump();
  connection_->Pause();
  loop_.Advance(absl::Minutes(5));
  EXPECT_FALSE(connection_->closed());
  connection_->Resume();
  loop_.Advance(absl::Minutes(2));
  EXPECT_TRUE(connection_->closed());
}

TEST_F(ConnectionTest, PartialMessagesAreChargedUntilTheirEnd) {
  const int id = Search(exchange_);
  peer_->Queue(testing::PartialMessage(700));
  Pump();
  EXPECT_EQ(budget_.used(), 700u);
  peer_->Queue(EntryMessage(id, "cn=1"));
  Pump();
  EXPECT_EQ(budget_.used(), 0u);
}

class TwoConnectionsTest : public ConnectionTest {
 protected:
  TwoConnectionsTest() {
    other_ = std::make_unique<Connection>(loop_, budget_,
                                          std::make_unique<FakeLdapHandle>(other_peer_), observer_);
  }
  ~TwoConnectionsTest() override {
    other_->Unbind();
    loop_.Advance(absl::Seconds(1));
    other_.reset();
    loop_.RunUntilIdle();
  }
  uint32_t OtherInterest() const { return loop_.InterestOf(other_peer_->fd()).value_or(0); }

  std::shared_ptr<FakeLdapPeer> other_peer_ =
      std::make_shared<FakeLdapPeer>(FakeLdapPeer::Descriptor::kSocket);
  std::unique_ptr<Connection> other_;
};

TEST_F(TwoConnectionsTest, TheOneInTheMiddleOfAMessageGoesOnAndTheOtherDoesNotSpin) {
  const int id = Search(exchange_);
  peer_->Queue(testing::PartialMessage(40'000));
  Pump();
  other_peer_->Queue(testing::PartialMessage(40'000));
  PumpInput(loop_, *other_peer_);
  peer_->Queue(testing::PartialMessage(50'000));
  Pump();
  EXPECT_EQ(budget_.used(), 90'000u);
  other_peer_->Queue(testing::PartialMessage(50'000));
  PumpInput(loop_, *other_peer_);
  EXPECT_EQ(budget_.used(), 90'000u);
  EXPECT_FALSE(OtherInterest() & EPOLLIN) << "a level-triggered loop would spin";
  peer_->Queue(EntryMessage(id, "cn=1"));
  Pump();
  PumpInput(loop_, *other_peer_);
  EXPECT_EQ(budget_.used(), 50'000u);
  EXPECT_EQ(exchange_.kinds.size(), 1u);
}

// A stream's entries gather at the socket, see ldap/input_pace.h.
class RestTest : public ConnectionTest {
 protected:
  void SetUp() override {
    id_ = Search(exchange_);
    peer_->Queue(std::vector<FakeMessage>(kEntriesBefore - 1, EntryMessage(id_, "cn=a")));
    PumpInput(loop_, *peer_);
    // A stream that is new is read at once.
    EXPECT_EQ(Interest() & EPOLLIN, EPOLLIN);
    loop_.Advance(InputPace::kPartOfTime * InputPace::kLongestRest);
    peer_->Queue({EntryMessage(id_, "cn=a")});
    PumpInput(loop_, *peer_);
    ASSERT_EQ(exchange_.kinds.size(), kEntriesBefore);
  }

  static constexpr size_t kEntriesBefore = InputPace::kFirstEntries + 1;

  RecordingExchange exchange_;
  int id_ = 0;
};

TEST_F(RestTest, AStreamIsLeftToGatherAndThenRead) {
  EXPECT_EQ(Interest() & EPOLLIN, 0u);
  peer_->Queue({EntryMessage(id_, "cn=a"), EntryMessage(id_, "cn=a")});
  const size_t fills = peer_->fills();
  loop_.RunUntilIdle();
  EXPECT_EQ(peer_->fills(), fills);
  loop_.Advance(InputPace::kLongestRest);
  EXPECT_EQ(exchange_.kinds.size(), kEntriesBefore + 2);
  // Nothing comes: the socket tells of the next one.
  loop_.Advance(InputPace::kLongestRest);
  EXPECT_EQ(Interest() & EPOLLIN, EPOLLIN);
}

// What the directory's kernel kept back comes as soon as there is room: no rest before the socket is empty.
TEST_F(RestTest, TheSocketIsReadEmptyFirst) {
  loop_.Advance(InputPace::kLongestRest);
  loop_.Advance(InputPace::kLongestRest);
  peer_->Queue({EntryMessage(id_, "cn=a")});
  peer_->Queue({EntryMessage(id_, "cn=a")});
  ASSERT_TRUE(loop_.Signal(peer_->fd(), EPOLLIN));
  loop_.RunUntilIdle();
  EXPECT_EQ(exchange_.kinds.size(), kEntriesBefore + 2);
  EXPECT_EQ(Interest() & EPOLLIN, 0u);
}

// The directory may send for long before it hears of the Abandon.
TEST_F(RestTest, WhatComesAfterAnAbandonGathersToo) {
  connection_->Abandon(id_);
  open_ids_.clear();
  loop_.Advance(InputPace::kLongestRest);
  peer_->Queue(std::vector<FakeMessage>(kEntriesBefore, EntryMessage(id_, "cn=late")));
  PumpInput(loop_, *peer_);
  EXPECT_EQ(Interest() & EPOLLIN, EPOLLIN) << "its time counts anew";
  loop_.Advance(InputPace::kPartOfTime * InputPace::kLongestRest);
  peer_->Queue({EntryMessage(id_, "cn=late")});
  PumpInput(loop_, *peer_);
  EXPECT_EQ(exchange_.kinds.size(), kEntriesBefore);
  EXPECT_EQ(Interest() & EPOLLIN, 0u);
}

TEST_F(RestTest, AHangUpEndsIt) {
  peer_->QueueEof();
  EXPECT_TRUE(loop_.Signal(peer_->fd(), EPOLLIN | EPOLLHUP));
  loop_.RunUntilIdle();
  EXPECT_EQ(exchange_.lost.size(), 1u);
  open_ids_.clear();
}

TEST_F(RestTest, APauseOutlastsIt) {
  connection_->Pause();
  loop_.Advance(InputPace::kLongestRest);
  EXPECT_EQ(Interest() & EPOLLIN, 0u);
  connection_->Resume();
  EXPECT_EQ(Interest() & EPOLLIN, EPOLLIN);
}

TEST_F(RestTest, ResumingDoesNotShortenIt) {
  connection_->Pause();
  connection_->Resume();
  EXPECT_EQ(Interest() & EPOLLIN, 0u);
  loop_.Advance(InputPace::kLongestRest);
  EXPECT_EQ(Interest() & EPOLLIN, EPOLLIN);
}

TEST_F(RestTest, UnbindingEndsIt) {
  connection_->Abandon(id_);
  open_ids_.clear();
  connection_->Unbind();
  loop_.Advance(InputPace::kLongestRest);
  EXPECT_TRUE(connection_->closed());
}

}  // namespace
}  // namespace dirlease
