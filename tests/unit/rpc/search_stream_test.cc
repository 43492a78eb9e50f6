// The stream state machine of Search over a real operation and a scripted directory: batches, marks, one finish.
#include "rpc/search_stream.h"

#include <gmock/gmock.h>

#include <map>
#include <vector>

#include "unit/rpc/stream_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::EntryMessage;
using testing::FakeMessage;
using testing::ResultMessage;

class SearchStreamTest : public testing::StreamFixture<SearchStream, v1::SearchResponse> {
 protected:
  SearchStreamTest() : StreamFixture("Search") {}

  // The id of its request.
  int StartStream(SearchStream::Options options = {}, OperationRequest request = Search()) {
    return StreamFixture::StartStream(options, std::move(request));
  }
  // So many entries, each with one value of `octets`.
  void SendEntries(int id, int count, size_t octets = 10) {
    std::vector<FakeMessage> entries;
    for (int i = 0; i < count; ++i) entries.push_back(Entry(id, octets));
    Answer(std::move(entries));
  }
  static FakeMessage Entry(int id, size_t octets) {
    return EntryMessage(id, "cn=a", {{"x", {std::string(octets, 'v')}}});
  }
  std::vector<int> EntriesPerMessage() const {
    std::vector<int> counts;
    for (const v1::SearchResponse& message : writer_.messages) counts.push_back(message.entries_size());
    return counts;
  }
  bool DoneWasSent() const {
    return !writer_.messages.empty() && writer_.messages.back().has_done();
  }
};

TEST_F(SearchStreamTest, NamesItsOperationInTheHeader) {
  StartStream();
  EXPECT_THAT(writer_.headers, ElementsAre(std::pair<std::string, std::string>("ldap-operation-id", "op")));
}

TEST_F(SearchStreamTest, TheFirstEntryGoesOutAtOnce) {
  SendEntries(StartStream(), 1);
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(1));
}

TEST_F(SearchStreamTest, EntriesGatherWhileAWriteIsOutstanding) {
  const int id = StartStream();
  SendEntries(id, 2);
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(2)) << "what came in one turn goes out together";
  SendEntries(id, 1);
  SendEntries(id, 2);
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(2));
  CompleteWrite();
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(2, 3));
}

TEST_F(SearchStreamTest, AnEntryWithItsResultIsOneMessage) {
  const int id = StartStream();
  Answer({Entry(id, 10), ResultMessage(id)});
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(1));
  EXPECT_TRUE(DoneWasSent());
}

TEST_F(SearchStreamTest, EntriesArriveInOrderOnceAndWhole) {
  const int id = StartStream();
  Answer({EntryMessage(id, "cn=1", {{"a", {"x", std::string("\0\xff", 2)}}, {"b", {}}}),
          EntryMessage(id, "cn=2"), EntryMessage(id, "cn=3"), ResultMessage(id)});
  CompleteAllWrites();
  std::vector<std::string> dns;
  for (const auto& message : writer_.messages) {
    for (const auto& entry : message.entries()) dns.push_back(entry.dn());
  }
  EXPECT_THAT(dns, ElementsAre("cn=1", "cn=2", "cn=3"));
  const auto& first = writer_.messages[0].entries(0);
  EXPECT_THAT(first.attributes(0).values(), ElementsAre("x", std::string("\0\xff", 2)));
  EXPECT_EQ(first.attributes(1).type(), "b");
}

TEST_F(SearchStreamTest, AMessageHasAtMost256Entries) {
  SendEntries(StartStream(), 601);
  CompleteAllWrites();
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(128, 256, 217));
}

TEST_F(SearchStreamTest, AMessageThatHas64KibioctetsIsFull) {
  SendEntries(StartStream(), 7, 20 * 1024);
  CompleteAllWrites();
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(4, 3));
}

TEST_F(SearchStreamTest, TheCallerMayWantSmallerMessages) {
  SendEntries(StartStream({.max_entries_per_message = 2}), 6);
  CompleteAllWrites();
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(2, 2, 2));
}

TEST_F(SearchStreamTest, ReferencesAndIntermediatesTravelToo) {
  const int id = StartStream();
  Answer({testing::ReferenceMessage(id, {"ldap://b"}), testing::IntermediateMessage(id, "1.2", "v"),
          ResultMessage(id)});
  CompleteAllWrites();
  ASSERT_EQ(writer_.messages.size(), 1u);
  EXPECT_EQ(writer_.messages[0].references(0).uris(0), "ldap://b");
  EXPECT_EQ(writer_.messages[0].intermediates(0).oid(), "1.2");
  EXPECT_EQ(writer_.messages[0].done().reference_count(), 1);
}

TEST_F(SearchStreamTest, DoneComesWithTheLastEntriesAndTheDirectorysResult) {
  const int id = StartStream();
  SendEntries(id, 1);
  SendEntries(id, 2);
  LdapResult result;
  result.diagnostic_message = "all of it";
  Answer({ResultMessage(id, result)});
  EXPECT_FALSE(writer_.status.has_value()) << "a write is outstanding";
  CompleteWrite();
  ASSERT_EQ(writer_.messages.size(), 2u);
  EXPECT_EQ(writer_.messages[1].entries_size(), 2);
  EXPECT_EQ(writer_.messages[1].done().entry_count(), 3);
  EXPECT_EQ(writer_.messages[1].done().result().diagnostic_message(), "all of it");
  ExpectEnd(Code::kOk);
}

TEST_F(SearchStreamTest, AnEmptyResultIsOneMessage) {
  const int id = StartStream();
  Answer({ResultMessage(id)});
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(0));
  EXPECT_TRUE(DoneWasSent());
  ExpectEnd(Code::kOk);
}

TEST_F(SearchStreamTest, AnErrorIsSaidInTheStatusBehindWhatArrived) {
  const int id = StartStream();
  SendEntries(id, 1);
  CompleteWrite();
  Answer({ResultMessage(id, ldap_code::kSizeLimitExceeded)});
  EXPECT_EQ(writer_.messages.back().done().result().code(), ldap_code::kSizeLimitExceeded);
  ExpectEnd(Code::kResourceExhausted, "SIZE_LIMIT_EXCEEDED");
}

TEST_F(SearchStreamTest, ACallerMayAcceptAPartialResult) {
  const int id = StartStream({.accept_partial = true});
  Answer({ResultMessage(id, ldap_code::kSizeLimitExceeded)});
  EXPECT_EQ(writer_.messages.back().done().result().code(), ldap_code::kSizeLimitExceeded);
  ExpectEnd(Code::kOk);
}

TEST_F(SearchStreamTest, AcceptingPartsAcceptsNoOtherError) {
  const int id = StartStream({.accept_partial = true});
  Answer({ResultMessage(id, 32)});
  ExpectEnd(Code::kNotFound, "NO_SUCH_OBJECT");
}

TEST_F(SearchStreamTest, ALostConnectionIsNeverDone) {
  const int id = StartStream();
  SendEntries(id, 2);
  peer_->QueueEof();
  Pump();
  EXPECT_FALSE(DoneWasSent());
  ExpectEnd(Code::kUnavailable, "LDAP_SERVER_DOWN");
}

TEST_F(SearchStreamTest, TheHighMarkStopsTheDirectoryAndTheLowMarkSetsItGoing) {
  const int id = StartStream();
  SendEntries(id, 20, 30 * 1024);
  EXPECT_EQ(operation_->entries(), 9) << "the ninth one passed 256 KiB";
  CompleteWrite();
  CompleteWrite();
  EXPECT_EQ(operation_->entries(), 9) << "still above 64 KiB";
  CompleteWrite();
  EXPECT_EQ(operation_->entries(), 18) << "nothing was left, below 64 KiB: on to the high mark again";
  CompleteAllWrites();
  EXPECT_EQ(operation_->entries(), 20);
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(SearchStreamTest, WhileHalfOfTheMemoryIsUsedAQuarterOfThatIsEnough) {
  budget_.Charge(budget_.limit() / 2 + 1);
  SendEntries(StartStream({.max_entries_per_message = 1}), 10, 30 * 1024);
  EXPECT_EQ(operation_->entries(), 3) << "the third one passed 64 KiB";
  CompleteWrite();
  CompleteWrite();
  EXPECT_EQ(operation_->entries(), 3) << "still above 16 KiB";
  CompleteWrite();
  EXPECT_EQ(operation_->entries(), 6);
  CompleteAllWrites();
  EXPECT_EQ(operation_->entries(), 10);
  budget_.Refund(budget_.limit() / 2 + 1);
}

TEST_F(SearchStreamTest, AtFullSpeedAMessageWaitsToBeFilledButNotForLong) {
  const int id = StartStream();
  SendEntries(id, 5, 30 * 1024);
  CompleteWrite();
  CompleteWrite();
  const size_t before = writer_.messages.size();
  SendEntries(id, 1, 30 * 1024);
  EXPECT_EQ(writer_.messages.size(), before) << "a part of it at once: more is to come";
  SendEntries(id, 3, 30 * 1024);
  EXPECT_EQ(writer_.messages.size(), before) << "not yet 128 KiB";
  SendEntries(id, 1, 30 * 1024);
  ASSERT_EQ(writer_.messages.size(), before + 1) << "full";
  EXPECT_EQ(writer_.messages.back().entries_size(), 5);
  CompleteWrite();
  SendEntries(id, 1, 30 * 1024);
  loop_.Advance(MessageStream::kLongestHold - absl::Milliseconds(1));
  EXPECT_EQ(writer_.messages.size(), before + 1);
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(writer_.messages.size(), before + 2);
  CompleteWrite();
}

TEST_F(SearchStreamTest, NobodyWaitsAtTheFirstEntriesOrAtASlowPace) {
  const int id = StartStream();
  for (size_t i = 1; i <= 4; ++i) {
    SendEntries(id, 1, 30 * 1024);
    EXPECT_EQ(writer_.messages.size(), i);
    CompleteWrite();
  }
  SendEntries(id, 1, 30 * 1024);
  CompleteAllWrites();
  const size_t before = writer_.messages.size();
  loop_.Advance(MessageStream::kLongestHold);
  SendEntries(id, 1, 30 * 1024);
  EXPECT_EQ(writer_.messages.size(), before + 1);
  CompleteWrite();
}

TEST_F(SearchStreamTest, TheEndTakesAlongWhatIsHeldBack) {
  const int id = StartStream();
  SendEntries(id, 5, 30 * 1024);
  CompleteWrite();
  CompleteWrite();
  SendEntries(id, 1, 1000);
  EXPECT_FALSE(writer_.outstanding);
  Answer({ResultMessage(id, LdapResult())});
  ASSERT_TRUE(writer_.status.has_value());
  EXPECT_EQ(writer_.messages.back().entries_size(), 1);
  EXPECT_TRUE(writer_.messages.back().has_done());
}

TEST_F(SearchStreamTest, ManySmallMessagesCountAsMuchToo) {
  SendEntries(StartStream({.max_entries_per_message = 1}), 1000);
  EXPECT_LT(operation_->entries(), 80);
  CompleteAllWrites();
  EXPECT_EQ(operation_->entries(), 1000);
}

TEST_F(SearchStreamTest, MemoryIsChargedUntilItIsWritten) {
  const int id = StartStream();
  SendEntries(id, 2, 1000);
  EXPECT_GE(budget_.used(), 2000u);
  CompleteAllWrites();
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(SearchStreamTest, AReaderThatStopsIsGivenUpAfterTheStallDeadline) {
  const int id = StartStream();
  SendEntries(id, 20, 30 * 1024);
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(writer_.status.has_value());
  loop_.Advance(absl::Seconds(1));
  ExpectEnd(Code::kResourceExhausted, "SLOW_CONSUMER");
  EXPECT_EQ(Abandons(), 1u);
  EXPECT_LE(budget_.used(), 128u * 1024) << "but for the message that is with the writer";
}

TEST_F(SearchStreamTest, AReaderWhoTakesWhatIsThereMayTakeTheNextThirtySeconds) {
  const int id = StartStream();
  SendEntries(id, 20, 30 * 1024);
  loop_.Advance(absl::Seconds(29));
  for (int i = 0; i < 3; ++i) CompleteWrite();  // below the low mark and up to the high mark again
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(writer_.status.has_value());
  loop_.Advance(absl::Seconds(1));
  ExpectEnd(Code::kResourceExhausted, "SLOW_CONSUMER");
}

TEST_F(SearchStreamTest, AReaderThatStopsAfterTheDirectorysResultIsGivenUpToo) {
  const int id = StartStream();
  SendEntries(id, 5);
  Answer({ResultMessage(id)});
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(writer_.status.has_value());
  loop_.Advance(absl::Seconds(1));
  ExpectEnd(Code::kResourceExhausted, "SLOW_CONSUMER");
  EXPECT_FALSE(DoneWasSent());
  EXPECT_EQ(Abandons(), 0u) << "nothing is unanswered";
}

TEST_F(SearchStreamTest, AfterTheDirectorysResultEachReadIsGivenTheWholeDeadline) {
  const int id = StartStream({.max_entries_per_message = 1});
  SendEntries(id, 4);
  Answer({ResultMessage(id)});
  while (writer_.outstanding) {
    loop_.Advance(absl::Seconds(29));
    CompleteWrite();
  }
  ExpectEnd(Code::kOk);
}

TEST_F(SearchStreamTest, WhoDoesNotEvenTakeTheStatusIsCutOff) {
  SendEntries(StartStream(), 20, 30 * 1024);
  loop_.Advance(absl::Seconds(30));
  ExpectEnd(Code::kResourceExhausted, "SLOW_CONSUMER");
  loop_.Advance(absl::Seconds(29));
  EXPECT_EQ(writer_.cut_offs, 0);
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(writer_.cut_offs, 1);
}

TEST_F(SearchStreamTest, WhoDoesNotTakeTheLastMessageIsCutOff) {
  const int id = StartStream();
  Answer({ResultMessage(id)});
  ExpectEnd(Code::kOk);
  EXPECT_GT(budget_.used(), 0u) << "it is the caller's, but here";
  loop_.Advance(absl::Seconds(30));
  EXPECT_EQ(writer_.cut_offs, 1);
}

TEST_F(SearchStreamTest, MemoryIsChargedForWhatTheHeapGaveNotForWhatIsUsed) {
  SendEntries(StartStream({.max_entries_per_message = 1}), 10, 1);
  EXPECT_EQ(budget_.used(), 10u * 1024) << "ten messages of a few octets";
  CompleteAllWrites();
}

TEST_F(SearchStreamTest, AnEntryThatFitsIntoNoMessageEndsTheSearchAndSaysSo) {
  const int id = StartStream();
  SendEntries(id, 1, kMostValueOctets + 1);
  EXPECT_TRUE(writer_.messages.empty());
  ExpectEnd(Code::kResourceExhausted, "ENTRY_TOO_LARGE");
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, ALargeEntryIsCutAndComesTogetherAgain) {
  const int id = StartStream();
  std::vector<std::string> photos;
  for (char c = 'a'; c < 'k'; ++c) photos.emplace_back(300 * 1024, c);
  Answer({EntryMessage(id, "cn=big", {{"cn", {"big"}}, {"photo", photos}, {"sn", {"x", "y"}}}),
          EntryMessage(id, "cn=next"), ResultMessage(id)});
  CompleteAllWritesAndReads();
  std::map<std::string, std::vector<std::string>> values;
  std::vector<std::string> whole;
  for (const auto& message : writer_.messages) {
    EXPECT_LT(message.ByteSizeLong(), kMostMessageOctets + 64 * 1024);
    for (const auto& entry : message.entries()) {
      if (!entry.continued()) whole.push_back(entry.dn());
      for (const auto& attribute : entry.attributes()) {
        auto& all = values[attribute.type()];
        all.insert(all.end(), attribute.values().begin(), attribute.values().end());
      }
    }
  }
  EXPECT_GT(writer_.messages.size(), 2u);
  EXPECT_THAT(whole, ElementsAre("cn=big", "cn=next"));
  EXPECT_EQ(values["photo"], photos);
  EXPECT_THAT(values["sn"], ElementsAre("x", "y"));
  EXPECT_EQ(writer_.messages.back().done().entry_count(), 2);
}

TEST_F(SearchStreamTest, CancelBeforeTheFirstEntryAbandonsOnceAndFinishesOnce) {
  StartStream();
  stream_->OnCancel();
  stream_->OnCancel();
  ExpectEnd(Code::kCancelled, "OPERATION_CANCELLED");
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, CancelMidStreamDeliversNothingAfter) {
  const int id = StartStream();
  SendEntries(id, 1);
  CompleteWrite();
  stream_->OnCancel();
  SendEntries(id, 5);
  Answer({ResultMessage(id)});
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(1));
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, CancelWithAWriteOutstandingDropsWhatGathered) {
  const int id = StartStream();
  SendEntries(id, 1);
  SendEntries(id, 4);
  stream_->OnCancel();
  ExpectEnd(Code::kCancelled);
  EXPECT_LE(budget_.used(), 1024u) << "but for the message that is with the writer";
  CompleteWrite();
  EXPECT_EQ(budget_.used(), 0u);
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(1));
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, CancelBeforeAFailedWriteFinishesOnce) {
  SendEntries(StartStream(), 5);
  writer_.is_cancelled = true;
  stream_->OnCancel();
  CompleteWrite(false);
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, CancelAfterAFailedWriteFinishesOnce) {
  SendEntries(StartStream(), 5);
  writer_.is_cancelled = true;
  CompleteWrite(false);
  stream_->OnCancel();
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, AWriteThatSucceedsAfterTheCallerLeftEndsItToo) {
  const int id = StartStream();
  SendEntries(id, 1);
  SendEntries(id, 4);
  writer_.is_cancelled = true;
  CompleteWrite();
  ExpectEnd(Code::kCancelled);
  EXPECT_THAT(EntriesPerMessage(), ElementsAre(1));
}

TEST_F(SearchStreamTest, CancelBetweenPagesAbandonsNothing) {
  SearchRequest paged;
  paged.page_size = 1;
  const int id = StartStream({}, Search(paged));
  TakeAllPlaces();
  Answer({Entry(id, 1), PageEnd(id, "next")});
  ASSERT_EQ(operation_->state(), Operation::State::kBetweenPages);
  stream_->OnCancel();
  ExpectEnd(Code::kCancelled);
  EXPECT_EQ(Abandons(), 0u);
}

TEST_F(SearchStreamTest, CancelAfterTheResultWithWritesLeftAbandonsNothing) {
  const int id = StartStream();
  SendEntries(id, 5);
  Answer({ResultMessage(id)});
  stream_->OnCancel();
  ExpectEnd(Code::kCancelled);
  EXPECT_FALSE(DoneWasSent());
  EXPECT_EQ(Abandons(), 0u);
}

TEST_F(SearchStreamTest, CancelAfterTheEndChangesNothing) {
  const int id = StartStream();
  Answer({ResultMessage(id)});
  stream_->OnCancel();
  ExpectEnd(Code::kOk);
  EXPECT_EQ(Abandons(), 0u);
}

TEST_F(SearchStreamTest, AnAbandonByNameEndsTheStream) {
  SendEntries(StartStream(), 5);
  session_->Abandon("op");
  ExpectEnd(Code::kCancelled, "OPERATION_ABANDONED");
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(SearchStreamTest, UnbindEndsTheStream) {
  SendEntries(StartStream(), 5);
  session_->Close(EndCause::kSessionClosed);
  ExpectEnd(Code::kAborted, "SESSION_CLOSED");
}

TEST_F(SearchStreamTest, ARefusalFinishesWithoutAWord) {
  MakeStream({});
  stream_->Refuse(InvalidField("filter", "is nonsense"));
  ExpectEnd(Code::kInvalidArgument, "filter");
  EXPECT_TRUE(writer_.headers.empty());
}

}  // namespace
}  // namespace dirlease
