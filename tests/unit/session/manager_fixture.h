// A SessionManager over scripted connections on a manual loop. Ends by asserting that nothing of it lives any more. What
// may still be told of something then is the fixture's: sink_ and opening_.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/session_manager.h"
#include "support/fake_connector.h"
#include "support/leak_check.h"
#include "support/manual_event_loop.h"
#include "unit/session/recording_sink.h"

namespace dirlease::testing {

class ManagerFixture : public ::testing::Test {
 protected:
  // What became of one Open.
  struct Opening {
    dirlease::Opening::Ticket ticket = 0;
    int answers = 0;
    std::string token;
    Session* session = nullptr;  // valid as long as the lease
    LdapResult bind_result;
    bool more_steps = false;
    std::string server_credentials;
    std::optional<CallError> error;

    // "" = none, else the gateway's own reason.
    std::string reason() const {
      const auto* failure = error ? std::get_if<Failure>(&*error) : nullptr;
      return failure == nullptr ? "" : failure->reason;
    }
    const OperationEnd* end() const { return error ? std::get_if<OperationEnd>(&*error) : nullptr; }
  };

  ManagerFixture() {
    options_.default_ttl = absl::Seconds(60);
    options_.max_age = absl::Hours(1);
    targets_ = {TargetConfig{.name = "default", .uris = {{.text = "ldap://a", .host = "a"}}},
                TargetConfig{.name = "other", .uris = {{.text = "ldap://b", .host = "b"}}}};
  }
  ~ManagerFixture() override {
    if (manager_ != nullptr) {
      bool drained = manager_->draining();
      manager_->Drain(absl::ZeroDuration(), [&] { drained = true; });
      loop_.Advance(absl::Seconds(2));
      EXPECT_TRUE(drained);
      EXPECT_TRUE(manager_->idle());
      EXPECT_EQ(manager_->size(), 0u);
      EXPECT_EQ(manager_->budget().used(), 0u);
    }
    manager_.reset();
    loop_.RunUntilIdle();
    for (const auto& peer : connector_.peers()) EXPECT_EQ(peer->unbinds(), 1);
    EXPECT_EQ(FakeLdapHandle::LiveCount(), 0);
    EXPECT_EQ(loop_.live_timers(), 0u);
    EXPECT_EQ(loop_.live_watches(), 0u);
  }

  SessionManager& manager() {
    if (manager_ == nullptr) {
      manager_ = std::make_unique<SessionManager>(loop_, connector_, options_, targets_);
    }
    return *manager_;
  }

  static std::shared_ptr<FakeLdapPeer> NewPeer() {
    return std::make_shared<FakeLdapPeer>(FakeLdapPeer::Descriptor::kSocket);
  }
  static OpenRequest Request(std::string request_id = "") {
    OpenRequest request;
    request.bind.name = "cn=app";
    request.bind.password = Secret("correct horse");
    request.request_id = std::move(request_id);
    return request;
  }
  // Starts it; the connection waits for the test.
  void Start(Opening& opening, OpenRequest request = Request(), Caller caller = {}) {
    opening.ticket = manager().Open(caller, std::move(request), [&opening](auto result) {
      ++opening.answers;
      if (auto* error = std::get_if<CallError>(&result)) {
        opening.error = std::move(*error);
        return;
      }
      auto& opened = std::get<OpenedLease>(result);
      opening.token = std::string(opened.token.Reveal());
      opening.session = opened.session;
      opening.bind_result = std::move(opened.bind_result);
      opening.more_steps = opened.more_steps;
      opening.server_credentials = std::string(opened.server_sasl_credentials.Reveal());
    });
    loop_.RunUntilIdle();
  }
  // Lets the oldest connection attempt come about.
  std::shared_ptr<FakeLdapPeer> Connect() {
    auto peer = connector_.Succeed(NewPeer());
    loop_.RunUntilIdle();
    return peer;
  }
  void Answer(const std::shared_ptr<FakeLdapPeer>& peer, std::vector<FakeMessage> messages) {
    peer->Queue(std::move(messages));
    PumpInput(loop_, *peer);
  }
  void AnswerLast(const std::shared_ptr<FakeLdapPeer>& peer, int code = ldap_code::kSuccess) {
    Answer(peer, {ResultMessage(peer->last_request().message_id, code)});
  }
  // From connecting to the grant, with a root DSE that lists no controls.
  std::shared_ptr<FakeLdapPeer> Finish() {
    auto peer = Connect();
    AnswerLast(peer);
    if (!peer->outstanding().empty()) AnswerLast(peer);
    return peer;
  }
  // A lease, granted.
  std::shared_ptr<FakeLdapPeer> Open(Opening& opening, OpenRequest request = Request(),
                                     Caller caller = {}) {
    Start(opening, std::move(request), std::move(caller));
    auto peer = Finish();
    EXPECT_NE(opening.session, nullptr) << opening.reason();
    return peer;
  }
  // "" when the lease is live, else why not.
  std::string Missing(const std::string& token, const Caller& caller = {}) {
    auto found = manager().Find(caller, token);
    return found.ok() ? "" : found.failure().reason;
  }
  Operation* Run(Session& session, RecordingSink& sink) {
    auto begun = session.Begin({"", "Search"}, {.body = SearchRequest{.scope = Scope::kBase}}, sink);
    loop_.RunUntilIdle();
    EXPECT_TRUE(begun.ok());
    return begun.ok() ? begun.value() : nullptr;
  }
  // Lets sockets close: the directory's side has closed already.
  void LetSocketsClose() { loop_.Advance(absl::Seconds(1)); }

  LeakCheck leaks_;
  ManualEventLoop loop_;
  FakeConnector connector_{loop_};
  SessionManager::Options options_;  // change before the first use of manager()
  std::vector<TargetConfig> targets_;
  Opening opening_;
  RecordingSink sink_;
  std::unique_ptr<SessionManager> manager_;
};

}  // namespace dirlease::testing
