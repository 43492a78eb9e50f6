// `dirlease health` against gRPC's own health service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::HasSubstr;

class HealthCommand : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address, "health"});
    return RunClient(std::move(arguments));
  }

  FakeGateway gateway_;
};

TEST_F(HealthCommand, SaysTheWordAndSucceedsOnlyWhenServing) {
  const ClientRun serving = Run({});
  EXPECT_EQ(serving.out, "SERVING\n");
  EXPECT_EQ(serving.exit_status, 0) << serving.err;
  gateway_.health().SetServingStatus("", false);
  const ClientRun not_serving = Run({});
  EXPECT_EQ(not_serving.out, "NOT_SERVING\n");
  EXPECT_EQ(not_serving.exit_status, 1);
}

TEST_F(HealthCommand, AsksForTheNamedService) {
  gateway_.health().SetServingStatus("", false);
  gateway_.health().SetServingStatus("liveness", true);
  EXPECT_EQ(Run({"liveness"}).out, "SERVING\n");
  const ClientRun unknown = Run({"nonsense"});
  EXPECT_EQ(unknown.out, "SERVICE_UNKNOWN\n");
  EXPECT_EQ(unknown.exit_status, 205);
}

TEST_F(HealthCommand, AllHasALineForEachAndFailsIfOneDoes) {
  for (const char* name :
       {"liveness", "dirlease.v1.SessionService", "dirlease.v1.DirectoryService"})
    gateway_.health().SetServingStatus(name, true);
  EXPECT_EQ(Run({"--all"}).exit_status, 0);
  gateway_.health().SetServingStatus("dirlease.v1.DirectoryService", false);
  const ClientRun run = Run({"--all"});
  EXPECT_EQ(run.out,
            "(overall) SERVING\nliveness SERVING\ndirlease.v1.SessionService SERVING\n"
            "dirlease.v1.DirectoryService NOT_SERVING\n");
  EXPECT_EQ(run.exit_status, 1);
}

TEST_F(HealthCommand, GatewayThatIsNotThereIsSaidOnce) {
  const ClientRun run = RunClient({"--address", "127.0.0.1:1", "health", "--all"});
  EXPECT_EQ(run.exit_status, 214);
  EXPECT_EQ(run.out, "(overall) UNAVAILABLE\n");
  EXPECT_THAT(run.err, HasSubstr("check that the gateway runs"));
}

// Each written line runs the next action.
class SteppedOutput : public std::stringbuf {
 public:
  explicit SteppedOutput(std::vector<std::function<void()>> actions)
      : actions_(std::move(actions)) {}

 protected:
  int sync() override {
    if (next_ < actions_.size()) actions_[next_++]();
    return 0;
  }

 private:
  const std::vector<std::function<void()>> actions_;
  size_t next_ = 0;
};

TEST_F(HealthCommand, WatchPrintsChangesUntilCtrlC) {
  Interrupts interrupts;
  SteppedOutput buffer({[this] { gateway_.health().SetServingStatus("", false); },
                        [&interrupts] { interrupts.Raise(SIGINT); }});
  std::ostream out(&buffer);
  const ClientRun run =
      RunClient({"--address", gateway_.address, "health", "--watch"}, interrupts, &out);
  EXPECT_EQ(buffer.str(), "SERVING\nNOT_SERVING\n");
  EXPECT_EQ(run.exit_status, 128 + SIGINT);
}

TEST_F(HealthCommand, AllExcludesAServiceAndWatching) {
  EXPECT_EQ(Run({"--all", "liveness"}).exit_status, 2);
  EXPECT_EQ(Run({"--all", "--watch"}).exit_status, 2);
}

}  // namespace
}  // namespace dirlease::cli
