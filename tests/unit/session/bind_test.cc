// Binds of several steps, and binds on leases that are there: what runs, what is refused, and what ends the lease.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::BindResultMessage;
using testing::FakeLdapPeer;
using testing::RecordingSink;
using testing::ResultMessage;

constexpr int kInProgress = ldap_code::kSaslBindInProgress;
constexpr int kWrongPassword = 49;

class BindTest : public testing::ManagerFixture {
 protected:
  // What became of one step.
  struct Step {
    int answers = 0;
    std::optional<Failure> refused;
    std::optional<CallError> error;
    LdapResult result;
    bool more_steps = false;
    std::string server_credentials;
    std::string bind_name;
    bool binding = false;

    std::string reason() const {
      if (refused) return refused->reason;
      const auto* failure = error ? std::get_if<Failure>(&*error) : nullptr;
      return failure == nullptr ? "" : failure->reason;
    }
    const OperationEnd* end() const { return error ? std::get_if<OperationEnd>(&*error) : nullptr; }
  };

  static OpenRequest Sasl(std::string mechanism, std::optional<std::string> credentials) {
    OpenRequest request;
    SaslRequest& sasl = request.bind.sasl.emplace();
    sasl.mechanism = std::move(mechanism);
    if (credentials) sasl.credentials.emplace(*credentials);
    return request;
  }
  static OpenRequest Managed(std::string mechanism) {
    OpenRequest request = Sasl(std::move(mechanism), std::nullopt);
    SaslIdentity& identity = request.bind.sasl->identity.emplace();
    identity.authentication_id = "alice";
    identity.password = Secret("correct horse");
    return request;
  }
  static RebindRequest RebindAs(const std::string& name, bool abandon_outstanding = false) {
    RebindRequest request;
    request.credentials.bind.name = name;
    request.credentials.bind.password = Secret("another");
    request.abandon_outstanding = abandon_outstanding;
    return request;
  }
  BindCallback Into(Step& step) {
    // What is told while the fixture goes is nobody's: the test's steps are gone.
    return [&step, test = std::weak_ptr(running_)](std::variant<BoundLease, CallError> result) {
      if (test.expired()) return;
      ++step.answers;
      if (auto* error = std::get_if<CallError>(&result)) {
        step.error = std::move(*error);
        return;
      }
      auto& bound = std::get<BoundLease>(result);
      step.result = bound.result;
      step.more_steps = bound.more_steps;
      step.server_credentials = std::string(bound.server_sasl_credentials.Reveal());
      step.bind_name = bound.description.facts->bind_name;
      step.binding = bound.description.binding;
    };
  }
  void Rebind(Step& step, RebindRequest request) {
    step.refused = manager().Rebind(*opening_.session, {}, std::move(request), Into(step));
    loop_.RunUntilIdle();
  }
  void Continue(Step& step, std::optional<std::string> credentials) {
    std::optional<Secret> secret;
    if (credentials) secret.emplace(*credentials);
    step.refused = manager().ContinueBind(*opening_.session, std::move(secret), Into(step));
    loop_.RunUntilIdle();
  }
  static testing::SentBind BindOf(const FakeLdapPeer& peer, size_t request) {
    return std::get<testing::SentBind>(peer.requests().at(request).body);
  }
  // A lease whose relayed bind waits for its second step.
  std::shared_ptr<FakeLdapPeer> OpenHalf(const std::string& mechanism = "SCRAM-SHA-256") {
    Start(opening_, Sasl(mechanism, "client-first"));
    auto peer = Connect();
    Answer(peer, {BindResultMessage(1, kInProgress, "server-first")});
    EXPECT_NE(opening_.session, nullptr) << opening_.reason();
    return peer;
  }
  std::string BeginReason() {
    auto begun = opening_.session->Begin({"", "Search"}, {.body = SearchRequest{}}, sink_);
    return begun.ok() ? "" : begun.failure().reason;
  }

  const std::shared_ptr<bool> running_ = std::make_shared<bool>(true);
};

TEST_F(BindTest, ARelayedBindOfOneStepOpens) {
  Start(opening_, Sasl("PLAIN", std::string("\0alice\0pw", 9)));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, 0, "done")});
  AnswerLast(peer);
  EXPECT_EQ(BindOf(*peer, 0).mechanism, "PLAIN");
  EXPECT_EQ(BindOf(*peer, 0).credentials, std::string("\0alice\0pw", 9));
  EXPECT_FALSE(opening_.more_steps);
  EXPECT_EQ(opening_.server_credentials, "done");
  EXPECT_EQ(opening_.session->facts().sasl_mechanism, "PLAIN");
}

TEST_F(BindTest, ARelayedBindTakesItsSteps) {
  const auto peer = OpenHalf();
  EXPECT_TRUE(opening_.more_steps);
  EXPECT_EQ(opening_.server_credentials, "server-first");
  EXPECT_TRUE(manager().Describe(*opening_.session).binding);
  EXPECT_EQ(BeginReason(), "BIND_IN_PROGRESS");
  EXPECT_EQ(manager().Measure().binding, 1u);
  EXPECT_EQ(manager().Measure().active, 0u);

  Step step;
  Continue(step, "client-final");
  EXPECT_EQ(BindOf(*peer, 1).credentials, "client-final");
  EXPECT_EQ(BeginReason(), "BIND_IN_PROGRESS");
  Answer(peer, {BindResultMessage(2, 0, "server-final")});
  EXPECT_EQ(step.answers, 0);  // what the directory offers is asked first
  Answer(peer, {testing::EntryMessage(3, "", {{"supportedControl", {"1.2.840.113556.1.4.319"}}}),
                ResultMessage(3)});
  ASSERT_EQ(step.answers, 1);
  EXPECT_FALSE(step.more_steps);
  EXPECT_EQ(step.server_credentials, "server-final");
  EXPECT_FALSE(step.binding);
  EXPECT_EQ(opening_.session->facts().sasl_mechanism, "SCRAM-SHA-256");
  EXPECT_TRUE(opening_.session->facts().features.paged_results);
  Run(*opening_.session, sink_);
}

TEST_F(BindTest, TheControlsOfABindInStepsAreSentWithEachAndCountUntilItsEnd) {
  OpenRequest request = Sasl("SCRAM-SHA-256", "client-first");
  request.bind.controls = {{.oid = "1.2", .critical = false, .value = std::string(50'000, 'x')}};
  Start(opening_, std::move(request));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, kInProgress, "server-first")});
  EXPECT_EQ(manager().budget().used(), 50'000u);
  Step step;
  Continue(step, "client-final");
  ASSERT_EQ(peer->last_request().controls.size(), 1u);
  EXPECT_EQ(peer->last_request().controls[0].value->size(), 50'000u);
  Answer(peer, {BindResultMessage(2, 0, std::nullopt)});
  AnswerLast(peer);
  EXPECT_EQ(step.answers, 1);
  loop_.RunUntilIdle();
  EXPECT_EQ(manager().budget().used(), 0u);
}

TEST_F(BindTest, AbsentCredentialsDifferFromEmptyOnes) {
  const auto peer = OpenHalf();
  Step absent, empty;
  Continue(absent, std::nullopt);
  Answer(peer, {BindResultMessage(2, kInProgress, std::nullopt)});
  EXPECT_TRUE(absent.more_steps);
  Continue(empty, "");
  EXPECT_EQ(BindOf(*peer, 1).credentials, std::nullopt);
  EXPECT_EQ(BindOf(*peer, 2).credentials, "");
}

TEST_F(BindTest, ARefusedStepEndsTheLease) {
  const auto peer = OpenHalf();
  Step step;
  Continue(step, "client-final");
  Answer(peer, {ResultMessage(2, kWrongPassword)});
  ASSERT_NE(step.end(), nullptr);
  EXPECT_EQ(step.end()->result.code, kWrongPassword);
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
  EXPECT_THAT(peer->history(), ElementsAre("bind 1", "bind 2", "unbind"));
}

TEST_F(BindTest, ASilentStepEndsTheLease) {
  const auto peer = OpenHalf();
  Step step;
  Continue(step, "client-final");
  loop_.Advance(BindConversation::kStepTimeout);
  ASSERT_NE(step.end(), nullptr);
  EXPECT_EQ(step.end()->result.code, ldap_code::kTimeout);
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
}

TEST_F(BindTest, ALostConnectionEndsTheLeaseOnce) {
  const auto peer = OpenHalf();
  Step step;
  Continue(step, "client-final");
  peer->QueueEof();
  PumpInput(loop_, *peer);
  ASSERT_EQ(step.answers, 1);
  EXPECT_EQ(step.end()->cause, EndCause::kLost);
  EXPECT_EQ(Missing(opening_.token), "SESSION_LOST");
}

TEST_F(BindTest, AConnectionLostBetweenStepsEndsTheLease) {
  const auto peer = OpenHalf();
  peer->QueueEof();
  PumpInput(loop_, *peer);
  EXPECT_EQ(Missing(opening_.token), "SESSION_LOST");
}

TEST_F(BindTest, WhoDoesNotContinueLosesTheLease) {
  OpenHalf();
  loop_.Advance(LeaseBind::kMostPause - absl::Milliseconds(1));
  EXPECT_EQ(Missing(opening_.token), "");
  loop_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
}

TEST_F(BindTest, ACancelledStepEndsTheLeaseWithoutAWord) {
  const auto peer = OpenHalf();
  Step step;
  Continue(step, "client-final");
  manager().CancelBind(opening_.session->lease());
  EXPECT_EQ(step.answers, 0);
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
  EXPECT_THAT(peer->history(), ElementsAre("bind 1", "bind 2", "unbind"));
}

TEST_F(BindTest, AnUnbindInTheMidstOfAStepEndsIt) {
  OpenHalf();
  Step step;
  Continue(step, "client-final");
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [](auto) {});
  ASSERT_NE(step.end(), nullptr);
  EXPECT_EQ(step.end()->cause, EndCause::kSessionClosed);
}

TEST_F(BindTest, StepsComeOneAtATimeAndOnlyWhereOneIsWanted) {
  const auto peer = OpenHalf();
  Step first, second, rebind;
  Continue(first, "client-final");
  Continue(second, "client-final");
  EXPECT_EQ(second.reason(), "BIND_IN_PROGRESS");
  Rebind(rebind, RebindAs("cn=other"));
  EXPECT_EQ(rebind.reason(), "BIND_IN_PROGRESS");
  Answer(peer, {ResultMessage(2)});
  AnswerLast(peer);
  EXPECT_EQ(first.answers, 1);
  Continue(second, "client-final");
  EXPECT_EQ(second.reason(), "NO_BIND_IN_PROGRESS");
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(BindTest, ABindHasOnlySoManySteps) {
  const auto peer = OpenHalf();
  Step step;
  for (int sent = 2; sent <= BindConversation::kMostSteps; ++sent) {
    step = {};
    Continue(step, "more");
    Answer(peer, {BindResultMessage(sent, kInProgress, "more")});
    EXPECT_TRUE(step.more_steps);
  }
  Continue(step, "more");
  EXPECT_EQ(step.reason(), "SASL_FAILED");
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
}

TEST_F(BindTest, TheDirectorysMessagesHaveBounds) {
  Start(opening_, Sasl("GSSAPI", "token"));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, kInProgress, std::string(BindConversation::kMostSaslOctets + 1, 'x'))});
  EXPECT_EQ(opening_.reason(), "SASL_FAILED");
}

// RFC 4511 section 4.2.2: nothing belongs there.
TEST_F(BindTest, SoHasWhatItSendsBesideTheAnswerToASimpleBind) {
  const std::string flood(BindConversation::kMostSaslOctets + 1, 'x');
  OpenRequest simple;
  simple.bind.name = "cn=a";
  simple.bind.password = Secret("right");
  Start(opening_, std::move(simple));
  Answer(Connect(), {BindResultMessage(1, ldap_code::kSuccess, flood)});
  ASSERT_NE(opening_.end(), nullptr);
  EXPECT_EQ(opening_.end()->result.code, ldap_code::kDecodingError);
}

TEST_F(BindTest, ARefusalIsOneWhateverComesWithIt) {
  Start(opening_, Sasl("SCRAM-SHA-256", "client-first"));
  Answer(Connect(), {BindResultMessage(1, kWrongPassword, std::string(BindConversation::kMostSaslOctets + 1, 'x'))});
  ASSERT_NE(opening_.end(), nullptr);
  EXPECT_EQ(opening_.end()->result.code, kWrongPassword);
}

TEST_F(BindTest, ARelayedMechanismThatMayHaveALayerIsProvedByAPlainRequest) {
  Start(opening_, Sasl("GSSAPI", "token"));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, 0, std::nullopt)});
  EXPECT_EQ(opening_.answers, 0);
  AnswerLast(peer, 50);  // whatever it says
  AnswerLast(peer);
  EXPECT_NE(opening_.session, nullptr);
}

TEST_F(BindTest, ASecurityLayerIsToldAsWhatItIs) {
  Start(opening_, Sasl("GSSAPI", "token"));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, 0, std::nullopt)});
  peer->QueueEof();
  PumpInput(loop_, *peer);
  EXPECT_EQ(opening_.reason(), "SASL_SECURITY_LAYER");
  EXPECT_EQ(manager().size(), 0u);
}

TEST_F(BindTest, AHalfOpenedLeaseIsNotRememberedForItsRequestId) {
  OpenRequest request = Sasl("SCRAM-SHA-256", "client-first");
  request.request_id = "123e4567-e89b-12d3-a456-426614174000";
  Start(opening_, std::move(request));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, kInProgress, "server-first")});
  Opening again;
  OpenRequest same = Sasl("SCRAM-SHA-256", "client-first");
  same.request_id = "123e4567-e89b-12d3-a456-426614174000";
  Start(again, std::move(same));
  EXPECT_EQ(again.answers, 0);
  EXPECT_EQ(connector_.attempts(), 2u);
  manager().CancelOpen(again.ticket);
}

TEST_F(BindTest, DrainEndsAHalfOpenedLeaseAtOnce) {
  OpenHalf();
  bool drained = false;
  manager().Drain(absl::Seconds(25), [&] { drained = true; });
  LetSocketsClose();
  EXPECT_TRUE(drained);
}

TEST_F(BindTest, RebindChangesWhoTheLeaseIs) {
  const auto peer = Open(opening_);
  Step step;
  Rebind(step, RebindAs("cn=other"));
  EXPECT_TRUE(manager().Describe(*opening_.session).binding);
  EXPECT_EQ(BeginReason(), "BIND_IN_PROGRESS");
  EXPECT_EQ(BindOf(*peer, 2).name, "cn=other");
  EXPECT_EQ(BindOf(*peer, 2).password, "another");
  AnswerLast(peer);
  ASSERT_EQ(step.answers, 1);
  EXPECT_EQ(step.bind_name, "cn=other");
  EXPECT_EQ(opening_.session->facts().bind_name, "cn=other");
  Run(*opening_.session, sink_);
}

TEST_F(BindTest, AFailedRebindEndsTheLease) {
  const auto peer = Open(opening_);
  Step step;
  Rebind(step, RebindAs("cn=other"));
  AnswerLast(peer, kWrongPassword);
  ASSERT_NE(step.end(), nullptr);
  EXPECT_EQ(Missing(opening_.token), "SESSION_CLOSED");
  EXPECT_EQ(peer->unbinds(), 1);
}

TEST_F(BindTest, OperationsKeepARebindAway) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  Step step;
  Rebind(step, RebindAs("cn=other"));
  EXPECT_EQ(step.reason(), "OPERATIONS_OUTSTANDING");
  EXPECT_FALSE(sink_.ended());
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(BindTest, ReadsAreAbandonedForARebindWhereItSaysSo) {
  const auto peer = Open(opening_);
  Run(*opening_.session, sink_);
  Step step;
  Rebind(step, RebindAs("cn=other", true));
  EXPECT_EQ(sink_.end().cause, EndCause::kAbandoned);
  EXPECT_THAT(peer->history(), ElementsAre("bind 1", "search 2", "search 3", "abandon 3", "bind 4"));
  AnswerLast(peer);
  EXPECT_EQ(step.bind_name, "cn=other");
}

TEST_F(BindTest, AWriteThatWasSentIsNeverAbandonedForARebind) {
  const auto peer = Open(opening_);
  ASSERT_TRUE(opening_.session->Begin({"", "Delete"}, {.body = DeleteRequest{"cn=x"}}, sink_).ok());
  loop_.RunUntilIdle();
  Step step;
  Rebind(step, RebindAs("cn=other", true));
  EXPECT_EQ(step.reason(), "OPERATIONS_OUTSTANDING");
  EXPECT_FALSE(sink_.ended());
}

TEST_F(BindTest, ARunningRebindKeepsTheLeaseFromEndingIdle) {
  const auto peer = Open(opening_);
  Step step;
  loop_.Advance(absl::Seconds(59));
  Rebind(step, RebindAs("cn=other"));
  loop_.Advance(absl::Seconds(20));
  AnswerLast(peer);
  EXPECT_EQ(step.answers, 1);
  loop_.Advance(absl::Seconds(59));
  EXPECT_EQ(Missing(opening_.token), "");
  loop_.Advance(absl::Seconds(1));
  EXPECT_EQ(Missing(opening_.token), "SESSION_EXPIRED");
}

TEST_F(BindTest, AnAnonymousRebindNeedsPermission) {
  options_.anonymous = false;
  Open(opening_);
  Step anonymous, sasl;
  Rebind(anonymous, RebindAs(""));
  EXPECT_EQ(anonymous.reason(), "ANONYMOUS_BIND_DISABLED");
  RebindRequest request;
  request.credentials.bind = std::move(Sasl("ANONYMOUS", "trace").bind);
  Rebind(sasl, std::move(request));
  EXPECT_EQ(sasl.reason(), "ANONYMOUS_BIND_DISABLED");
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(BindTest, AManagedBindTakesAllItsStepsByItself) {
  connector_.sasl().Say("client-first");
  connector_.sasl().Say("client-final");
  connector_.sasl().Say("", true);
  Start(opening_, Managed("SCRAM-SHA-256"));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, kInProgress, "server-first")});
  Answer(peer, {BindResultMessage(2, 0, "server-final")});
  AnswerLast(peer);
  ASSERT_NE(opening_.session, nullptr) << opening_.reason();
  EXPECT_FALSE(opening_.more_steps);
  EXPECT_EQ(opening_.server_credentials, "");
  EXPECT_EQ(opening_.session->facts().bind_name, "alice");
  EXPECT_THAT(connector_.sasl().passwords, ElementsAre("correct horse"));
  EXPECT_THAT(connector_.sasl().challenges, ElementsAre(std::nullopt, "server-first", "server-final"));
}

TEST_F(BindTest, ASuccessBeforeTheMechanismIsSatisfiedIsNone) {
  connector_.sasl().Say("client-first");
  connector_.sasl().Say("more");  // it wants to go on
  Start(opening_, Managed("SCRAM-SHA-256"));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, 0, std::nullopt)});
  EXPECT_EQ(opening_.reason(), "SASL_FAILED");
  EXPECT_EQ(manager().size(), 0u);
}

TEST_F(BindTest, ADirectoryThatGoesOnWithoutEndIsNotFollowed) {
  connector_.sasl().Say("all of it", true);
  Start(opening_, Managed("PLAIN"));
  const auto peer = Connect();
  Answer(peer, {BindResultMessage(1, kInProgress, "?")});
  EXPECT_EQ(opening_.reason(), "SASL_FAILED");
}

TEST_F(BindTest, AMechanismThatNeverAnswersIsGivenUp) {
  Start(opening_, Managed("SCRAM-SHA-1"));
  const auto peer = Connect();
  loop_.Advance(BindConversation::kStepTimeout);
  EXPECT_EQ(opening_.reason(), "SASL_FAILED");
  EXPECT_THAT(peer->history(), ElementsAre("unbind"));
}

TEST_F(BindTest, WhatTheMechanismSaysOfItsErrorIsNotForCallers) {
  connector_.sasl().steps.push_back({.error = "generic failure", .detail = "no credentials in FILE:/secret"});
  Start(opening_, Managed("SCRAM-SHA-1"));
  Connect();
  ASSERT_EQ(opening_.reason(), "SASL_FAILED");
  const auto& failure = std::get<Failure>(*opening_.error);
  EXPECT_THAT(failure.metadata, ElementsAre(std::pair<std::string, std::string>("detail", "generic failure")));
}

TEST_F(BindTest, TheGatewaysOwnIdentityIsNotForTheAsking) {
  Opening relayed, kerberos, lent;
  Start(relayed, Sasl("EXTERNAL", std::nullopt));
  EXPECT_EQ(relayed.reason(), "GATEWAY_IDENTITY_DENIED");
  Start(kerberos, Managed("GSSAPI"));
  EXPECT_EQ(kerberos.reason(), "GATEWAY_IDENTITY_DENIED");
  EXPECT_EQ(connector_.attempts(), 0u);
}

TEST_F(BindTest, ATargetMayLendIt) {
  targets_[0].gateway_identity = true;
  connector_.sasl().Say(std::nullopt, true);
  Start(opening_, Managed("EXTERNAL"));
  const auto peer = Finish();
  EXPECT_EQ(BindOf(*peer, 0).mechanism, "EXTERNAL");
  EXPECT_EQ(BindOf(*peer, 0).credentials, std::nullopt);
  EXPECT_NE(opening_.session, nullptr);
}

}  // namespace
}  // namespace dirlease
