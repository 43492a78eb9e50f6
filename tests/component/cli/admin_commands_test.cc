// `dirlease admin ...` and `dirlease lease hold` against a scripted gateway.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::HasSubstr;

class AdminCommands : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--admin-server", gateway_.address});
    return RunClient(std::move(arguments));
  }
  static admin::v1::ListSessionsResponse Page(const std::string& id, const std::string& next) {
    admin::v1::ListSessionsResponse page;
    auto& item = *page.add_items();
    item.mutable_session()->set_session_id(id);
    item.mutable_session()->set_state(v1::Session::STATE_ACTIVE);
    item.mutable_session()->set_active_operations(2);
    item.mutable_session()->set_label("tab\there");
    item.set_owner("spiffe://a");
    page.set_next_page_token(next);
    return page;
  }

  FakeGateway gateway_;
};

TEST_F(AdminCommands, ListReadsAllPages) {
  gateway_.pages = {Page("s-1", "next"), Page("s-2", "")};
  const ClientRun run = Run({"admin", "list", "--owner", "spiffe://a"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.out, ::testing::MatchesRegex("session .*\ns-1 +ACTIVE +2 .*spiffe://a +anonymous "
                                             "+tab here\ns-2 .*\n"));
  ASSERT_EQ(gateway_.listed.size(), 2u);
  EXPECT_EQ(gateway_.listed[1].page_token(), "next");
  EXPECT_EQ(gateway_.listed[1].owner(), "spiffe://a");
}

TEST_F(AdminCommands, RevokeSaysWhetherThereWasOne) {
  EXPECT_EQ(Run({"admin", "revoke", "s-1"}).out, "revoked\n");
  EXPECT_EQ(gateway_.revoke.session_id(), "s-1");
  gateway_.revoked = false;
  EXPECT_THAT(Run({"admin", "revoke", "s-1"}).out, HasSubstr("not found"));
  EXPECT_EQ(Run({"admin", "revoke"}).exit_status, 2);
}

TEST_F(AdminCommands, DrainSaysWhatIsLeft) {
  EXPECT_EQ(Run({"admin", "drain", "--grace", "1500ms"}).out,
            "draining, leases left: 3, operations: 7\n");
  EXPECT_EQ(gateway_.drain.grace().nanos(), 500'000'000);
  Run({"admin", "drain"});
  EXPECT_FALSE(gateway_.drain.has_grace());
}

TEST_F(AdminCommands, LogLevelSaysOrSets) {
  EXPECT_EQ(Run({"admin", "log-level"}).out, "info\n");
  EXPECT_EQ(Run({"admin", "log-level", "debug"}).out, "debug, was info\n");
  EXPECT_EQ(gateway_.log_level.level(), "debug");
}

TEST_F(AdminCommands, NeedTheirOwnAddressAndTlsBeyondLoopback) {
  const ClientRun none = RunClient({"--address", gateway_.address, "admin", "list"});
  EXPECT_EQ(none.exit_status, 2);
  EXPECT_THAT(none.err, HasSubstr("--admin-server HOST:PORT or DIRLEASE_ADMIN"));
  const ClientRun before =
      RunClient({"--admin-server", gateway_.address, "admin", "revoke", "s-1"});
  EXPECT_EQ(before.exit_status, 0) << before.err;
  const ClientRun far = RunClient({"admin", "list", "--admin-server", "gateway.example:1"});
  EXPECT_EQ(far.exit_status, 2);
  EXPECT_THAT(far.err, HasSubstr("gateway.example:1 is no loopback address"));
}

TEST_F(AdminCommands, HoldPrintsEventsAndHowItEnded) {
  for (const auto kind : {v1::HoldSessionResponse::EVENT_HELD, v1::HoldSessionResponse::EVENT_DRAINING,
                          v1::HoldSessionResponse::EVENT_ENDED}) {
    v1::HoldSessionResponse event;
    event.set_event(kind);
    event.mutable_session()->set_session_id("s-1");
    event.mutable_session()->set_state(v1::Session::STATE_ACTIVE);
    if (kind == v1::HoldSessionResponse::EVENT_DRAINING) event.mutable_remaining()->set_seconds(25);
    gateway_.hold_events.push_back(event);
  }
  gateway_.status = LdapFailure(grpc::ABORTED, "SESSION_REVOKED", 0, "");
  const ClientRun run = RunClient({"--address", gateway_.address, "--lease", "token", "lease", "hold",
                                   "--tether", "--grace", "10s", "--heartbeat", "0s"});
  EXPECT_EQ(run.out,
            "HELD        s-1                 ACTIVE\n"
            "DRAINING    s-1                 ACTIVE    25 s left\n"
            "ENDED       s-1                 ACTIVE\n");
  EXPECT_EQ(run.exit_status, 210);
  EXPECT_THAT(run.err, HasSubstr("SESSION_REVOKED"));
  EXPECT_TRUE(gateway_.hold.tether());
  EXPECT_EQ(gateway_.hold.tether_grace().seconds(), 10);
  EXPECT_TRUE(gateway_.hold.has_heartbeat_interval());
  EXPECT_EQ(RunClient({"lease", "hold"}).exit_status, 2);
}

}  // namespace
}  // namespace dirlease::cli
