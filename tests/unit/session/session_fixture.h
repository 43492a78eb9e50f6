// One Session over a scripted handle on a manual loop. Ends by asserting that nothing of it lives any more. Sinks of
// operations that may still run then are the fixture's: sink_, or one of NewSink().
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/paged_results.h"
#include "session/session.h"
#include "support/fake_ldap_handle.h"
#include "support/manual_event_loop.h"
#include "unit/session/recording_sink.h"

namespace dirlease::testing {

class SessionFixture : public ::testing::Test,
                       protected Session::Observer,
                       private Connection::Observer {
 protected:
  static constexpr size_t kPlaces = Connection::kMostExecuting;

  ~SessionFixture() override {
    if (session_ != nullptr) session_->Close(EndCause::kSessionClosed);
    loop_.Advance(absl::Seconds(2));
    EXPECT_EQ(closed_, session_ == nullptr ? 0 : 1);
    EXPECT_EQ(busy_, 0);
    session_.reset();
    loop_.RunUntilIdle();
    EXPECT_EQ(peer_->unbinds(), 1);
    EXPECT_EQ(FakeLdapHandle::LiveCount(), 0);
    EXPECT_EQ(loop_.live_timers(), 0u);
    EXPECT_EQ(loop_.live_watches(), 0u);
    EXPECT_EQ(budget_.used(), 0u);
  }

  void Open(bool pages_offered = false) {
    auto connection = std::make_unique<Connection>(
        loop_, budget_, std::make_unique<FakeLdapHandle>(peer_),
        static_cast<Connection::Observer&>(*this));
    session_ = std::make_unique<Session>(
        loop_, static_cast<Session::Observer&>(*this), LeaseId{1},
        Session::Facts{.session_id = "s-1", .features = {.paged_results = pages_offered}}, Session::Limits{},
        std::move(connection));
  }

  static OperationRequest Search(SearchRequest search = {}, std::vector<Control> controls = {}) {
    search.base_dn = "dc=example";
    search.filter = "(cn=*)";
    return {.body = std::move(search), .controls = std::move(controls)};
  }
  // Fails the test when it is refused.
  Operation* Begin(RecordingSink& sink, OperationRequest request = Search(), std::string id = "") {
    auto begun = session_->Begin({std::move(id), "Search"}, std::move(request), sink);
    if (begun.ok()) return begun.value();
    ADD_FAILURE() << begun.failure().reason;
    return nullptr;
  }
  // Begins it and sends it if there is a place.
  Operation* Run(RecordingSink& sink, OperationRequest request = Search()) {
    Operation* operation = Begin(sink, std::move(request));
    loop_.RunUntilIdle();
    return operation;
  }
  RecordingSink& NewSink() { return sinks_.emplace_back(); }
  void TakeAllPlaces() {
    for (size_t i = 0; i < kPlaces; ++i) Run(NewSink());
  }
  void Pump() { PumpInput(loop_, *peer_); }
  void Answer(std::vector<FakeMessage> messages) {
    peer_->Queue(std::move(messages));
    Pump();
  }
  static FakeMessage PageEnd(int id, const std::string& cookie) {
    LdapResult result;
    result.controls.push_back(
        {std::string(dirlease::kPagedResultsOid), false, EncodePagedResults(0, cookie)});
    return ResultMessage(id, std::move(result));
  }
  // Whether the request asks for pages, and how large.
  static std::optional<int> PageSizeOf(const SentRequest& request) {
    for (const Control& control : request.controls) {
      if (control.oid != dirlease::kPagedResultsOid) continue;
      return dirlease::DecodePagedResults(control.value.value_or(""))->size;
    }
    return std::nullopt;
  }

  ManualEventLoop loop_;
  ByteBudget budget_{1024 * 1024};
  std::shared_ptr<FakeLdapPeer> peer_ = std::make_shared<FakeLdapPeer>();
  std::unique_ptr<Session> session_;
  RecordingSink sink_;
  std::deque<RecordingSink> sinks_;
  int busy_ = 0;  // balance of OnSessionBusy and OnSessionIdle, while the session is open
  int lost_ = 0;
  int closed_ = 0;

 private:
  static std::string EncodePagedResults(int size, const std::string& cookie) {
    return dirlease::EncodePagedResults(size, cookie);
  }
  void OnSessionBusy(Session&) override { ++busy_; }
  void OnSessionIdle(Session&) override { --busy_; }
  void OnOperationEnded(Session&, const Operation&, const OperationEnd&) override {}
  void OnSessionLost(Session&, const LdapResult&) override { ++lost_, busy_ = 0; }
  void OnSessionClosed(Session&) override { ++closed_, busy_ = 0; }
  void OnPlaceFree() override {}
  void OnConnectionLost(const LdapResult&) override {}
};

}  // namespace dirlease::testing
