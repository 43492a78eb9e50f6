// `lease open --ghz-data` and `lease unbind --ghz-data`: all leases or none, and a file that others cannot read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/ghz_data.h"
#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"
#include "support/temp_dir.h"

namespace dirlease::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Optional;

class LeaseBatchCommand : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address, "lease"});
    return RunClient(std::move(arguments));
  }
  ClientRun Open(std::vector<std::string> more) {
    more.insert(more.begin(), {"open", "--ghz-data", file_});
    return Run(std::move(more));
  }
  std::string Contents() {
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    return text.str();
  }
  size_t Files() {
    size_t count = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder_.path())) ++count;
    return count;
  }

  FakeGateway gateway_;
  dirlease::testing::TempDir folder_;
  const std::string file_ = folder_.File("leases.json");
};

TEST_F(LeaseBatchCommand, WritesARequestForEachLeaseAndKeepsThem) {
  gateway_.tokens = {"t1", "t2", "t3"};
  const ClientRun run = Open({"--count", "3", "-D", "cn=a", "-w", "pw", "--ttl", "1m", "--ghz-request",
                              R"json( {"filter": "(uid={{randomInt 1 9}})"})json"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "opened: 3\n");
  EXPECT_EQ(Contents(), "[\n"
                        "{\"session\": \"t1\", \"filter\": \"(uid={{randomInt 1 9}})\"},\n"
                        "{\"session\": \"t2\", \"filter\": \"(uid={{randomInt 1 9}})\"},\n"
                        "{\"session\": \"t3\", \"filter\": \"(uid={{randomInt 1 9}})\"}\n]\n");
  struct stat facts {};
  ASSERT_EQ(stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_THAT(gateway_.unbound, IsEmpty());
  ASSERT_EQ(gateway_.opened.size(), 3u);
  EXPECT_EQ(gateway_.opened[2].credentials().simple().password(), "pw") << "each lease has the whole bind";
  EXPECT_EQ(gateway_.opened[2].ttl().seconds(), 60);
}

TEST_F(LeaseBatchCommand, OneLeaseAndNoRequestUnlessSaid) {
  EXPECT_EQ(Open({}).exit_status, 0);
  EXPECT_EQ(Contents(), "[\n{\"session\": \"body-token\"}\n]\n");
}

TEST_F(LeaseBatchCommand, AFailureInTheMiddleUnbindsWhatIsOpenAndLeavesTheFileAsItWas) {
  std::ofstream(file_) << "of before";
  gateway_.tokens = {"t1", "t2"};
  gateway_.open_status = LdapFailure(grpc::StatusCode::UNAVAILABLE, "LDAP_CONNECT_ERROR", 0, "");
  const ClientRun run = Open({"--count", "5"});
  EXPECT_EQ(run.exit_status, 214);
  EXPECT_THAT(run.err, HasSubstr("2 are unbound again, 0 end by themselves"));
  EXPECT_THAT(gateway_.leases, ElementsAre("t1", "t2"));
  EXPECT_EQ(gateway_.unbound.size(), 2u);
  EXPECT_EQ(Contents(), "of before");
  EXPECT_EQ(Files(), 1u);
}

TEST_F(LeaseBatchCommand, AFileThatCannotBeWrittenOpensNothing) {
  const ClientRun run = Run({"open", "--count", "2", "--ghz-data", folder_.File("no/such/folder")});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot write"));
  EXPECT_THAT(gateway_.opened, IsEmpty());
}

TEST_F(LeaseBatchCommand, AFileThatCannotBeReplacedUnbindsThemAll) {
  gateway_.tokens = {"t1", "t2"};
  std::filesystem::create_directory(file_);
  EXPECT_EQ(Open({"--count", "2"}).exit_status, 1);
  EXPECT_THAT(gateway_.leases, ElementsAre("t1", "t2"));
  EXPECT_EQ(Files(), 1u);
}

TEST_F(LeaseBatchCommand, WhatLiesWhereItWritesIsNotWrittenThrough) {
  const std::string victim = folder_.File("victim");
  std::ofstream(victim) << "kept";
  std::filesystem::create_symlink(victim, file_ + ".new");
  EXPECT_EQ(Open({}).exit_status, 0);
  std::ostringstream text;
  text << std::ifstream(victim).rdbuf();
  EXPECT_EQ(text.str(), "kept");
}

TEST_F(LeaseBatchCommand, TokensThatAProxyWrapsAreOfNoUseToGhz) {
  gateway_.token_in_header = "wrapped";
  const ClientRun run = Open({"--count", "2"});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("at the gateway itself"));
  EXPECT_THAT(gateway_.leases, ElementsAre("wrapped"));
}

TEST_F(LeaseBatchCommand, OptionsThatDoNotGoTogether) {
  EXPECT_EQ(Run({"open", "--count", "2"}).exit_status, 2);
  EXPECT_EQ(Open({"--count", "0"}).exit_status, 2);
  EXPECT_EQ(Open({"--count", "2", "--request-id", "u"}).exit_status, 2);
  EXPECT_THAT(Open({"--ghz-request", "[1]"}).err, HasSubstr("no JSON object"));
  EXPECT_THAT(Open({"--ghz-request", "{\"session\": \"mine\"}"}).err, HasSubstr("fills in"));
  EXPECT_THAT(gateway_.opened, IsEmpty());
}

TEST_F(LeaseBatchCommand, UnbindEndsEveryLeaseOfTheFileWhateverBecomesOfOne) {
  std::ofstream(file_) << R"([{"session": "t1"}, {"session": "t2", "x": 1}, {"session": "t1"}, {"session": "t3"}])";
  gateway_.unbind_statuses["t2"] = LdapFailure(grpc::StatusCode::UNAUTHENTICATED, "SESSION_UNKNOWN", 0, "");
  const ClientRun run = Run({"unbind", "--ghz-data", file_, "--wait", "2s"});
  EXPECT_EQ(run.exit_status, 216);
  EXPECT_EQ(run.out, "unbound: 2, had ended before: 0, abandoned operations: 4\n");
  EXPECT_THAT(gateway_.leases, ElementsAre("t1", "t2", "t3"));
  EXPECT_EQ(gateway_.unbound.at(0).wait().seconds(), 2);
  EXPECT_THAT(run.err, Not(HasSubstr("t2")));
}

TEST_F(LeaseBatchCommand, UnbindNeedsAFileOfLeases) {
  EXPECT_THAT(Run({"unbind", "--ghz-data", file_}).err, HasSubstr("cannot be read"));
  std::ofstream(file_) << R"([{"session": "t1"}, {}])";
  const ClientRun run = Run({"unbind", "--ghz-data", file_});
  EXPECT_EQ(run.exit_status, 1);
  EXPECT_THAT(run.err, HasSubstr("is no file of lease open"));
  EXPECT_THAT(gateway_.unbound, IsEmpty());
}

TEST(GhzData, OddTokensComeBack) {
  EXPECT_THAT(GhzTokens(GhzData({"a\"b\\", "c"}, "{ }")), Optional(ElementsAre("a\"b\\", "c")));
}

}  // namespace
}  // namespace dirlease::cli
