// What becomes of a directory's sync messages on their way to the caller: events and resume points, heartbeats, and the end
// of what breaks RFC 4533. Batches, marks and the stall deadline are Search's (search_stream_test.cc).
#include "rpc/sync_stream.h"

#include <gmock/gmock.h>

#include <vector>

#include "support/sync_values.h"
#include "unit/rpc/stream_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::FakeMessage;
using testing::IdSetMessage;
using testing::RefreshMessage;
using testing::ResultMessage;
using testing::SyncDoneMessage;
using testing::SyncEntryMessage;
using testing::UuidOf;
using Event = v1::SyncEvent;

class SyncStreamTest : public testing::StreamFixture<SyncStream, v1::SyncResponse> {
 protected:
  SyncStreamTest() : StreamFixture("Sync") {}

  // The id of its request.
  int StartStream(SyncStream::Options options = {}) {
    return StreamFixture::StartStream(options, Search({.page_size = 0}));
  }
  static SyncStream::Options Poll() { return {.persist = false, .heartbeat_interval = {}}; }
  void AnswerAndWrite(std::vector<FakeMessage> messages) {
    Answer(std::move(messages));
    CompleteAllWritesAndReads();
  }
  // All events so far, in order.
  std::vector<Event> Events() const {
    std::vector<Event> events;
    for (const auto& message : writer_.messages) {
      events.insert(events.end(), message.events().begin(), message.events().end());
    }
    return events;
  }
  std::vector<std::string> Cookies() const {
    std::vector<std::string> cookies;
    for (const auto& message : writer_.messages) cookies.push_back(message.cookie());
    return cookies;
  }
};

TEST_F(SyncStreamTest, AnEntryComesWithItsStateAndId) {
  const int id = StartStream();
  Answer({SyncEntryMessage(id, "cn=a", testing::kSyncAdd, UuidOf('a'), "", {{"cn", {"a", "b"}}}),
          SyncEntryMessage(id, "cn=b", testing::kSyncModify, UuidOf('b'), "", {{"cn", {"b"}}})});
  ASSERT_EQ(writer_.messages.size(), 1u);
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].entry().state(), Event::STATE_ADD);
  EXPECT_EQ(events[0].entry().entry_uuid(), UuidOf('a'));
  EXPECT_EQ(events[0].entry().entry().dn(), "cn=a");
  EXPECT_THAT(events[0].entry().entry().attributes(0).values(), ElementsAre("a", "b"));
  EXPECT_EQ(events[0].entry().entry().controls_size(), 0) << "what was decoded is not repeated";
  EXPECT_EQ(events[1].entry().state(), Event::STATE_MODIFY);
}

TEST_F(SyncStreamTest, OtherControlsOfAnEntryStay) {
  const int id = StartStream();
  FakeMessage entry = SyncEntryMessage(id, "cn=a", testing::kSyncAdd, UuidOf('a'));
  entry.controls.push_back({.oid = "1.2.3", .value = "x"});
  Answer({entry});
  EXPECT_EQ(Events().at(0).entry().entry().controls(0).oid(), "1.2.3");
}

TEST_F(SyncStreamTest, WhatIsPresentOrDeletedHasNoAttributes) {
  const int id = StartStream();
  Answer({SyncEntryMessage(id, "cn=a", testing::kSyncPresent, UuidOf('a'), "", {{"cn", {"a"}}}),
          SyncEntryMessage(id, "", testing::kSyncDelete, UuidOf('b'))});
  const std::vector<Event> events = Events();
  EXPECT_EQ(events.at(0).entry().state(), Event::STATE_PRESENT);
  EXPECT_EQ(events.at(0).entry().entry().attributes_size(), 0);
  EXPECT_EQ(events.at(1).entry().state(), Event::STATE_DELETE);
}

TEST_F(SyncStreamTest, ACookieIsOfTheLastEventOfItsMessage) {
  const int id = StartStream();
  AnswerAndWrite({SyncEntryMessage(id, "cn=1", testing::kSyncAdd, UuidOf('1')),
                  SyncEntryMessage(id, "cn=2", testing::kSyncAdd, UuidOf('2'), "c2"),
                  SyncEntryMessage(id, "cn=3", testing::kSyncAdd, UuidOf('3'), "c3"),
                  SyncEntryMessage(id, "cn=4", testing::kSyncAdd, UuidOf('4'))});
  EXPECT_THAT(Cookies(), ElementsAre("c3", "")) << "events that all have one share a message, the last counts";
  EXPECT_EQ(writer_.messages[0].events_size(), 3);
  EXPECT_EQ(writer_.messages[1].events_size(), 1);
}

TEST_F(SyncStreamTest, ANewCookieAloneIsNoHeartbeat) {
  const int id = StartStream();
  AnswerAndWrite({testing::NewCookieMessage(id, "c1"), testing::NewCookieMessage(id, "")});
  ASSERT_EQ(writer_.messages.size(), 1u);
  EXPECT_EQ(writer_.messages[0].cookie(), "c1");
  EXPECT_EQ(writer_.messages[0].events_size(), 0);
}

TEST_F(SyncStreamTest, TheEndOfARefreshIsTwoPhases) {
  const int id = StartStream();
  Answer({RefreshMessage(id, /*present=*/true, /*done=*/false), RefreshMessage(id, false, true, "c")});
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].phase(), Event::PHASE_REFRESH_PRESENT_DONE);
  EXPECT_EQ(events[1].phase(), Event::PHASE_REFRESH_DELETE_DONE);
  EXPECT_EQ(events[2].phase(), Event::PHASE_REFRESH_DONE);
  EXPECT_THAT(Cookies(), ElementsAre("c"));
}

TEST_F(SyncStreamTest, APersistingOneTakesNoPlaceButCounts) {
  const int id = StartStream();
  for (size_t i = 1; i < kPlaces; ++i) Run(NewSink());
  testing::RecordingSink& waiting = NewSink();
  Operation* ninth = Run(waiting);
  EXPECT_EQ(ninth->state(), Operation::State::kQueued);
  Answer({RefreshMessage(id, true, false)});
  EXPECT_EQ(ninth->state(), Operation::State::kQueued) << "the refresh goes on";
  Answer({RefreshMessage(id, true, true)});
  EXPECT_EQ(ninth->state(), Operation::State::kRunning);
  EXPECT_EQ(session_->operations().size(), kPlaces + 1);
}

TEST_F(SyncStreamTest, APollEndsItsPhaseWithTheResult) {
  for (const bool deletes : {false, true}) {
    const int id = StartStream(Poll());
    AnswerAndWrite({SyncDoneMessage(id, ldap_code::kSuccess, "c9", deletes)});
    ASSERT_EQ(writer_.messages.size(), 1u);
    const v1::SyncResponse& last = writer_.messages[0];
    ASSERT_EQ(last.events_size(), 2);
    EXPECT_EQ(last.events(0).phase(),
              deletes ? Event::PHASE_REFRESH_DELETE_DONE : Event::PHASE_REFRESH_PRESENT_DONE);
    EXPECT_TRUE(last.events(1).has_done());
    EXPECT_EQ(last.events(1).done().result().controls_size(), 0) << "what was decoded is not repeated";
    EXPECT_EQ(last.cookie(), "c9");
    ExpectEnd(Code::kOk);
    writer_ = {};
  }
}

TEST_F(SyncStreamTest, APollsRefreshIsNotDoneBeforeItsResult) {
  const int id = StartStream(Poll());
  Answer({RefreshMessage(id, true, true)});
  ASSERT_EQ(Events().size(), 1u);
  EXPECT_EQ(Events()[0].phase(), Event::PHASE_REFRESH_PRESENT_DONE);
}

TEST_F(SyncStreamTest, APollWithoutItsControlIsNoSuccess) {
  const int id = StartStream(Poll());
  Answer({ResultMessage(id)});
  ExpectEnd(Code::kInternal, "DECODING_ERROR");
  EXPECT_THAT(writer_.messages, IsEmpty());
}

TEST_F(SyncStreamTest, RefreshRequiredIsOutOfRangeAndItsCookieIsItsOwn) {
  const int id = StartStream();
  Answer({SyncEntryMessage(id, "cn=1", testing::kSyncAdd, UuidOf('1'), "old"), ResultMessage(id, 4096)});
  CompleteAllWritesAndReads();
  EXPECT_THAT(Cookies(), ElementsAre("old", "")) << "beside the result an old cookie would mean that it is still good";
  EXPECT_EQ(Events().back().done().result().code(), 4096);
  EXPECT_EQ(Events().back().done().entry_count(), 1);
  ExpectEnd(Code::kOutOfRange, "SYNC_REFRESH_REQUIRED");
}

TEST_F(SyncStreamTest, RefreshRequiredMayBringACookie) {
  const int id = StartStream();
  Answer({SyncDoneMessage(id, 4096, "from here")});
  EXPECT_THAT(Cookies(), ElementsAre("from here"));
  EXPECT_EQ(Events().size(), 1u) << "no phase ends with a failure";
  ExpectEnd(Code::kOutOfRange);
}

TEST_F(SyncStreamTest, SetsOfIds) {
  const int id = StartStream();
  Answer({IdSetMessage(id, true, {UuidOf('a'), UuidOf('b')}, "c"), IdSetMessage(id, false, {})});
  CompleteAllWritesAndReads();
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(events[0].id_set().deleted());
  EXPECT_THAT(events[0].id_set().entry_uuids(), ElementsAre(UuidOf('a'), UuidOf('b')));
  EXPECT_FALSE(events[1].id_set().deleted());
  EXPECT_THAT(Cookies(), ElementsAre("c", ""));
}

TEST_F(SyncStreamTest, AHugeSetOfIdsComesInPiecesThatFit) {
  const int id = StartStream();
  std::vector<std::string> ids(100'000, UuidOf('x'));
  ids.back() = UuidOf('z');
  AnswerAndWrite({IdSetMessage(id, true, ids, "after all")});
  int count = 0;
  for (const v1::SyncResponse& message : writer_.messages) {
    EXPECT_LT(message.ByteSizeLong(), kMostMessageOctets);
    EXPECT_EQ(message.cookie().empty(), &message != &writer_.messages.back());
    for (const Event& event : message.events()) {
      EXPECT_TRUE(event.id_set().deleted());
      count += event.id_set().entry_uuids_size();
    }
  }
  EXPECT_EQ(count, 100'000);
  EXPECT_EQ(Events().back().id_set().entry_uuids().rbegin()->front(), 'z');
}

TEST_F(SyncStreamTest, ALargeEntryIsCutAndItsCookieComesBehindIt) {
  const int id = StartStream();
  const std::vector<std::string> photos(10, std::string(300 * 1024, 'p'));
  AnswerAndWrite({SyncEntryMessage(id, "cn=big", testing::kSyncModify, UuidOf('b'), "c", {{"photo", photos}})});
  int values = 0;
  const std::vector<Event> events = Events();
  for (const Event& event : events) {
    EXPECT_EQ(event.entry().entry_uuid(), UuidOf('b'));
    EXPECT_EQ(event.entry().state(), Event::STATE_MODIFY);
    EXPECT_EQ(event.entry().entry().continued(), &event != &events.back());
    values += event.entry().entry().attributes(0).values_size();
  }
  EXPECT_GT(events.size(), 2u);
  EXPECT_EQ(values, 10);
  for (const v1::SyncResponse& message : writer_.messages) {
    EXPECT_EQ(message.cookie().empty(), &message != &writer_.messages.back());
  }
}

TEST_F(SyncStreamTest, ReferencesComeWithTheirRawControlOrAsTheirId) {
  const int id = StartStream();
  FakeMessage added = testing::ReferenceMessage(id, {"ldap://b"});
  added.controls = {testing::SyncStateControl(testing::kSyncAdd, UuidOf('a'), "c")};
  FakeMessage deleted = testing::ReferenceMessage(id, {});
  deleted.controls = {testing::SyncStateControl(testing::kSyncDelete, UuidOf('d'))};
  AnswerAndWrite({added, deleted});
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].reference().uris(0), "ldap://b");
  EXPECT_EQ(events[0].reference().controls(0).oid(), kSyncStateOid);
  EXPECT_TRUE(events[1].id_set().deleted());
  EXPECT_THAT(events[1].id_set().entry_uuids(), ElementsAre(UuidOf('d')));
  EXPECT_THAT(Cookies(), ElementsAre("c", ""));
}

TEST_F(SyncStreamTest, WhatBreaksRfc4533EndsTheOperationAndIsAbandoned) {
  const std::vector<FakeMessage> broken = {
      testing::EntryMessage(0, "cn=without state"),
      SyncEntryMessage(0, "cn=a", testing::kSyncAdd, "no uuid"),
      SyncEntryMessage(0, "cn=a", 4, UuidOf('a')),
      SyncEntryMessage(0, "cn=a", testing::kSyncAdd, UuidOf('a'), std::string(kMostSyncCookieOctets + 1, 'c')),
      testing::IntermediateMessage(0, std::string(kSyncInfoOid), ""),
      testing::IntermediateMessage(0, std::string(kSyncInfoOid), "\xa3\x05nonsense"),
      IdSetMessage(0, true, {"short"})};
  for (FakeMessage message : broken) {
    message.message_id = StartStream();
    Answer({message});
    ExpectEnd(Code::kInternal, "DECODING_ERROR");
    EXPECT_THAT(writer_.messages, IsEmpty());
    writer_ = {};
  }
  EXPECT_EQ(Abandons(), broken.size());
  EXPECT_EQ(lost_, 0) << "the lease goes on";
}

TEST_F(SyncStreamTest, IntermediateResponsesOfOtherKindsAreDropped) {
  const int id = StartStream();
  Answer({testing::IntermediateMessage(id, "1.2.3", "whatever")});
  EXPECT_THAT(writer_.messages, IsEmpty());
  EXPECT_FALSE(writer_.status.has_value());
}

TEST_F(SyncStreamTest, EndlessInfoFillsTheMarksAndNoMore) {
  const int id = StartStream();
  for (int i = 0; i < 1000; ++i) {
    Answer({IdSetMessage(id, false, std::vector<std::string>(100, UuidOf('x')), "c")});
  }
  EXPECT_GT(peer_->queued_chunks(), 500u) << "the rest stays with the directory";
  EXPECT_LT(budget_.used(), 512u * 1024);
  loop_.Advance(absl::Seconds(31));
  ExpectEnd(Code::kResourceExhausted, "SLOW_CONSUMER");
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SyncStreamTest, AnIdleOneSaysThatItIsAlive) {
  const int id = StartStream({.heartbeat_interval = absl::Seconds(10)});
  loop_.Advance(absl::Seconds(9));
  AnswerAndWrite({SyncEntryMessage(id, "cn=1", testing::kSyncAdd, UuidOf('1'))});
  loop_.Advance(absl::Seconds(9));
  EXPECT_EQ(writer_.messages.size(), 1u) << "it was not idle";
  loop_.Advance(absl::Seconds(2));
  ASSERT_EQ(writer_.messages.size(), 2u);
  EXPECT_EQ(writer_.messages[1].ByteSizeLong(), 0u);
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(writer_.messages.size(), 2u) << "not while one is outstanding";
  CompleteWrite();
  loop_.Advance(absl::Seconds(20));
  EXPECT_EQ(writer_.messages.size(), 3u);
}

TEST_F(SyncStreamTest, WithoutAnIntervalThereIsNoHeartbeat) {
  StartStream();
  loop_.Advance(absl::Hours(1));
  EXPECT_THAT(writer_.messages, IsEmpty());
}

TEST_F(SyncStreamTest, CancelAbandonsOnce) {
  const int id = StartStream({.heartbeat_interval = absl::Seconds(10)});
  Answer({RefreshMessage(id, true, true, "c")});
  stream_->OnCancel();
  stream_->OnCancel();
  ExpectEnd(Code::kCancelled, "OPERATION_CANCELLED");
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SyncStreamTest, ALossAndTheEndOfTheLeaseAreASearchs) {
  StartStream();
  session_->Close(EndCause::kExpired);
  ExpectEnd(Code::kAborted, "SESSION_EXPIRED");
  EXPECT_EQ(Abandons(), 1u);
}

}  // namespace
}  // namespace dirlease
