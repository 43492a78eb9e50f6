// Sync from outside, over a directory that the test plays: what it may do wrong, and what a caller may leave undone.
#include "component/rpc/gateway_test.h"
#include "support/sync_values.h"

namespace dirlease::testing {
namespace {

class SyncTest : public GatewayTest {
 protected:
  SyncTest() = default;
  explicit SyncTest(GatewayHarness::Options options) : GatewayTest(std::move(options)) {}

  // On the first lease; it has reached the directory.
  std::unique_ptr<ClientCall> StartSync(v1::SyncRequest request = {}) {
    if (token_.empty()) token_ = client_->Open().token();
    auto call = client_->Start(request, {.token = token_});
    message_id_ = directory_.AwaitSearch(++searches_);
    return call;
  }
  // ... and persists.
  std::unique_ptr<ClientCall> StartPersisting() {
    auto call = StartSync();
    Send({RefreshMessage(message_id_, /*present=*/true, /*done=*/true, "c1")});
    v1::SyncResponse message;
    EXPECT_TRUE(call->Read(message));
    EXPECT_EQ(message.cookie(), "c1");
    return call;
  }
  // Until gRPC is done with what was written: the caller may have read it before.
  void AwaitWritten() {
    gateway_.AwaitOnLoop([](SessionManager& manager) { return manager.budget().used() < 1024; });
  }
  FakeMessage Changed(const std::string& dn, const std::string& cookie = "") {
    return SyncEntryMessage(message_id_, dn, kSyncModify, UuidOf('u'), cookie, {{"cn", {"x"}}});
  }
  bool WhoAmI() { return client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).ok(); }
};

TEST_F(SyncTest, RefreshChangesAndTheDirectorysEnd) {
  const auto call = StartPersisting();
  EXPECT_FALSE(call->Header("ldap-operation-id").empty());
  Send({Changed("cn=a", "c2")});
  v1::SyncResponse message;
  ASSERT_TRUE(call->Read(message));
  EXPECT_EQ(message.events(0).entry().entry().dn(), "cn=a");
  EXPECT_EQ(message.cookie(), "c2");
  Send({SyncDoneMessage(message_id_, 52, "c3")});
  ASSERT_TRUE(call->Read(message));
  EXPECT_EQ(message.events(0).done().result().name(), "unavailable");
  EXPECT_EQ(message.cookie(), "c3");
  const CallEnd& end = call->Finish();
  EXPECT_EQ(end.code, Code::kUnavailable);
  EXPECT_EQ(end.reason(), "UNAVAILABLE");
  EXPECT_EQ(directory_.abandons(), 0u);
}

TEST_F(SyncTest, CancelIsOneAbandonAndNothingMore) {
  const auto call = StartPersisting();
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("abandon", 1);
  SendLateEntries();
  EXPECT_EQ(directory_.connection().abandoned(), std::vector{message_id_});
}

TEST_F(SyncTest, AnIdleOneBeats) {
  const auto call = StartPersisting();
  AwaitWritten();
  gateway_.Advance(absl::Seconds(31));
  v1::SyncResponse message;
  ASSERT_TRUE(call->Read(message));
  EXPECT_EQ(message.ByteSizeLong(), 0u);
}

TEST_F(SyncTest, AReaderWhoTakesNothingLosesItsSyncAndNothingElse) {
  const auto call = StartSync();
  for (int i = 0; i < 100; ++i) {
    Send({SyncEntryMessage(message_id_, "cn=" + std::to_string(i), kSyncAdd, UuidOf('u'), "c" + std::to_string(i),
                           {{"value", {std::string(100'000, 'v')}}})});
  }
  AwaitPaused();
  EXPECT_GT(directory_.connection().queued_chunks(), 10u);  // the rest stays with the directory
  EXPECT_LT(gateway_.BudgetUsed(), 512u * 1024);
  for (int i = 0; i < 100 && directory_.abandons() == 0; ++i) {
    AwaitPaused();
    gateway_.Advance(absl::Seconds(30));
  }
  ASSERT_EQ(directory_.abandons(), 1u);
  int events = 0;
  for (v1::SyncResponse message; call->Read(message);) {
    events += message.events_size();
    // The resume point is that of what was delivered.
    EXPECT_EQ(message.cookie(), "c" + std::to_string(events - 1));
  }
  EXPECT_EQ(call->Finish().reason(), "SLOW_CONSUMER");
  gateway_.AwaitBudgetFree();
  AwaitTaken();
  EXPECT_TRUE(WhoAmI());
}

TEST_F(SyncTest, WhoNeverReadsIsCutOffAndHoldsNothing) {
  const auto call = StartSync();
  for (int i = 0; i < 100; ++i) {
    Send({IdSetMessage(message_id_, false, std::vector<std::string>(5000, UuidOf('x')))});
  }
  AwaitPaused();
  gateway_.Advance(absl::Seconds(30));
  directory_.connection().AwaitCountOf("abandon", 1);
  gateway_.Advance(absl::Seconds(30));
  gateway_.AwaitBudgetFree();
  EXPECT_TRUE(WhoAmI());
}

TEST_F(SyncTest, ADirectoryThatBreaksRfc4533EndsThisSyncOnly) {
  const auto other = StartPersisting();
  const int other_id = message_id_;
  const std::string info = "1.3.6.1.4.1.4203.1.9.1.4";
  const std::vector<std::function<FakeMessage()>> broken = {
      [&] { return EntryMessage(message_id_, "cn=without"); },
      [&] { return IntermediateMessage(message_id_, info, "\x30\x80"); },
      [&] { return IntermediateMessage(message_id_, info, std::string("\xa3\x84\xff\xff\xff\xff", 6)); },
      [&] { return IdSetMessage(message_id_, true, {""}); },
      [&] { return SyncEntryMessage(message_id_, "cn=a", 77, UuidOf('u')); }};
  for (const auto& message : broken) {
    const auto call = StartSync();
    Send({NewCookieMessage(4711, "of nobody"), message()});
    const CallEnd& end = call->Finish();
    EXPECT_EQ(end.code, Code::kInternal);
    EXPECT_EQ(end.reason(), "DECODING_ERROR");
  }
  EXPECT_EQ(directory_.abandons(), broken.size());
  message_id_ = other_id;
  Send({Changed("cn=still here")});
  v1::SyncResponse response;
  EXPECT_TRUE(other->Read(response));
  EXPECT_EQ(response.events(0).entry().entry().dn(), "cn=still here");
}

class ManySyncsTest : public SyncTest {
 protected:
  ManySyncsTest() : SyncTest({.sessions = {.session = {.most_persisting_syncs = 64}}}) {}
};

TEST_F(ManySyncsTest, PersistingOnesLeaveAllPlacesToOthersButCount) {
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (int i = 0; i < 63; ++i) calls.push_back(StartPersisting());
  EXPECT_TRUE(WhoAmI());
  StartSearch();
  Send({ResultMessage(message_id_)});
  EXPECT_TRUE(call_->Finish().ok());
  calls.push_back(StartPersisting());
  const SearchOutcome refused = RunSearch(*client_, SubtreeSearch(), token_);
  EXPECT_EQ(refused.end.reason(), "TOO_MANY_OPERATIONS");
  calls.clear();
  directory_.connection().AwaitCountOf("abandon", 64);
  EXPECT_EQ(directory_.abandons(), 64u);
}

TEST_F(SyncTest, TheEighthThatPersistsIsRefusedUntilAnotherEnds) {
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (int i = 0; i < 7; ++i) calls.push_back(StartPersisting());
  const CallEnd refused = client_->Start(v1::SyncRequest(), {.token = token_})->Finish();
  EXPECT_EQ(refused.code, Code::kResourceExhausted);
  EXPECT_EQ(refused.reason(), "TOO_MANY_PERSISTING_SYNCS");
  // A refresh alone ends by itself.
  v1::SyncRequest refresh;
  refresh.set_mode(v1::SyncRequest::MODE_REFRESH_ONLY);
  auto call = StartSync(refresh);
  Send({SyncDoneMessage(message_id_, ldap_code::kSuccess, "c2", false)});
  EXPECT_TRUE(call->Finish().ok());
  calls.pop_back();
  AwaitOperations(6);
  calls.push_back(StartPersisting());
}

TEST_F(SyncTest, TheEndOfTheLeaseIsItsEnd) {
  const auto call = StartPersisting();
  EXPECT_EQ(client_->Unbind(token_).abandoned_operations(), 1);
  const CallEnd& end = call->Finish();
  EXPECT_EQ(end.code, Code::kAborted);
  EXPECT_EQ(end.reason(), "SESSION_CLOSED");
  EXPECT_EQ(directory_.abandons(), 1u);
}

TEST_F(SyncTest, ALostDirectoryIsNeverDone) {
  const auto call = StartPersisting();
  directory_.connection().QueueEof();
  v1::SyncResponse message;
  EXPECT_FALSE(call->Read(message));
  EXPECT_EQ(call->Finish().reason(), "LDAP_SERVER_DOWN");
}

TEST_F(SyncTest, ItHoldsItsLeaseFromExpiringIdle) {
  v1::SyncRequest request;
  request.mutable_heartbeat_interval();
  const auto call = StartSync(request);
  for (int i = 0; i < 60; ++i) gateway_.Advance(absl::Seconds(31));
  EXPECT_TRUE(WhoAmI());
}

}  // namespace
}  // namespace dirlease::testing
