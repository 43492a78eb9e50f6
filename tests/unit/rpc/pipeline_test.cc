// The state machine of Pipeline over a scripted directory: who replies when, how it ends, who waits for whom.
#include "rpc/pipeline.h"

#include "rpc/directory_calls.h"
#include "unit/rpc/fake_responder.h"
#include "unit/rpc/pipeline_fixture.h"

namespace dirlease::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PipelineTest : public PipelineFixture {
 protected:
  // Answers all compares that the directory has, until it gets no more.
  void AnswerAllCompares() {
    for (std::set<int> ids; !(ids = peer_->outstanding()).empty();) {
      std::vector<FakeMessage> answers;
      for (const int id : ids) answers.push_back(Yes(id));
      Answer(std::move(answers));
      CompleteAllWrites();
    }
  }
  size_t Operations() { return opening_.session->operations().size(); }
};

TEST_F(PipelineTest, RepliesComeAsOperationsComplete) {
  StartPipeline();
  const int first = Run(Compare(1)), second = Run(Compare(2)), third = Run(Compare(1'000'000'000'000));
  EXPECT_THAT(Replies(), IsEmpty());
  Answer({Yes(third)});
  CompleteAllWrites();
  Answer({ResultMessage(first, ldap_code::kCompareFalse)});
  CompleteAllWrites();
  Answer({Yes(second)});
  EXPECT_THAT(RepliedIds(), ElementsAre(1'000'000'000'000u, 1u, 2u));
  EXPECT_TRUE(LastOf(2).compare().matched());
  EXPECT_FALSE(LastOf(1).compare().matched());
  EXPECT_EQ(CodeOf(1), Code::kOk);
}

TEST_F(PipelineTest, WhatCompletesInOneTurnIsOneMessage) {
  StartPipeline();
  Send({Compare(1), Compare(2), Compare(3)});
  std::vector<FakeMessage> answers;
  for (const int id : peer_->outstanding()) answers.push_back(Yes(id));
  Answer(std::move(answers));
  ASSERT_EQ(caller_.messages.size(), 1u);
  EXPECT_EQ(caller_.messages[0].replies_size(), 3);
}

TEST_F(PipelineTest, WhatCompletesWhileAWriteIsOutstandingIsOneMessage) {
  StartPipeline();
  std::vector<int> ids;
  for (uint64_t call = 1; call <= 4; ++call) ids.push_back(Run(Compare(call)));
  for (const int id : ids) Answer({Yes(id)});
  ASSERT_EQ(caller_.messages.size(), 1u);
  CompleteWrite();
  ASSERT_EQ(caller_.messages.size(), 2u);
  EXPECT_EQ(caller_.messages[1].replies_size(), 3);
}

TEST_F(PipelineTest, RepliesWaitForOthersWhileTheDirectoryHasEnoughToDo) {
  StartPipeline();
  std::vector<v1::PipelineCall> calls;
  for (uint64_t id = 1; id <= 15; ++id) calls.push_back(Compare(id));
  Send(calls);
  Answer({Yes(*peer_->outstanding().begin())});
  EXPECT_THAT(caller_.messages, IsEmpty());
  loop_.Advance(Pipeline::kLongestHold);
  EXPECT_THAT(RepliedIds(), ElementsAre(1u)) << "a millisecond at most";
  CompleteAllWrites();
  // Seven wait for a place then.
  for (int answered = 1; answered <= 3; ++answered) Answer({Yes(*peer_->outstanding().begin())});
  EXPECT_EQ(caller_.messages.size(), 1u);
  Answer({Yes(*peer_->outstanding().begin())});
  ASSERT_EQ(caller_.messages.size(), 2u);
  EXPECT_EQ(caller_.messages[1].replies_size(), 4);
}

TEST_F(PipelineTest, APointSearchIsOneReply) {
  StartPipeline();
  const int id = Run(Search(7));
  Answer({EntryMessage(id, "cn=a", {{"cn", {"a"}}}), ResultMessage(id)});
  ASSERT_EQ(Replies().size(), 1u);
  const v1::PipelineReply reply = LastOf(7);
  ASSERT_EQ(reply.search().entries_size(), 1);
  EXPECT_EQ(reply.search().entries(0).dn(), "cn=a");
  EXPECT_EQ(reply.search().done().entry_count(), 1);
  EXPECT_EQ(reply.status().code(), 0);
}

TEST_F(PipelineTest, SearchesStreamEachInItsOwnOrder) {
  StartPipeline();
  const int one = Run(Search(1)), two = Run(Search(2));
  std::vector<FakeMessage> messages;
  for (int i = 0; i < 600; ++i) {
    messages.push_back(EntryMessage(one, "cn=" + std::to_string(i)));
    messages.push_back(EntryMessage(two, "cn=" + std::to_string(i)));
  }
  messages.push_back(ReferenceMessage(one, {"ldap://elsewhere/"}));
  messages.push_back(ResultMessage(one));
  messages.push_back(ResultMessage(two));
  Answer(std::move(messages));
  CompleteAllWrites();
  std::map<uint64_t, v1::SearchResponse> all;
  for (const v1::PipelineReply& reply : Replies()) {
    EXPECT_LE(reply.search().entries_size(), 256);
    all[reply.id()].MergeFrom(reply.search());
  }
  for (const uint64_t id : {1u, 2u}) {
    ASSERT_EQ(all[id].entries_size(), 600);
    for (int i = 0; i < 600; ++i) EXPECT_EQ(all[id].entries(i).dn(), "cn=" + std::to_string(i));
    EXPECT_EQ(CodeOf(id), Code::kOk);
  }
  EXPECT_EQ(all[1].references_size(), 1);
  EXPECT_EQ(all[1].done().reference_count(), 1);
}

TEST_F(PipelineTest, OneEntryAReplyOnDemandAndAPartialResultIfAskedFor) {
  StartPipeline();
  v1::PipelineCall call = Search(1);
  call.mutable_search()->set_max_entries_per_message(1);
  call.mutable_search()->set_accept_partial(true);
  const int id = Run(call);
  Answer({EntryMessage(id, "cn=a"), EntryMessage(id, "cn=b"), ResultMessage(id, 4)});
  EXPECT_EQ(Replies().size(), 2u);
  EXPECT_EQ(CodeOf(1), Code::kOk);
  EXPECT_EQ(LastOf(1).search().done().result().code(), 4);
}

TEST_F(PipelineTest, AnEntryThatFitsNowhereEndsItsSearchAlone) {
  StartPipeline();
  const int search = Run(Search(1)), compare = Run(Compare(2));
  Answer({EntryMessage(search, "cn=a", {{"x", {std::string(kMostValueOctets + 1, 'x')}}})});
  Answer({Yes(compare)});
  CompleteAllWrites();
  EXPECT_EQ(ReasonOf(1), "ENTRY_TOO_LARGE");
  EXPECT_EQ(CodeOf(2), Code::kOk);
  EXPECT_EQ(peer_->abandoned(), std::vector{search});
}

TEST_F(PipelineTest, AFailedCallSaysWhatItsUnaryTwinSays) {
  StartPipeline();
  const int id = Run(Delete(1));
  LdapResult result;
  result.code = 32;
  result.matched_dn = "dc=example";
  result.diagnostic_message = "no such thing";
  Answer({ResultMessage(id, result)});
  EXPECT_EQ(CodeOf(1), Code::kNotFound);
  EXPECT_FALSE(LastOf(1).has_delete_entry());
  EXPECT_EQ(ReasonOf(1), "NO_SUCH_OBJECT");
  EXPECT_EQ(DetailOf<v1::LdapResult>(1).diagnostic_message(), "no such thing");
  EXPECT_EQ(DetailOf<google::rpc::ResourceInfo>(1).resource_name(), "cn=a,dc=example");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(1).metadata().at("operation"), "Delete");
}

TEST_F(PipelineTest, EachKindOfCallRuns) {
  StartPipeline();
  v1::PipelineRequest request;
  const auto add = [&](uint64_t id) -> v1::PipelineCall& { return *request.add_calls() = PipelineCallOf(id); };
  add(1).mutable_get_entry()->set_dn("cn=a");
  v1::AddRequest& addition = *add(2).mutable_add();
  addition.set_dn("cn=a");
  addition.add_attributes()->set_type("cn");
  addition.mutable_attributes(0)->add_values("a");
  v1::ModifyRequest& modify = *add(3).mutable_modify();
  modify.set_dn("cn=a");
  modify.add_modifications()->set_type(v1::Modification::TYPE_DELETE);
  modify.mutable_modifications(0)->mutable_attribute()->set_type("sn");
  v1::ModifyDnRequest& rename = *add(4).mutable_modify_dn();
  rename.set_dn("cn=a");
  rename.set_new_rdn("cn=b");
  add(5).mutable_extended()->set_oid("1.2.3");
  add(6).mutable_who_am_i();
  add(7).mutable_change_password();
  Send(request);
  for (const SentRequest& sent : peer_->requests()) {
    const int id = sent.message_id;
    if (!peer_->outstanding().contains(id)) continue;
    if (std::holds_alternative<SearchRequest>(sent.body)) {
      Answer({EntryMessage(id, "cn=a"), ResultMessage(id)});
    } else if (std::holds_alternative<SentExtended>(sent.body)) {
      Answer({ExtendedResultMessage(id, {}, "1.2.4", "0\x3")});
    } else {
      Answer({ResultMessage(id)});
    }
  }
  CompleteAllWrites();
  EXPECT_EQ(LastOf(1).get_entry().entry().dn(), "cn=a");
  EXPECT_EQ(LastOf(2).reply_case(), v1::PipelineReply::kAdd);
  EXPECT_EQ(LastOf(3).reply_case(), v1::PipelineReply::kModify);
  EXPECT_EQ(LastOf(4).reply_case(), v1::PipelineReply::kModifyDn);
  EXPECT_EQ(LastOf(5).extended().oid(), "1.2.4");
  EXPECT_EQ(LastOf(6).reply_case(), v1::PipelineReply::kWhoAmI);
  EXPECT_TRUE(LastOf(7).has_status());
}

TEST_F(PipelineTest, ABadCallFailsAlone) {
  StartPipeline();
  v1::PipelineCall filter = Search(1), timeout = Compare(3), session = Compare(4), name = Compare(5);
  const v1::PipelineCall unknown = PipelineCallOf(2);
  filter.mutable_search()->set_filter("(cn=");
  timeout.mutable_timeout()->set_seconds(-1);
  session.mutable_compare()->set_session("another");
  name.mutable_compare()->set_operation_id("no id!");
  Send({filter, unknown, timeout, session, name, Compare(6)});
  Answer({Yes(peer_->last_request().message_id)});
  CompleteAllWrites();
  EXPECT_EQ(CodeOf(1), Code::kInvalidArgument);
  EXPECT_EQ(ViolationOf(1), "filter");
  EXPECT_EQ(CodeOf(2), Code::kUnimplemented);
  EXPECT_EQ(ViolationOf(3), "timeout");
  EXPECT_EQ(ReasonOf(4), "SESSION_CONFLICT");
  EXPECT_EQ(ViolationOf(5), "operation_id");
  EXPECT_EQ(CodeOf(6), Code::kOk);
  EXPECT_FALSE(pipeline_->finished());
}

TEST_F(PipelineTest, AbandonEndsOneCallWithOneAbandon) {
  StartPipeline();
  const int search = Run(Search(1)), compare = Run(Compare(2));
  Answer({EntryMessage(search, "cn=a")});
  CompleteAllWrites();
  Send({Abandon(1), Abandon(1), Abandon(99)});
  EXPECT_EQ(peer_->abandoned(), std::vector{search});
  EXPECT_EQ(CodeOf(1), Code::kCancelled);
  EXPECT_EQ(ReasonOf(1), "OPERATION_ABANDONED");
  CompleteAllWrites();
  Answer({EntryMessage(search, "cn=late"), Yes(compare)});
  EXPECT_THAT(RepliedIds(), ElementsAre(1u, 1u, 2u));
  HalfClose();
  EXPECT_EQ(Abandons(), 1u);
}

TEST_F(PipelineTest, AnIdMayBeUsedAgainAfterItsLastReply) {
  StartPipeline();
  Answer({Yes(Run(Compare(1)))});
  CompleteAllWrites();
  Answer({Yes(Run(Compare(1)))});
  CompleteAllWrites();
  EXPECT_THAT(RepliedIds(), ElementsAre(1u, 1u));
}

TEST_F(PipelineTest, AnIdInUseOrZeroEndsTheStreamBehindAllReplies) {
  for (const uint64_t id : {1u, 0u}) {
    StartPipeline();
    const int running = Run(Compare(1));
    Send({Compare(id), Compare(5)});
    CompleteAllWrites();
    ExpectEnd(Code::kInvalidArgument, "calls.id");
    EXPECT_EQ(CodeOf(1), Code::kCancelled);
    EXPECT_THAT(RepliedIds(), ElementsAre(1u));
    EXPECT_EQ(peer_->abandoned(), std::vector{running});
    pipeline_.reset();
    caller_ = {};
  }
}

TEST_F(PipelineTest, WhatIsNoRequestEndsTheStream) {
  StartPipeline();
  SendOctets("\xff\xff\xff");
  ExpectEnd(Code::kInvalidArgument);
}

TEST_F(PipelineTest, TooManyCallsInOneMessageEndTheStream) {
  StartPipeline();
  Send(std::vector(kMostCallsPerMessage + 1, Abandon(1)));
  ExpectEnd(Code::kInvalidArgument, "calls");
}

TEST_F(PipelineTest, HalfCloseAnswersWhatRunsAndEnds) {
  StartPipeline();
  const int first = Run(Compare(1)), second = Run(Compare(2));
  HalfClose();
  Answer({Yes(first)});
  CompleteAllWrites();
  EXPECT_FALSE(pipeline_->finished());
  Answer({Yes(second)});
  ExpectEnd(Code::kOk);
  EXPECT_THAT(RepliedIds(), ElementsAre(1u, 2u));
}

TEST_F(PipelineTest, HalfCloseOfNothingEndsAtOnce) {
  StartPipeline();
  HalfClose();
  ExpectEnd(Code::kOk);
  EXPECT_THAT(caller_.messages, IsEmpty());
}

TEST_F(PipelineTest, CancelAbandonsWhatRunsOnceAndSaysNothing) {
  StartPipeline();
  const int first = Run(Compare(1)), second = Run(Search(2));
  Answer({EntryMessage(second, "cn=a")});
  pipeline_->Cancel();
  pipeline_->Cancel();
  loop_.RunUntilIdle();
  CompleteWrite(false);
  EXPECT_THAT(peer_->abandoned(), ::testing::UnorderedElementsAre(first, second));
  EXPECT_THAT(RepliedIds(), ElementsAre(2u)) << "the entry that was written before";
  ExpectEnd(Code::kCancelled);
}

TEST_F(PipelineTest, AWriteThatFailedIsACancel) {
  StartPipeline();
  const int first = Run(Compare(1)), second = Run(Compare(2));
  Answer({Yes(first)});
  CompleteWrite(false);
  EXPECT_EQ(peer_->abandoned(), std::vector{second});
  ExpectEnd(Code::kCancelled);
}

TEST_F(PipelineTest, ACallsTimeoutEndsItAlone) {
  StartPipeline();
  v1::PipelineCall timed = Compare(1);
  timed.mutable_timeout()->set_seconds(2);
  const int id = Run(timed);
  const int other = Run(Compare(2));
  loop_.Advance(absl::Seconds(1));
  EXPECT_THAT(Replies(), IsEmpty());
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(CodeOf(1), Code::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf(1), "OPERATION_TIMED_OUT");
  EXPECT_EQ(peer_->abandoned(), std::vector{id});
  CompleteAllWrites();
  Answer({Yes(other)});
  EXPECT_EQ(CodeOf(2), Code::kOk);
}

TEST_F(PipelineTest, TheLeasesEndComesAfterThatOfEachCall) {
  StartPipeline();
  Run(Compare(1));
  Run(Delete(2));
  bool unbound = false;
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [&](auto) { unbound = true; });
  loop_.RunUntilIdle();
  CompleteAllWrites();
  EXPECT_EQ(ReasonOf(1), "SESSION_CLOSED");
  EXPECT_EQ(CodeOf(1), Code::kAborted);
  EXPECT_EQ(ReasonOf(2), "OUTCOME_UNKNOWN");
  EXPECT_EQ(CodeOf(2), Code::kUnknown);
  ExpectEnd(Code::kAborted, "SESSION_CLOSED");
  LetSocketsClose();
  EXPECT_TRUE(unbound);
}

TEST_F(PipelineTest, AnUnbindThatWaitsLetsCallsEndAndBeginsNone) {
  StartPipeline();
  const int id = Run(Compare(1));
  manager().Unbind({}, opening_.token, absl::Seconds(5), [](auto) {});
  loop_.RunUntilIdle();
  EXPECT_FALSE(pipeline_->finished());
  if (caller_.reading) Send({Compare(2)});
  Answer({Yes(id)});
  CompleteAllWrites();
  EXPECT_EQ(CodeOf(1), Code::kOk);
  EXPECT_THAT(RepliedIds(), ElementsAre(1u));
  ExpectEnd(Code::kAborted, "SESSION_CLOSED");
}

TEST_F(PipelineTest, ALostDirectoryIsToldByEachCallAndTheStream) {
  StartPipeline();
  Run(Compare(1));
  Run(Delete(2));
  peer_->QueueEof();
  PumpInput(loop_, *peer_);
  CompleteAllWrites();
  EXPECT_EQ(ReasonOf(1), "LDAP_SERVER_DOWN");
  EXPECT_EQ(ReasonOf(2), "OUTCOME_UNKNOWN");
  ExpectEnd(Code::kUnavailable, "LDAP_SERVER_DOWN");
}

TEST_F(PipelineTest, HoldsItsLease) {
  options_.default_ttl = absl::Seconds(10);
  StartPipeline();
  loop_.Advance(absl::Minutes(5));
  EXPECT_EQ(Missing(opening_.token), "");
  HalfClose();
  ExpectEnd(Code::kOk);
  loop_.Advance(absl::Minutes(5));
  EXPECT_EQ(Missing(opening_.token), "SESSION_EXPIRED");
}

TEST_F(PipelineTest, ADrainEndsItOnceNothingRuns) {
  StartPipeline();
  const int id = Run(Compare(1));
  manager().Drain(absl::Seconds(25), [] {});
  loop_.RunUntilIdle();
  EXPECT_FALSE(pipeline_->finished());
  Answer({Yes(id)});
  CompleteAllWrites();
  EXPECT_EQ(CodeOf(1), Code::kOk);
  ExpectEnd(Code::kUnavailable, "DRAINING");
}

TEST_F(PipelineTest, TheFirstMessageMayNameTheLease) {
  peer_ = Open(opening_);
  StartOn({});
  v1::PipelineRequest request;
  request.set_session(opening_.token);
  *request.add_calls() = Compare(1);
  Send(request);
  Answer({Yes(peer_->last_request().message_id)});
  CompleteAllWrites();
  EXPECT_EQ(CodeOf(1), Code::kOk);
  request.set_session("another");
  Send(request);
  ExpectEnd(Code::kInvalidArgument, "SESSION_CONFLICT");
}

TEST_F(PipelineTest, WithoutALeaseItEndsAtOnce) {
  StartOn({});
  Send({Compare(1)});
  ExpectEnd(Code::kInvalidArgument, "SESSION_MISSING");
  pipeline_.reset();
  caller_ = {};
  CallInfo info;
  info.token = "no such token";
  StartOn(info);
  ExpectEnd(Code::kUnauthenticated, "SESSION_UNKNOWN");
}

TEST_F(PipelineTest, CallsAboveTheLeasesLimitWaitUnread) {
  options_.session.most_operations = 10;
  StartPipeline();
  std::vector<v1::PipelineCall> calls;
  for (uint64_t id = 1; id <= 30; ++id) calls.push_back(Compare(id));
  Send(calls);
  EXPECT_EQ(Operations(), 10u);
  EXPECT_FALSE(caller_.reading);
  AnswerAllCompares();
  for (uint64_t id = 1; id <= 30; ++id) EXPECT_EQ(CodeOf(id), Code::kOk);
  EXPECT_TRUE(caller_.reading);
  EXPECT_EQ(manager().budget().used(), 0u);
}

TEST_F(PipelineTest, WaitsForRoomThatOthersTake) {
  options_.session.most_operations = 2;
  StartPipeline();
  std::vector<Operation*> others;
  std::vector<RecordingSink> sinks(2);
  for (RecordingSink& sink : sinks) others.push_back(ManagerFixture::Run(*opening_.session, sink));
  Send({Compare(1), Compare(2)});
  EXPECT_EQ(peer_->CountOf("compare"), 0u);
  others[0]->End(EndCause::kCancelled);
  loop_.RunUntilIdle();
  EXPECT_EQ(peer_->CountOf("compare"), 1u);
  others[1]->End(EndCause::kCancelled);
  loop_.RunUntilIdle();
  EXPECT_EQ(peer_->CountOf("compare"), 2u);
  AnswerAllCompares();
  EXPECT_EQ(CodeOf(1), Code::kOk);
  EXPECT_EQ(CodeOf(2), Code::kOk);
}

TEST_F(PipelineTest, CallsThatWaitedAreDroppedWithTheStream) {
  options_.session.most_operations = 1;
  StartPipeline();
  Send({Compare(1), Compare(2)});
  const int running = peer_->last_request().message_id;
  pipeline_->Cancel();
  loop_.RunUntilIdle();
  EXPECT_EQ(peer_->abandoned(), std::vector{running});
  EXPECT_EQ(peer_->CountOf("compare"), 1u);
}

TEST_F(PipelineTest, WhoDoesNotReadIsNotReadEither) {
  StartPipeline();
  const int id = Run(Search(1));
  for (int i = 0; i < 10; ++i) Answer({EntryMessage(id, "cn=a", {{"x", {std::string(100'000, 'x')}}})});
  EXPECT_EQ(opening_.session->paused_connections(), 1u);
  EXPECT_LT(manager().budget().used(), 600'000u);
  // What was asked for before is taken, and waits.
  if (caller_.reading) Send({Compare(2)});
  EXPECT_EQ(peer_->CountOf("compare"), 0u);
  EXPECT_FALSE(caller_.reading);
  // He catches up.
  for (int i = 0; i < 20; ++i) {
    CompleteAllWrites();
    PumpInput(loop_, *peer_);
  }
  EXPECT_EQ(opening_.session->paused_connections(), 0u);
  EXPECT_EQ(peer_->CountOf("compare"), 1u);
  EXPECT_TRUE(caller_.reading);
}

TEST_F(PipelineTest, WhoTakesNothingForTheStallDeadlineIsGivenUp) {
  StartPipeline();
  const int first = Run(Compare(1)), second = Run(Compare(2));
  Answer({Yes(first)});
  loop_.Advance(absl::Seconds(29));
  EXPECT_FALSE(pipeline_->finished());
  loop_.Advance(absl::Seconds(1));
  ExpectEnd(Code::kResourceExhausted, "SLOW_CONSUMER");
  EXPECT_EQ(peer_->abandoned(), std::vector{second});
  loop_.Advance(absl::Seconds(30));
  EXPECT_EQ(caller_.cut_offs, 1);
}

TEST_F(PipelineTest, AnIdleOneIsNotStalled) {
  StartPipeline();
  Answer({Yes(Run(Compare(1)))});
  CompleteAllWrites();
  loop_.Advance(absl::Seconds(40));
  EXPECT_FALSE(pipeline_->finished());
}

}  // namespace
}  // namespace dirlease::testing
