// Pipeline from outside, through gRPC: replies as they complete, each way in which it ends, and callers who do not read.
#include <map>

#include "component/rpc/gateway_test.h"
#include "support/grpc/pipeline_client.h"

namespace dirlease::testing {
namespace {

class PipelineTest : public GatewayTest {
 protected:
  void StartPipeline(CallOptions options = {}) {
    if (token_.empty()) token_ = client_->Open().token();
    options.token = token_;
    pipeline_.emplace(*client_, options);
  }
  static v1::PipelineCall Compare(uint64_t id, const std::string& value = "yes") {
    v1::PipelineCall call = PipelineCallOf(id);
    call.mutable_compare()->set_dn("cn=me");
    call.mutable_compare()->set_attribute_type("sn");
    call.mutable_compare()->set_text_value(value);
    return call;
  }
  static v1::PipelineCall Search(uint64_t id) {
    v1::PipelineCall call = PipelineCallOf(id);
    *call.mutable_search() = SubtreeSearch();
    return call;
  }
  static v1::PipelineCall Delete(uint64_t id) {
    v1::PipelineCall call = PipelineCallOf(id);
    call.mutable_delete_entry()->set_dn("cn=gone,dc=example");
    return call;
  }

  // The directory has both and answers neither.
  void RunSearchAndDelete() {
    StartPipeline();
    pipeline_->Send({Search(1), Delete(2)});
    directory_.AwaitSearch();
    directory_.connection().AwaitCountOf("delete", 1);
  }

  std::optional<PipelineClient> pipeline_;
};

TEST_F(PipelineTest, CallsAreAnsweredAsTheyComplete) {
  StartPipeline();
  pipeline_->Send({Search(1), Compare(2), Compare(3, "no")});
  EXPECT_TRUE(pipeline_->AwaitLast(2).compare().matched());
  EXPECT_FALSE(pipeline_->AwaitLast(3).compare().matched());
  const int id = directory_.AwaitSearch();
  Send(Entries(id, 0, 3));
  Send({ResultMessage(id)});
  EXPECT_EQ(pipeline_->AwaitLast(1).status().code(), 0);
  EXPECT_EQ(pipeline_->SearchOf(1).entries_size(), 3);
  EXPECT_EQ(pipeline_->SearchOf(1).done().entry_count(), 3);
  EXPECT_TRUE(pipeline_->HalfCloseAndFinish().ok());
}

TEST_F(PipelineTest, ThousandsOfCallsOneByOneAndInBatches) {
  StartPipeline();
  constexpr uint64_t kCalls = 2000;
  for (uint64_t id = 1; id <= kCalls; id += 100) {
    std::vector<v1::PipelineCall> calls;
    for (uint64_t i = 0; i < 100; ++i) calls.push_back(Compare(id + i, i % 2 == 0 ? "yes" : "no"));
    pipeline_->Send(calls);
  }
  EXPECT_TRUE(pipeline_->HalfCloseAndFinish().ok());
  for (uint64_t id = 1; id <= kCalls; ++id) {
    ASSERT_EQ(pipeline_->AwaitLast(id).compare().matched(), id % 2 == 1) << id;
  }
  EXPECT_LT(pipeline_->messages(), 500);
}

TEST_F(PipelineTest, AbandonInTheStreamIsOneAbandon) {
  StartPipeline();
  pipeline_->Send({Search(1)});
  message_id_ = directory_.AwaitSearch();
  v1::PipelineCall abandon;
  abandon.set_abandon(1);
  pipeline_->Send({abandon});
  const v1::PipelineReply last = pipeline_->AwaitLast(1);
  EXPECT_EQ(last.status().code(), static_cast<int>(Code::kCancelled));
  EXPECT_EQ(EndOf(last).reason(), "OPERATION_ABANDONED");
  SendLateEntries();
  EXPECT_TRUE(pipeline_->HalfCloseAndFinish().ok());
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
  EXPECT_EQ(pipeline_->SearchOf(1).entries_size(), 0);
}

TEST_F(PipelineTest, CancelAbandonsEachRunningCallOnce) {
  StartPipeline();
  pipeline_->Send({Search(1), Search(2), Search(3)});
  directory_.AwaitSearch(3);
  pipeline_->Cancel();
  EXPECT_EQ(pipeline_->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("abandon", 3);
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_EQ(directory_.abandons(), 3u);
}

TEST_F(PipelineTest, ADeadlineAbandonsEachRunningCallOnce) {
  StartPipeline({.token = {}, .deadline = absl::Milliseconds(300)});
  pipeline_->Send({Search(1), Search(2)});
  EXPECT_EQ(pipeline_->Finish().code, Code::kDeadlineExceeded);
  directory_.connection().AwaitCountOf("abandon", 2);
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_EQ(directory_.abandons(), 2u);
}

TEST_F(PipelineTest, ABrokenConnectionAbandonsEachRunningCallOnce) {
  token_ = client_->Open().token();
  Client other(gateway_.address());
  PipelineClient pipeline(other, {.token = token_});
  pipeline.Send({Search(1), Search(2)});
  directory_.AwaitSearch(2);
  other.BreakConnection();
  EXPECT_EQ(pipeline.Finish().code, Code::kUnavailable);
  directory_.connection().AwaitCountOf("abandon", 2);
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_EQ(directory_.abandons(), 2u);
}

TEST_F(PipelineTest, WhenTheLeaseEndsEachCallSaysWhatThatMeansForIt) {
  RunSearchAndDelete();
  client_->Unbind(token_);
  EXPECT_EQ(EndOf(pipeline_->AwaitLast(1)).reason(), "SESSION_CLOSED");
  EXPECT_EQ(EndOf(pipeline_->AwaitLast(2)).reason(), "OUTCOME_UNKNOWN");
  EXPECT_EQ(pipeline_->Finish().reason(), "SESSION_CLOSED");
  EXPECT_EQ(directory_.unbinds(), 1u);
}

TEST_F(PipelineTest, ALostDirectoryLeavesWritesUnknown) {
  RunSearchAndDelete();
  directory_.connection().QueueEof();
  EXPECT_EQ(EndOf(pipeline_->AwaitLast(1)).reason(), "LDAP_SERVER_DOWN");
  const CallEnd written = EndOf(pipeline_->AwaitLast(2));
  EXPECT_EQ(written.reason(), "OUTCOME_UNKNOWN");
  EXPECT_EQ(written.code, Code::kUnknown);
  EXPECT_EQ(pipeline_->Finish().code, Code::kUnavailable);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_LOST");
}

TEST_F(PipelineTest, ABadCallFailsAloneWithItsField) {
  StartPipeline();
  v1::PipelineCall bad = Search(1);
  bad.mutable_search()->set_filter("(cn=");
  pipeline_->Send({bad, PipelineCallOf(2), Compare(3)});
  const CallEnd end = EndOf(pipeline_->AwaitLast(1));
  EXPECT_EQ(end.code, Code::kInvalidArgument);
  ASSERT_TRUE(end.bad_request);
  EXPECT_EQ(end.bad_request->field_violations(0).field(), "filter");
  EXPECT_EQ(EndOf(pipeline_->AwaitLast(2)).code, Code::kUnimplemented);
  EXPECT_TRUE(pipeline_->AwaitLast(3).compare().matched());
  EXPECT_TRUE(pipeline_->HalfCloseAndFinish().ok());
}

TEST_F(PipelineTest, ACallWhoseIdRunsEndsTheStream) {
  StartPipeline();
  pipeline_->Send({Search(1), Search(1)});
  const CallEnd& end = pipeline_->Finish();
  EXPECT_EQ(end.code, Code::kInvalidArgument);
  EXPECT_EQ(EndOf(pipeline_->AwaitLast(1)).code, Code::kCancelled);
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_LE(directory_.abandons(), 1u);
}

TEST_F(PipelineTest, AForeignTokenIsRefused) {
  token_ = "no-such-token";
  StartPipeline();
  const CallEnd& end = pipeline_->Finish();
  EXPECT_EQ(end.code, Code::kUnauthenticated);
  EXPECT_EQ(end.reason(), "SESSION_UNKNOWN");
}

TEST_F(PipelineTest, WhoTakesNoRepliesIsNotReadAndLosesHisCallsAndNothingElse) {
  StartPipeline();
  pipeline_->Send({Search(1)});
  message_id_ = directory_.AwaitSearch();
  for (int i = 0; i < 100; ++i) Send(Entries(message_id_, i, 1, 100'000));
  AwaitPaused();
  EXPECT_GT(directory_.connection().queued_chunks(), 10u);
  EXPECT_LT(gateway_.BudgetUsed(), 768u * 1024);
  pipeline_->Send({Compare(2)});
  pipeline_->Send({Compare(3)});
  for (int i = 0; i < 100 && directory_.abandons() == 0; ++i) {
    AwaitPaused();
    gateway_.Advance(absl::Seconds(30));
  }
  ASSERT_EQ(directory_.abandons(), 1u);
  const CallEnd& end = pipeline_->Finish();
  EXPECT_EQ(end.code, Code::kResourceExhausted) << end;
  EXPECT_EQ(end.reason(), "SLOW_CONSUMER");
  EXPECT_EQ(directory_.connection().CountOf("compare"), 0u);
  const v1::SearchResponse got = pipeline_->SearchOf(1);
  for (int i = 0; i < got.entries_size(); ++i) {
    EXPECT_EQ(got.entries(i).attributes(0).values(0), std::to_string(i));
  }
  gateway_.AwaitBudgetFree();
  AwaitTaken();
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).ok());
  EXPECT_EQ(directory_.abandons(), 1u);
}

TEST_F(PipelineTest, CallsAboveTheLimitWaitWhileUnaryOnesAreRefused) {
  StartPipeline();
  std::vector<v1::PipelineCall> calls;
  for (uint64_t id = 1; id <= 70; ++id) calls.push_back(Search(id));
  pipeline_->Send(calls);
  AwaitOperations(64);
  EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).reason(), "TOO_MANY_OPERATIONS");
  for (size_t number = 1; number <= 70; ++number) Send({ResultMessage(directory_.AwaitSearch(number))});
  EXPECT_TRUE(pipeline_->HalfCloseAndFinish().ok());
  for (uint64_t id = 1; id <= 70; ++id) EXPECT_EQ(pipeline_->AwaitLast(id).status().code(), 0);
}

}  // namespace
}  // namespace dirlease::testing
