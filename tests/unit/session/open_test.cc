// From an Open to a lease, or to the reason why there is none; what was opened in vain is unbound once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/paged_results.h"
#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::EntryMessage;
using testing::FakeLdapPeer;
using testing::ResultMessage;

class OpenTest : public testing::ManagerFixture {};

TEST_F(OpenTest, BindsAndGrants) {
  const auto peer = Open(opening_);
  const auto bind = std::get<testing::SentBind>(peer->requests()[0].body);
  EXPECT_EQ(bind.name, "cn=app");
  EXPECT_EQ(bind.password, "correct horse");
  EXPECT_EQ(opening_.answers, 1);
  EXPECT_EQ(Missing(opening_.token), "");
  EXPECT_EQ(opening_.session->facts().bind_name, "cn=app");
  EXPECT_EQ(opening_.session->facts().uri, "ldap://a");
}

TEST_F(OpenTest, TokensHave256RandomBits) {
  Opening second;
  Open(opening_);
  Open(second);
  EXPECT_EQ(opening_.token.size(), 2u + 43u);
  EXPECT_NE(opening_.token, second.token);
}

TEST_F(OpenTest, KeepsWhatTheBindAnswered) {
  Start(opening_);
  const auto peer = Connect();
  LdapResult result;
  result.diagnostic_message = "your password expires";
  Answer(peer, {ResultMessage(1, result)});
  AnswerLast(peer);
  EXPECT_EQ(opening_.bind_result.diagnostic_message, "your password expires");
}

TEST_F(OpenTest, ARefusedBindGrantsNothingAndUnbindsOnce) {
  Start(opening_);
  const auto peer = Connect();
  AnswerLast(peer, 49);
  ASSERT_NE(opening_.end(), nullptr);
  EXPECT_EQ(opening_.end()->cause, EndCause::kResult);
  EXPECT_EQ(opening_.end()->result.code, 49);
  EXPECT_EQ(manager().size(), 0u);
  EXPECT_THAT(peer->history(), ElementsAre("bind 1", "unbind"));
}

TEST_F(OpenTest, ABindAnsweredWithASuccessOfAnotherKindGrantsNothingAndIsNoSuccess) {
  for (const int code : {ldap_code::kCompareFalse, ldap_code::kCompareTrue, ldap_code::kNoOperation}) {
    Opening opening;
    Start(opening);
    const auto peer = Connect();
    AnswerLast(peer, code);
    ASSERT_NE(opening.end(), nullptr);
    EXPECT_LT(opening.end()->result.code, 0) << code;
  }
}

TEST_F(OpenTest, ConnectFailuresSayOfWhichKind) {
  const struct {
    ConnectFailure::Kind kind;
    absl::StatusCode code;
    const char* reason;
  } kRows[] = {
      {ConnectFailure::Kind::kUnreachable, absl::StatusCode::kUnavailable, "LDAP_CONNECT_ERROR"},
      {ConnectFailure::Kind::kTimeout, absl::StatusCode::kUnavailable, "LDAP_CONNECT_ERROR"},
      {ConnectFailure::Kind::kTls, absl::StatusCode::kUnavailable, "UPSTREAM_TLS_FAILED"},
      {ConnectFailure::Kind::kResources, absl::StatusCode::kResourceExhausted, "TOO_MANY_SESSIONS"},
  };
  for (const auto& row : kRows) {
    Opening opening;
    Start(opening);
    connector_.Fail(row.kind, "why");
    loop_.RunUntilIdle();
    EXPECT_EQ(opening.reason(), row.reason);
    EXPECT_EQ(std::get<Failure>(*opening.error).code, row.code);
  }
}

TEST_F(OpenTest, ADirectoryThatDiesWhileBindingIsALossAndUnboundOnce) {
  Start(opening_);
  const auto peer = Connect();
  peer->QueueEof();
  loop_.Signal(peer->fd(), EPOLLIN);
  loop_.RunUntilIdle();
  ASSERT_NE(opening_.end(), nullptr);
  EXPECT_EQ(opening_.end()->cause, EndCause::kLost);
  EXPECT_EQ(opening_.answers, 1);
}

TEST_F(OpenTest, ABindThatCannotBeSentIsALoss) {
  auto peer = NewPeer();
  peer->FailSends();
  Start(opening_);
  connector_.Succeed(peer);
  loop_.RunUntilIdle();
  ASSERT_NE(opening_.end(), nullptr);
  EXPECT_EQ(opening_.end()->cause, EndCause::kLost);
}

TEST_F(OpenTest, ASilentDirectoryIsWaitedForThirtySeconds) {
  Start(opening_);
  Connect();
  loop_.Advance(absl::Seconds(29));
  EXPECT_EQ(opening_.answers, 0);
  loop_.Advance(absl::Seconds(1));
  ASSERT_NE(opening_.end(), nullptr);
  EXPECT_EQ(opening_.end()->result.code, ldap_code::kTimeout);
}

TEST_F(OpenTest, CancelWhileConnectingOpensNothing) {
  Start(opening_);
  manager().CancelOpen(opening_.ticket);
  EXPECT_EQ(connector_.cancelled(), 1u);
  EXPECT_TRUE(manager().idle());
  EXPECT_EQ(opening_.answers, 0);
}

TEST_F(OpenTest, CancelWhileBindingUnbindsOnceAndAbandonsNothing) {
  Start(opening_);
  const auto peer = Connect();
  manager().CancelOpen(opening_.ticket);
  LetSocketsClose();
  EXPECT_THAT(peer->history(), ElementsAre("bind 1", "unbind"));
  EXPECT_EQ(opening_.answers, 0);
}

TEST_F(OpenTest, CancelWhileReadingTheRootDseUnbindsOnce) {
  Start(opening_);
  const auto peer = Connect();
  AnswerLast(peer);
  manager().CancelOpen(opening_.ticket);
  LetSocketsClose();
  EXPECT_THAT(peer->history(), ElementsAre("bind 1", "search 2", "unbind"));
  EXPECT_EQ(opening_.answers, 0);
}

TEST_F(OpenTest, CancelAfterTheGrantChangesNothing) {
  Open(opening_);
  manager().CancelOpen(opening_.ticket);
  EXPECT_EQ(Missing(opening_.token), "");
}

TEST_F(OpenTest, TheRootDseIsReadOncePerUriAndRemembered) {
  Start(opening_);
  const auto peer = Connect();
  AnswerLast(peer);
  Answer(peer, {EntryMessage(2, "", {{"supportedControl", {"1.2", std::string(kPagedResultsOid)}}}),
                ResultMessage(2)});
  EXPECT_TRUE(opening_.session->facts().features.paged_results);
  Opening second, elsewhere;
  EXPECT_EQ(Open(second)->requests().size(), 1u);
  EXPECT_TRUE(second.session->facts().features.paged_results);
  OpenRequest other = Request();
  other.target = "other";
  EXPECT_EQ(Open(elsewhere, std::move(other))->requests().size(), 2u);
  EXPECT_FALSE(elsewhere.session->facts().features.paged_results);
}

TEST_F(OpenTest, ARootDseThatMayNotBeReadIsAskedForAgainAndNoFailure) {
  Start(opening_);
  const auto peer = Connect();
  AnswerLast(peer);
  AnswerLast(peer, 50);
  EXPECT_NE(opening_.session, nullptr);
  Opening second;
  EXPECT_EQ(Open(second)->requests().size(), 2u);
}

TEST_F(OpenTest, TtlIsClampedToItsBounds) {
  const std::pair<absl::Duration, absl::Duration> kRows[] = {
      {absl::Seconds(1), options_.min_ttl},
      {absl::Seconds(33), absl::Seconds(33)},
      {absl::Hours(99), options_.max_ttl},
  };
  for (const auto& [asked, granted] : kRows) {
    Opening opening;
    OpenRequest request = Request();
    request.ttl = asked;
    Open(opening, std::move(request));
    EXPECT_EQ(manager().Describe(*opening.session).lease.ttl, granted);
  }
  Open(opening_);
  EXPECT_EQ(manager().Describe(*opening_.session).lease.ttl, options_.default_ttl);
}

TEST_F(OpenTest, AnUnknownTargetIsRefusedBeforeConnecting) {
  OpenRequest request = Request();
  request.target = "nowhere";
  Start(opening_, std::move(request));
  EXPECT_EQ(opening_.reason(), "INVALID_FIELD");
  EXPECT_EQ(std::get<Failure>(*opening_.error).violations[0].field, "target");
  EXPECT_EQ(connector_.attempts(), 0u);
}

TEST_F(OpenTest, AnonymousBindsCanBeForbidden) {
  options_.anonymous = false;
  Start(opening_, OpenRequest{});
  EXPECT_EQ(opening_.reason(), "ANONYMOUS_BIND_DISABLED");
  Opening named;
  Open(named);
}

TEST_F(OpenTest, TheGlobalCapCountsOpeningsAndClosingLeasesToo) {
  options_.max_leases = 2;
  Opening second, third;
  Open(opening_);
  Start(second);
  Start(third);
  EXPECT_EQ(third.reason(), "TOO_MANY_SESSIONS");
  manager().CancelOpen(second.ticket);
  Opening fourth;
  Start(fourth);
  EXPECT_EQ(fourth.reason(), "");
  manager().CancelOpen(fourth.ticket);
}

TEST_F(OpenTest, IdentifiedOwnersHaveACapOfTheirOwn) {
  options_.max_leases_per_owner = 1;
  const Caller alice{.owner = "alice", .peer = ""};
  Opening second, bobs;
  Open(opening_, Request(), alice);
  Start(second, Request(), alice);
  EXPECT_EQ(second.reason(), "TOO_MANY_SESSIONS");
  Open(bobs, Request(), {.owner = "bob", .peer = ""});
}

TEST_F(OpenTest, CallersWithoutIdentityHaveTheGlobalCapOnly) {
  options_.max_leases_per_owner = 1;
  Opening second;
  Open(opening_);
  Open(second);
}

constexpr char kId[] = "123e4567-e89b-12d3-a456-426614174000";

TEST_F(OpenTest, ARetryWithTheSameRequestIdGetsTheSameLease) {
  Opening retry;
  Open(opening_, Request(kId));
  Start(retry, Request(kId));
  EXPECT_EQ(retry.token, opening_.token);
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(OpenTest, ARetryWhileTheFirstOneStillBindsWaitsForIt) {
  Opening retry;
  Start(opening_, Request(kId));
  Start(retry, Request(kId));
  EXPECT_EQ(retry.answers, 0);
  Finish();
  EXPECT_EQ(retry.token, opening_.token);
  EXPECT_EQ(connector_.attempts(), 1u);
}

TEST_F(OpenTest, OneOfTwoThatWaitMayCancel) {
  Opening retry;
  Start(opening_, Request(kId));
  Start(retry, Request(kId));
  manager().CancelOpen(opening_.ticket);
  Finish();
  EXPECT_EQ(opening_.answers, 0);
  EXPECT_EQ(retry.answers, 1);
}

TEST_F(OpenTest, ADifferentRequestUnderTheSameIdIsRefused) {
  Open(opening_, Request(kId));
  Opening bound, running, reused;
  OpenRequest other = Request(kId);
  other.bind.password = Secret("another");
  Start(bound, std::move(other));
  EXPECT_EQ(bound.reason(), "REQUEST_ID_REUSED");
  const std::string second_id = "223e4567-e89b-12d3-a456-426614174000";
  Start(running, Request(second_id));
  OpenRequest labelled = Request(second_id);
  labelled.label = "other";
  Start(reused, std::move(labelled));
  EXPECT_EQ(reused.reason(), "REQUEST_ID_REUSED");
  manager().CancelOpen(running.ticket);
}

TEST_F(OpenTest, TheSameIdOfAnotherOwnerIsAnotherId) {
  Opening bobs;
  Open(opening_, Request(kId), {.owner = "alice", .peer = ""});
  Open(bobs, Request(kId), {.owner = "bob", .peer = ""});
  EXPECT_NE(bobs.token, opening_.token);
}

TEST_F(OpenTest, ARetryAfterTheLeaseEndedOpensANewOne) {
  Opening retry;
  Open(opening_, Request(kId));
  manager().Unbind({}, opening_.token, absl::ZeroDuration(), [](auto) {});
  LetSocketsClose();
  Open(retry, Request(kId));
  EXPECT_NE(retry.token, opening_.token);
}

TEST_F(OpenTest, ARefusedBindIsNotRemembered) {
  Opening retry;
  Start(opening_, Request(kId));
  AnswerLast(Connect(), 49);
  Open(retry, Request(kId));
}

TEST_F(OpenTest, ATargetMayBeNamedByAUriThatItHas) {
  OpenRequest request = Request();
  request.target = "LDAP://B:389";
  targets_[1].uris[0].port_number = 389;
  Open(opening_, std::move(request));
  EXPECT_EQ(opening_.session->facts().target, "other");
  Opening unknown;
  request = Request();
  request.target = "ldap://b:390";
  Start(unknown, std::move(request));
  EXPECT_EQ(unknown.reason(), "INVALID_FIELD");
  EXPECT_EQ(connector_.attempts(), 1u);
}

}  // namespace
}  // namespace dirlease
