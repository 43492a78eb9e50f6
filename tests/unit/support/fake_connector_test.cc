#include "support/fake_connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace dirlease::testing {
namespace {

using ::testing::ElementsAre;

class FakeConnectorTest : public ::testing::Test {
 protected:
  std::unique_ptr<Connector::Attempt> Connect() {
    return connector_.Connect(target_, [this](Connected connected) {
      connected_ = std::move(connected);
      if (connected_->handle != nullptr) connected_->handle->Unbind();
    });
  }

  TargetConfig target_{.name = "default",
                       .uris = {{.text = "ldap://a", .host = "a"}},
                       .ca_file = "",
                       .cert_file = "",
                       .key_file = ""};
  ManualEventLoop loop_;
  FakeConnector connector_{loop_};
  std::optional<Connected> connected_;
};

TEST_F(FakeConnectorTest, SucceedsOnTheLoopWhenTheTestSaysSo) {
  const auto attempt = Connect();
  EXPECT_EQ(connector_.pending(), 1u);
  const auto peer = connector_.Succeed();
  EXPECT_FALSE(connected_.has_value());
  loop_.RunUntilIdle();
  ASSERT_TRUE(connected_.has_value());
  EXPECT_EQ(connected_->uri, "ldap://a");
  EXPECT_THAT(peer->history(), ElementsAre("unbind"));
}

TEST_F(FakeConnectorTest, FailsWithTheGivenCause) {
  const auto attempt = Connect();
  connector_.Fail(ConnectFailure::Kind::kTls, "no such certificate");
  loop_.RunUntilIdle();
  EXPECT_EQ(connected_->handle, nullptr);
  EXPECT_EQ(connected_->failure.kind, ConnectFailure::Kind::kTls);
  EXPECT_EQ(connected_->failure.text, "no such certificate");
}

TEST_F(FakeConnectorTest, ACancelledAttemptNeverCallsBack) {
  auto waiting = Connect();
  waiting.reset();
  auto posted = Connect();
  connector_.Succeed();
  posted.reset();
  loop_.RunUntilIdle();
  EXPECT_FALSE(connected_.has_value());
  EXPECT_EQ(connector_.cancelled(), 2u);
  EXPECT_EQ(connector_.pending(), 0u);
}

TEST_F(FakeConnectorTest, SucceedsByItselfWithAFactory) {
  connector_.AutoSucceed([] { return std::make_shared<FakeLdapPeer>(); });
  const auto attempt = Connect();
  EXPECT_FALSE(connected_.has_value());
  loop_.RunUntilIdle();
  EXPECT_TRUE(connected_.has_value());
  EXPECT_EQ(connector_.peers().size(), 1u);
  EXPECT_THAT(connector_.targets(), ElementsAre("default"));
  EXPECT_TRUE(connector_.AwaitAttempts(1));
}

TEST_F(FakeConnectorTest, AnswersProbesAsTold) {
  std::vector<bool> answers;
  const auto note = [&](bool reachable) { answers.push_back(reachable); };
  const auto asked = connector_.Probe(target_, note);
  connector_.AnswerProbe(false);
  connector_.AutoAnswerProbes(true);
  const auto automatic = connector_.Probe(target_, note);
  loop_.RunUntilIdle();
  EXPECT_THAT(answers, ElementsAre(false, true));
  EXPECT_EQ(connector_.probes(), 2u);
}

TEST_F(FakeConnectorTest, CompletingNothingFailsTheTest) {
  EXPECT_NONFATAL_FAILURE(connector_.Fail(ConnectFailure::Kind::kTimeout, ""),
                          "no connect attempt waits");
}

}  // namespace
}  // namespace dirlease::testing
