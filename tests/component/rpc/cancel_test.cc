// Promise 1 from outside: each way in which a caller leaves becomes exactly one Abandon, and none
// when nothing is unanswered.
#include "component/rpc/gateway_test.h"
#include "ldap/connection.h"

namespace dirlease::testing {
namespace {

using CancelTest = GatewayTest;

TEST_F(CancelTest, BeforeTheFirstEntry) {
  StartSearch();
  call_->Cancel();
  EXPECT_EQ(call_->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("abandon", 1);
  SendLateEntries();
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
}

TEST_F(CancelTest, InTheMidstOfTheStream) {
  StartSearch();
  Send(Entries(message_id_, 0, 10));
  EXPECT_EQ(ReadEntries(10), 10);
  call_->Cancel();
  EXPECT_EQ(call_->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("abandon", 1);
  SendLateEntries();
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
}

TEST_F(CancelTest, WhileAWriteIsBlockedByACallerWhoDoesNotRead) {
  StartSearch();
  for (int i = 0; i < 100; ++i) Send(Entries(message_id_, i, 1, 100'000));
  AwaitPaused();
  call_->Cancel();
  directory_.connection().AwaitCountOf("abandon", 1);
  EXPECT_EQ(call_->Finish().code, Code::kCancelled);
  SendLateEntries();
  EXPECT_EQ(directory_.abandons(), 1u);
}

TEST_F(CancelTest, AfterTheEndSendsNothing) {
  StartSearch();
  Send({ResultMessage(message_id_)});
  EXPECT_TRUE(call_->Finish().ok());
  call_->Cancel();
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(CancelTest, AfterTheResultThatTheCallerHasNotReadSendsNothing) {
  StartSearch();
  for (int i = 0; i < 10; ++i) Send(Entries(message_id_, i, 1, 20'000));
  Send({ResultMessage(message_id_)});
  gateway_.AwaitOnLoop(
      [&](SessionManager&) { return directory_.connection().outstanding().empty(); });
  call_->Cancel();
  EXPECT_EQ(call_->Finish().code, Code::kCancelled);
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(CancelTest, OfAnOperationThatWaitsHereSendsNothing) {
  constexpr int kPlaces = Connection::kMostExecuting;
  StartSearch();
  std::vector<std::unique_ptr<ClientCall>> running;
  for (int i = 1; i < kPlaces; ++i) {
    running.push_back(client_->Start(SubtreeSearch(), {.token = token_}));
    directory_.AwaitSearch(1 + i);
  }
  const auto waiting = client_->Start(SubtreeSearch("another"), {.token = token_});
  AwaitOperations(kPlaces + 1);
  waiting->Cancel();
  EXPECT_EQ(waiting->Finish().code, Code::kCancelled);
  AwaitOperations(kPlaces);
  EXPECT_EQ(directory_.abandons(), 0u);
  running.clear();
  call_.reset();
  directory_.connection().AwaitCountOf("abandon", kPlaces);
  EXPECT_EQ(directory_.connection().CountOf("search"), 1u + kPlaces);
}

TEST_F(CancelTest, ADeadline) {
  StartSearch(SubtreeSearch(), {.token = {}, .deadline = absl::Milliseconds(300)});
  EXPECT_EQ(call_->Finish().code, Code::kDeadlineExceeded);
  directory_.connection().AwaitCountOf("abandon", 1);
  SendLateEntries();
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
}

TEST_F(CancelTest, ABrokenConnection) {
  token_ = client_->Open().token();
  Client other(gateway_.address());
  const auto first = other.Start(SubtreeSearch(), {.token = token_});
  const auto second = other.Start(SubtreeSearch(), {.token = token_});
  directory_.AwaitSearch(2);
  other.BreakConnection();
  EXPECT_EQ(first->Finish().code, Code::kUnavailable);
  EXPECT_EQ(second->Finish().code, Code::kUnavailable);
  directory_.connection().AwaitCountOf("abandon", 2);
  // The lease is not the connection's.
  EXPECT_TRUE(KeepAlive(token_).ok());
  EXPECT_EQ(directory_.abandons(), 2u);
}

class AbandonTest : public GatewayTest {
 protected:
  bool Abandon(const std::string& operation_id) {
    v1::AbandonRequest request;
    request.set_operation_id(operation_id);
    v1::AbandonResponse response;
    const CallEnd end = client_->Call(request, &response, {.token = token_});
    EXPECT_TRUE(end.ok()) << end;
    return response.found();
  }
};

TEST_F(AbandonTest, ByTheNameThatTheCallerChose) {
  StartSearch(SubtreeSearch("my-search.1"));
  EXPECT_TRUE(Abandon("my-search.1"));
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kCancelled);
  EXPECT_EQ(end.reason(), "OPERATION_ABANDONED");
  EXPECT_EQ(call_->Header("ldap-operation-id"), "my-search.1");
  EXPECT_FALSE(Abandon("my-search.1"));
  SendLateEntries();
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
}

TEST_F(AbandonTest, ByTheNameThatTheServerGave) {
  StartSearch();
  Send(Entries(message_id_, 0, 1));
  EXPECT_EQ(ReadEntries(1), 1);
  const std::string name = call_->Header("ldap-operation-id");
  EXPECT_FALSE(name.empty());
  EXPECT_TRUE(Abandon(name));
  EXPECT_EQ(call_->Finish().reason(), "OPERATION_ABANDONED");
  SendLateEntries();
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
}

TEST_F(AbandonTest, OfNothingIsAnAnswer) {
  token_ = client_->Open().token();
  EXPECT_FALSE(Abandon("never-was"));
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(AbandonTest, DoesNotReachIntoAnotherLease) {
  StartSearch(SubtreeSearch("mine"));
  const std::string mine = std::exchange(token_, client_->Open().token());
  EXPECT_FALSE(Abandon("mine"));
  token_ = mine;
  EXPECT_TRUE(Abandon("mine"));
  call_->Finish();
}

TEST_F(AbandonTest, AnAbandonThatCannotBeSentLosesTheLeaseOpenly) {
  StartSearch(SubtreeSearch("mine"));
  directory_.connection().FailAbandons();
  EXPECT_TRUE(Abandon("mine"));
  EXPECT_EQ(call_->Finish().reason(), "OPERATION_ABANDONED");
  directory_.connection().AwaitCountOf("unbind", 1);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_LOST");
}

}  // namespace
}  // namespace dirlease::testing
