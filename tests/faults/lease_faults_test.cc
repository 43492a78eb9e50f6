// Leases over the real libldap handle and connector on a real loop, against a directory that misbehaves: it costs its own
// lease at most, and every test ends with the other lease at work.
#include <algorithm>
#include <string>

#include "support/lease_fixture.h"
#include "support/raw_peer.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace dirlease {
namespace {

using testing::AutoAnswers;
using testing::DirectoryRequest;
using testing::EntryMessage;
using testing::FakeDirectory;
using testing::ResultMessage;
using testing::Watched;
using testing::WatchedSink;
using Kind = DirectoryRequest::Kind;

// libldap before 2.5.19 loses the texts of a notice of disconnection (ITS#10264). Both on the thread that reads it.
void IgnoreLeaks() {
#ifdef __SANITIZE_ADDRESS__
  __lsan_disable();
#endif
}
void HeedLeaks() {
#ifdef __SANITIZE_ADDRESS__
  __lsan_enable();
#endif
}

class LeaseFaultsTest : public testing::LeaseFixture {
 protected:
  void SetUp() override {
    Start({.name = "default", .uris = {*ParseLdapUri(directory_.uri())}});
    victim_ = Open();
    other_ = Open();
  }
  void TearDown() override {
    ExpectOtherLeaseWorks();
    LeaseFixture::TearDown();
  }

  // A search of the victim that the directory knows of; its message id there.
  int StartVictim(WatchedSink*& sink) {
    sink = &BeginSearch(victim_);
    return directory_.AwaitRequest(0, Kind::kSearch, searches_++).message_id;
  }
  // Until so many operations of the victim were sent.
  void AwaitRunning(size_t count) {
    for (size_t running = 0; running != count;) {
      OnLoop([&] {
        const auto& operations = victim_.session->operations();
        running = static_cast<size_t>(std::count_if(operations.begin(), operations.end(), [](const auto& operation) {
          return operation->state() == Operation::State::kRunning;
        }));
      });
    }
  }
  void AbandonVictim() { Abandon(victim_, *sink_); }
  std::string Missing(const Lease& lease) {
    std::string reason;
    OnLoop([&] {
      auto found = manager_->Find({}, lease.token);
      if (!found.ok()) reason = found.failure().reason;
    });
    return reason;
  }
  void Unbind(const Lease& lease) {
    Watched<bool> done;
    OnLoop([&] {
      manager_->Unbind({}, lease.token, absl::ZeroDuration(),
                       [&](Outcome<SessionManager::Unbound>) { done.Update([](bool& value) { value = true; }); });
    });
    EXPECT_TRUE(done.WaitFor([](bool value) { return value; }));
  }
  void ExpectOtherLeaseWorks() { ExpectWorks(other_); }
  void ExpectVictimLost(WatchedSink& sink) {
    EXPECT_EQ(sink.AwaitEnd().cause, EndCause::kLost);
    EXPECT_EQ(Missing(victim_), "SESSION_LOST");
  }

  FakeDirectory directory_{AllButSearches()};
  Lease victim_;  // connection 0
  Lease other_;   // connection 1
  size_t searches_ = 1;  // the root DSE was read on connection 0
  WatchedSink* sink_ = nullptr;
};

TEST_F(LeaseFaultsTest, AStallCostsNothingButItsOwnSearchWhichIsAbandonedOnce) {
  const int id = StartVictim(sink_);
  ExpectOtherLeaseWorks();
  AbandonVictim();
  EXPECT_EQ(directory_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kAbandoned);
  Unbind(victim_);
  EXPECT_EQ(directory_.CountRequests(Kind::kAbandon), 1u);
}

TEST_F(LeaseFaultsTest, AFloodHoldsUpNeitherTheOtherLeaseNorItsOwnAbandon) {
  directory_.SetAutoAnswers(AutoAnswers::All(10'000'000));
  const int id = StartVictim(sink_);
  sink_->AwaitEntries(1000);
  ExpectOtherLeaseWorks();
  AbandonVictim();
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kAbandoned);
  EXPECT_EQ(directory_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
  directory_.SetAutoAnswers(AllButSearches());
}

TEST_F(LeaseFaultsTest, AnswersThatDribbleOctetByOctetArriveWhole) {
  const int id = StartVictim(sink_);
  directory_.Dribble(0);
  for (const char* dn : {"cn=1", "cn=2", "cn=3"}) {
    directory_.Send(0, EntryMessage(id, dn, {{"cn", {"value"}}}));
  }
  directory_.Send(0, ResultMessage(id));
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kResult);
  EXPECT_EQ(sink_->seen().entries, 3);
}

TEST_F(LeaseFaultsTest, ADribbleThatStopsHalfwayCanBeAbandoned) {
  const int id = StartVictim(sink_);
  directory_.SendRaw(0, std::string("\x30\x82\x01\x00\x02", 5));
  ExpectOtherLeaseWorks();
  AbandonVictim();
  EXPECT_EQ(directory_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
}

TEST_F(LeaseFaultsTest, ALengthBeyondEveryMessageCostsTheLease) {
  StartVictim(sink_);
  directory_.SendLyingLength(0, 0x7fff'ffff);
  ExpectVictimLost(*sink_);
}

TEST_F(LeaseFaultsTest, WhatIsNoLdapCostsTheLease) {
  StartVictim(sink_);
  directory_.SendRaw(0, "HTTP/1.1 400 Bad Request\r\n\r\n");
  ExpectVictimLost(*sink_);
}

TEST_F(LeaseFaultsTest, AMessageInsideWhoseLengthsLieCostsTheLeaseAtMost) {
  const int id = StartVictim(sink_);
  // A search result entry whose DN claims more octets than the message has.
  directory_.SendRaw(0, std::string("\x30\x09\x02\x01", 4) + static_cast<char>(id) +
                            std::string("\x64\x04\x04\x7f" "ab", 6));
  directory_.Send(0, ResultMessage(id));
  sink_->AwaitEnd();
  EXPECT_EQ(sink_->seen().entries, 0);
}

TEST_F(LeaseFaultsTest, AnAnswerToAnotherRequestThanWasSentCostsTheLease) {
  const int id = StartVictim(sink_);
  directory_.SendRaw(0, testing::Message(id, 0x6b, testing::ResultBody(0)));  // DelResponse
  ExpectVictimLost(*sink_);
}

TEST_F(LeaseFaultsTest, AWriteThatWasSentWhenTheDirectoryDiedHasNoKnownOutcome) {
  WatchedSink& write = Begin(victim_, {.body = DeleteRequest{"cn=a"}});
  directory_.AwaitRequest(0, Kind::kOther);
  directory_.Close(0);
  EXPECT_EQ(write.AwaitEnd().cause, EndCause::kOutcomeUnknown);
  EXPECT_EQ(Missing(victim_), "SESSION_LOST");
}

TEST_F(LeaseFaultsTest, AWriteStillInOurBufferWhenTheDirectoryDiedHasNotHappened) {
  directory_.StopReading(0);
  // The first fits into the socket, the second's end does not.
  WatchedSink& sent = Begin(victim_, {.body = DeleteRequest{"cn=a"}});
  AddRequest large{"cn=b", {{"photo", {std::string(16 << 20, 'x')}}}};
  WatchedSink& unsent = Begin(victim_, {.body = std::move(large)});
  AwaitRunning(2);
  directory_.Reset(0);
  EXPECT_EQ(unsent.AwaitEnd().cause, EndCause::kLost);
  EXPECT_EQ(sent.AwaitEnd().cause, EndCause::kOutcomeUnknown);
}

TEST_F(LeaseFaultsTest, UnknownIdsAreDropped) {
  const int id = StartVictim(sink_);
  directory_.Send(0, EntryMessage(id + 1000, "cn=lie"));
  directory_.Send(0, EntryMessage(id, "cn=true"));
  directory_.Send(0, ResultMessage(id));
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kResult);
  EXPECT_EQ(sink_->seen().entries, 1);
  EXPECT_EQ(Missing(victim_), "");
}

TEST_F(LeaseFaultsTest, LateEntriesOfAnAbandonedSearchAreReadAndDropped) {
  const int id = StartVictim(sink_);
  directory_.Send(0, EntryMessage(id, "cn=1"));
  sink_->AwaitEntries(1);
  AbandonVictim();
  directory_.AwaitRequest(0, Kind::kAbandon);
  WatchedSink* next = nullptr;
  const int next_id = StartVictim(next);
  for (int i = 0; i < 1000; ++i) directory_.Send(0, EntryMessage(id, "cn=late"));
  directory_.Send(0, EntryMessage(next_id, "cn=next"));
  directory_.Send(0, ResultMessage(next_id));
  EXPECT_EQ(next->AwaitEnd().cause, EndCause::kResult);
  EXPECT_EQ(next->seen().entries, 1);
  EXPECT_EQ(sink_->seen().entries, 1);
}

TEST_F(LeaseFaultsTest, NoticeOfDisconnectionIsToldInTheDirectorysWords) {
  StartVictim(sink_);
  OnLoop(IgnoreLeaks);
  directory_.SendNoticeOfDisconnection(0, ldap_code::kUnavailable, "closing for the night");
  const OperationEnd end = sink_->AwaitEnd();
  OnLoop(HeedLeaks);
  EXPECT_EQ(end.cause, EndCause::kLost);
  EXPECT_EQ(end.result.code, ldap_code::kUnavailable);
  EXPECT_EQ(end.result.diagnostic_message, "closing for the night");
  EXPECT_EQ(Missing(victim_), "SESSION_LOST");
}

TEST_F(LeaseFaultsTest, AHalfClosedConnectionIsLost) {
  const int id = StartVictim(sink_);
  directory_.Send(0, EntryMessage(id, "cn=1"));
  directory_.HalfClose(0);
  ExpectVictimLost(*sink_);
  EXPECT_EQ(sink_->seen().entries, 1);
}

TEST_F(LeaseFaultsTest, AResetConnectionIsLost) {
  StartVictim(sink_);
  directory_.Reset(0);
  ExpectVictimLost(*sink_);
}

TEST_F(LeaseFaultsTest, DeathMidSearchIsNeverACompleteResult) {
  const int id = StartVictim(sink_);
  for (int i = 0; i < 10; ++i) directory_.Send(0, EntryMessage(id, "cn=1"));
  sink_->AwaitEntries(10);
  directory_.Close(0);
  ExpectVictimLost(*sink_);
  EXPECT_EQ(sink_->seen().entries, 10);
}

TEST_F(LeaseFaultsTest, DeathOfAnIdleLeasesConnectionEndsTheLease) {
  StartVictim(sink_);
  AbandonVictim();
  directory_.AwaitRequest(0, Kind::kAbandon);
  directory_.Close(0);
  while (Missing(victim_).empty()) OnLoop([] {});
  EXPECT_EQ(Missing(victim_), "SESSION_LOST");
}

TEST_F(LeaseFaultsTest, UnbindOfAPeerThatReadsNothingEndsWithinTheLimit) {
  directory_.AllowOpenConnections();
  StartVictim(sink_);
  directory_.StopReading(0);
  // Far more than the sockets take: what is unsent must not hold up the end.
  for (int i = 0; i < 60; ++i) BeginSearch(victim_, "(cn=" + std::string(60'000, 'x') + ")");
  Unbind(victim_);
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kSessionClosed);
}

TEST_F(LeaseFaultsTest, UnbindOfAPeerThatNeverClosesEndsWithinTheLimit) {
  directory_.HoldAfterUnbind(0);
  Unbind(victim_);
  directory_.AwaitRequest(0, Kind::kUnbind);
  directory_.AwaitClosed(0);
  EXPECT_EQ(directory_.HalfRequestOctets(0), 0u);
}

TEST_F(LeaseFaultsTest, AStalledReaderOfOneLeaseHoldsUpNoOtherLease) {
  directory_.SetAutoAnswers(AutoAnswers::All(100'000));
  StartVictim(sink_);
  sink_->AwaitEntries(100);
  OnLoop([&] { victim_.session->operations()[0]->Pause(); });
  ExpectOtherLeaseWorks();
  const int before = sink_->seen().entries;
  OnLoop([] {});
  EXPECT_EQ(sink_->seen().entries, before);
  AbandonVictim();
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kAbandoned);
}

// Of leases that may have two connections.
class GrownLeaseFaultsTest : public LeaseFaultsTest {
 protected:
  static constexpr size_t kExtra = 2;  // the victim's further connection

  void SetUp() override {
    Start({.name = "default", .uris = {*ParseLdapUri(directory_.uri())}, .most_connections = 2});
    victim_ = Open();
    other_ = Open();
    for (size_t i = 0; i < Connection::kMostExecuting; ++i) StartVictim(sink_);
    sink_ = &BeginSearch(victim_);
    extra_id_ = directory_.AwaitRequest(kExtra, Kind::kSearch).message_id;
  }

  int extra_id_ = 0;  // of sink_'s search
};

TEST_F(GrownLeaseFaultsTest, AResetOfAFurtherConnectionIsNotSeenByWhatItHadNotAnswered) {
  directory_.Reset(kExtra);
  directory_.Send(0, ResultMessage(directory_.AwaitRequest(0, Kind::kSearch, 1).message_id));
  directory_.Send(0, ResultMessage(directory_.AwaitRequest(0, Kind::kSearch, searches_).message_id));
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kResult);
  EXPECT_EQ(Missing(victim_), "");
}

TEST_F(GrownLeaseFaultsTest, AResetOfAFurtherConnectionEndsWhatItHadBegunToAnswerAndNotTheLease) {
  directory_.Send(kExtra, EntryMessage(extra_id_, "cn=1"));
  sink_->AwaitEntries(1);
  directory_.Reset(kExtra);
  EXPECT_EQ(sink_->AwaitEnd().cause, EndCause::kLost);
  EXPECT_EQ(Missing(victim_), "");
}

TEST_F(GrownLeaseFaultsTest, AResetOfTheFirstConnectionUnbindsTheOther) {
  directory_.Reset(0);
  ExpectVictimLost(*sink_);
  directory_.AwaitRequest(kExtra, Kind::kUnbind);
  EXPECT_EQ(directory_.AwaitRequest(kExtra, Kind::kAbandon).abandoned_id, extra_id_);
}

}  // namespace
}  // namespace dirlease
