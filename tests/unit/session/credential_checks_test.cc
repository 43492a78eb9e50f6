// Password checks without a lease: few connections, bound again and again, and what becomes of them.
#include "session/verify/credential_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using testing::FakeLdapPeer;
using testing::ResultMessage;
constexpr int kInvalidCredentials = 49;

class CredentialChecksTest : public testing::ManagerFixture {
 protected:
  struct Checked {
    CredentialChecks::Ticket ticket = 0;
    int answers = 0;
    std::optional<CallError> answer;

    int code() const {
      const auto* end = answer ? std::get_if<OperationEnd>(&*answer) : nullptr;
      return end == nullptr || end->cause != EndCause::kResult ? -999 : end->result.code;
    }
    std::string reason() const {
      const auto* failure = answer ? std::get_if<Failure>(&*answer) : nullptr;
      return failure == nullptr ? "" : failure->reason;
    }
    EndCause cause() const { return std::get<OperationEnd>(*answer).cause; }
  };

  CredentialChecksTest() {
    options_.checks.most_connections = 2;
    options_.checks.most_waiting = 12;  // three of one caller
    options_.checks.failed_binds.most = 3;
  }
  void Check(Checked& checked, const std::string& name = "cn=a", const Caller& caller = {},
             const std::string& target = "") {
    BindRequest bind;
    bind.name = name;
    bind.password = Secret("guess");
    checked.ticket = manager().CheckCredentials(caller, target, std::move(bind), [&checked](CallError answer) {
      ++checked.answers;
      checked.answer = std::move(answer);
    });
    loop_.RunUntilIdle();
  }
  // One check from start to end; on a new connection if there is none.
  int CheckAndAnswer(int code, const std::string& name = "cn=a") {
    Checked checked;
    Check(checked, name);
    if (connector_.pending() > 0) peer_ = Connect();
    if (!checked.answer) AnswerLast(peer_, code);
    EXPECT_EQ(checked.answers, 1);
    return checked.code();
  }

  std::shared_ptr<FakeLdapPeer> peer_;
  Checked checked_, second_, third_;
};

TEST_F(CredentialChecksTest, BindsOnOneConnectionAgainAndAgain) {
  EXPECT_EQ(CheckAndAnswer(kInvalidCredentials), kInvalidCredentials);
  EXPECT_EQ(CheckAndAnswer(0), 0);
  EXPECT_THAT(peer_->history(), ElementsAre("bind 1", "bind 2"));
  const auto bind = std::get<testing::SentBind>(peer_->requests()[1].body);
  EXPECT_EQ(bind.name, "cn=a");
  EXPECT_EQ(bind.password, "guess");
  EXPECT_EQ(manager().size(), 0u);
}

TEST_F(CredentialChecksTest, UnbindsAConnectionThatIsIdle) {
  CheckAndAnswer(0);
  EXPECT_FALSE(manager().idle());
  loop_.Advance(CheckConnection::kIdleTime);
  EXPECT_EQ(peer_->unbinds(), 1);
  LetSocketsClose();
  EXPECT_TRUE(manager().idle());
}

TEST_F(CredentialChecksTest, AsManyAtOnceAsConnectionsTheRestWaitInOrder) {
  Checked fourth;
  Check(checked_, "cn=1");
  Check(second_, "cn=2");
  Check(third_, "cn=3");
  Check(fourth, "cn=4");
  const auto one = Connect(), two = Connect();
  EXPECT_EQ(connector_.pending(), 0u);
  AnswerLast(two);
  AnswerLast(two);
  EXPECT_EQ(second_.answers, 1);
  EXPECT_EQ(third_.answers, 1);
  EXPECT_EQ(checked_.answers, 0);
  AnswerLast(two, kInvalidCredentials);
  EXPECT_EQ(fourth.code(), kInvalidCredentials);
  AnswerLast(one);
  EXPECT_EQ(checked_.code(), 0);
}

TEST_F(CredentialChecksTest, TooManyThatWaitAreRefused) {
  Checked waiting[4], refused;
  for (Checked& one : waiting) Check(one);
  Check(third_);
  Check(refused);
  EXPECT_EQ(refused.reason(), "TOO_MANY_CHECKS");
  Check(checked_, "cn=a", {}, "other");  // another target's are not concerned
  EXPECT_EQ(checked_.answers, 0);
  for (Checked& one : waiting) manager().CancelCheck(one.ticket);
  manager().CancelCheck(third_.ticket);
  manager().CancelCheck(checked_.ticket);
  EXPECT_EQ(waiting[0].answers, 0);
  EXPECT_TRUE(manager().idle());
}

TEST_F(CredentialChecksTest, WhoFailsTooOftenWithANameIsRefusedUnasked) {
  for (int i = 0; i < 3; ++i) CheckAndAnswer(kInvalidCredentials);
  Check(checked_);
  EXPECT_EQ(checked_.reason(), "TOO_MANY_FAILED_BINDS");
  EXPECT_EQ(std::get<Failure>(*checked_.answer).retry_delay, absl::Minutes(1));
  EXPECT_EQ(peer_->CountOf("bind"), 3u);
  EXPECT_EQ(CheckAndAnswer(0, "cn=b"), 0);
  Check(second_, "cn=a", {.owner = "spiffe://other", .peer = "", .trace_id = ""});
  AnswerLast(peer_);
  EXPECT_EQ(second_.code(), 0);
  loop_.Advance(absl::Minutes(1));
  EXPECT_EQ(CheckAndAnswer(0), 0);
}

TEST_F(CredentialChecksTest, ThoseThatWaitedMeanwhileAreRefusedToo) {
  options_.checks.most_connections = 1;
  options_.checks.failed_binds.most = 1;
  Check(checked_);
  Check(second_);
  const auto peer = Connect();
  AnswerLast(peer, kInvalidCredentials);
  EXPECT_EQ(checked_.code(), kInvalidCredentials);
  EXPECT_EQ(second_.reason(), "TOO_MANY_FAILED_BINDS");
}

TEST_F(CredentialChecksTest, CallersWithoutAnIdentityAreToldApartByTheirHost) {
  options_.checks.failed_binds.most = 1;
  CheckAndAnswer(kInvalidCredentials);
  Check(checked_, "cn=a", {.owner = "", .peer = "ipv4:10.0.0.1:999", .trace_id = ""});
  AnswerLast(peer_, kInvalidCredentials);
  Check(second_, "cn=a", {.owner = "", .peer = "ipv4:10.0.0.1:1000", .trace_id = ""});
  EXPECT_EQ(second_.reason(), "TOO_MANY_FAILED_BINDS");
}

TEST_F(CredentialChecksTest, ADirectoryThatCouldNotDecideIsNobodysFailure) {
  options_.checks.failed_binds.most = 1;
  for (const int code : {1, 3, 10, 51, 52, 80}) EXPECT_EQ(CheckAndAnswer(code), code);
}

TEST_F(CredentialChecksTest, ABindAnsweredWithASuccessOfAnotherKindIsNoSuccess) {
  EXPECT_LT(CheckAndAnswer(ldap_code::kCompareTrue), 0);
}

TEST_F(CredentialChecksTest, AnIdleConnectionThatTheDirectoryClosedIsReplaced) {
  CheckAndAnswer(0);
  peer_->QueueEof();
  PumpInput(loop_, *peer_);
  EXPECT_EQ(peer_->unbinds(), 1);
  EXPECT_EQ(CheckAndAnswer(0), 0);
}

TEST_F(CredentialChecksTest, OneThatClosesAsItIsUsedAgainIsReplacedOnce) {
  CheckAndAnswer(0);
  Check(checked_);
  peer_->QueueEof();
  PumpInput(loop_, *peer_);
  EXPECT_EQ(checked_.answers, 0);
  const auto next = Connect();
  next->QueueEof();
  PumpInput(loop_, *next);
  ASSERT_EQ(checked_.answers, 1);
  EXPECT_EQ(checked_.cause(), EndCause::kLost);
}

TEST_F(CredentialChecksTest, OneThatCannotBeSentGoesOutOnANewConnection) {
  CheckAndAnswer(0);
  peer_->FailSends();
  EXPECT_EQ(CheckAndAnswer(0), 0);
  EXPECT_EQ(connector_.attempts(), 2u);
}

TEST_F(CredentialChecksTest, ADirectoryThatCannotBeReachedSaysSo) {
  Check(checked_);
  connector_.Fail(ConnectFailure::Kind::kUnreachable, "why");
  loop_.RunUntilIdle();
  EXPECT_EQ(checked_.reason(), "LDAP_CONNECT_ERROR");
  EXPECT_TRUE(manager().idle());
}

TEST_F(CredentialChecksTest, ADirectoryThatDoesNotAnswerLosesItsConnection) {
  Check(checked_);
  const auto peer = Connect();
  loop_.Advance(BindConversation::kStepTimeout);
  EXPECT_EQ(checked_.code(), ldap_code::kTimeout);
  EXPECT_EQ(peer->unbinds(), 1);
}

TEST_F(CredentialChecksTest, ACancelledOneIsAnsweredToNobodyAndFreesItsConnection) {
  Check(checked_);
  const auto peer = Connect();
  manager().CancelCheck(checked_.ticket);
  Check(second_);
  EXPECT_EQ(peer->CountOf("bind"), 1u);  // no two binds at once on a connection
  AnswerLast(peer, kInvalidCredentials);
  EXPECT_EQ(checked_.answers, 0);
  Check(third_);
  EXPECT_EQ(peer->CountOf("bind"), 2u);
  AnswerLast(peer);
  EXPECT_EQ(third_.code(), 0);
  manager().CancelCheck(second_.ticket);
}

TEST_F(CredentialChecksTest, WhereOthersWaitACancelledOneGivesItsPlaceBack) {
  options_.checks.most_connections = 1;
  Check(checked_);
  const auto silent = Connect();
  Check(second_);
  EXPECT_EQ(connector_.pending(), 0u);
  manager().CancelCheck(checked_.ticket);
  EXPECT_EQ(silent->unbinds(), 1);
  const auto next = Connect();
  AnswerLast(next);
  EXPECT_EQ(second_.code(), 0);
  Check(third_);
  manager().CancelCheck(third_.ticket);
  EXPECT_EQ(next->unbinds(), 0);  // nobody waits
  Checked fourth;
  Check(fourth);
  EXPECT_EQ(next->unbinds(), 1);
  AnswerLast(Connect());
  EXPECT_EQ(fourth.code(), 0);
  EXPECT_EQ(checked_.answers + third_.answers, 0);
}

TEST_F(CredentialChecksTest, OneCallersChecksLeaveRoomForOthers) {
  options_.checks.most_connections = 1;
  const Caller other{.owner = "spiffe://other", .peer = "", .trace_id = ""};
  Checked his[4], refused, theirs;
  for (Checked& one : his) Check(one);
  Check(refused);
  EXPECT_EQ(refused.reason(), "TOO_MANY_CHECKS");
  Check(theirs, "cn=b", other);
  const auto peer = Connect();
  AnswerLast(peer);
  AnswerLast(peer);
  EXPECT_EQ(theirs.answers, 0);
  AnswerLast(peer);  // before the third one, who came earlier
  EXPECT_EQ(theirs.code(), 0);
  EXPECT_EQ(his[2].answers, 0);
  AnswerLast(peer);
  AnswerLast(peer);
  EXPECT_EQ(his[3].code(), 0);
}

TEST_F(CredentialChecksTest, ADrainLetsThemFinishAndTakesNoMore) {
  CheckAndAnswer(0);
  Check(checked_);
  Check(second_);  // still connecting
  bool drained = false;
  manager().Drain(absl::Seconds(10), [&] { drained = true; });
  Check(third_);
  EXPECT_EQ(third_.reason(), "DRAINING");
  AnswerLast(peer_);
  EXPECT_EQ(checked_.code(), 0);
  EXPECT_EQ(peer_->unbinds(), 1);
  EXPECT_FALSE(drained);
  loop_.Advance(absl::Seconds(10));
  EXPECT_EQ(second_.reason(), "DRAINING");
  LetSocketsClose();
  EXPECT_TRUE(drained);
}

TEST_F(CredentialChecksTest, AnUnknownTargetIsNamed) {
  Check(checked_, "cn=a", {}, "nowhere");
  EXPECT_EQ(checked_.reason(), "INVALID_FIELD");
}

}  // namespace
}  // namespace dirlease
