#include "app/config_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "component/app/configure.h"
#include "support/temp_dir.h"

namespace dirlease {
namespace {

using testing::Configure;
using testing::Configured;
using testing::kTargetFlag;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ConfigLoaderTest, TheSmallestCommandLineHasAllDefaults) {
  const Configured got = Configure({kTargetFlag, "--insecure"});
  EXPECT_THAT(got.problems, IsEmpty());
  EXPECT_EQ(got.config.listen(), "127.0.0.1:50051");
  ASSERT_EQ(got.config.targets_size(), 1);
  EXPECT_EQ(got.config.targets(0).name(), "default");
  EXPECT_EQ(got.config.targets(0).tls(), "none");
  EXPECT_EQ(got.config.targets(0).connect_timeout().seconds(), 5);
  EXPECT_EQ(got.config.max_leases(), 10'000u);
  EXPECT_EQ(got.config.lease().default_ttl().seconds(), 300);
  EXPECT_EQ(got.config.drain_grace().seconds(), 25);
  EXPECT_TRUE(got.config.anonymous());
}

TEST(ConfigLoaderTest, MaxLeasesLeavesDescriptorsForOthers) {
  config::v1::Config config;
  FillDefaults(1024, config);
  EXPECT_EQ(config.max_leases(), 512u);
  EXPECT_EQ(config.grpc().max_connections(), 384u);
}

TEST(ConfigLoaderTest, MaxLeasesLeavesDescriptorsForTheirFurtherConnections) {
  config::v1::Config config;
  config.add_targets();
  config.add_targets()->set_max_connections_per_lease(4);
  FillDefaults(1024, config);
  EXPECT_EQ(config.targets(0).max_connections_per_lease(), 1u);
  EXPECT_EQ(config.max_leases(), 128u);
  EXPECT_EQ(config.grpc().max_connections(), 384u);
}

TEST(ConfigLoaderTest, LeasesAndConnectionsShareTheDescriptors) {
  config::v1::Config config;
  config.set_max_leases(2000);
  FillDefaults(5000, config);
  EXPECT_EQ(config.grpc().max_connections(), 2872u);
  config.mutable_grpc()->clear_max_connections();
  FillDefaults(2000, config);
  EXPECT_EQ(config.grpc().max_connections(), 16u);
  config.mutable_grpc()->clear_max_connections();
  FillDefaults(1'000'000, config);
  EXPECT_EQ(config.grpc().max_connections(), 10'000u);
}

TEST(ConfigLoaderTest, ValuesStandAfterEqualsOrApart) {
  const Configured got =
      Configure({"--target", "ldap://a", "--insecure", "--lease-min-ttl", "20s",
                 "--anonymous=false", "--memory-budget=64MiB", "--max-leases=7"});
  EXPECT_THAT(got.problems, IsEmpty());
  EXPECT_EQ(got.config.lease().min_ttl().seconds(), 20);
  EXPECT_FALSE(got.config.anonymous());
  EXPECT_EQ(got.config.memory_budget(), 64u << 20);
  EXPECT_EQ(got.config.max_leases(), 7u);
}

TEST(ConfigLoaderTest, TargetsHaveNamesAndSeveralUris) {
  const Configured got = Configure({"--target=ldap://a,ldap://b:1389", "--target=people=ldaps://c",
                                    "--target-connect-timeout=300ms", "--insecure"});
  EXPECT_THAT(got.problems, IsEmpty());
  ASSERT_EQ(got.config.targets_size(), 2);
  EXPECT_THAT(got.config.targets(0).uris(), ElementsAre("ldap://a", "ldap://b:1389"));
  EXPECT_EQ(got.config.targets(1).name(), "people");
  EXPECT_EQ(got.config.targets(1).tls(), "ldaps");
  EXPECT_EQ(got.config.targets(1).connect_timeout().nanos(), 300'000'000);
}

class PrecedenceTest : public ::testing::Test {
 protected:
  PrecedenceTest() {
    std::ofstream(folder_.File("config.yaml"))
        << "insecure: true\n"
           "lease: {min_ttl: 11s, default_ttl: 111s, max_ttl: 1111s}\n"
           "targets: [{name: file, uris: ['ldap://file'], connect_timeout: 1s}]\n";
  }
  testing::TempDir folder_;
  const std::string config_ = "--config=" + folder_.File("config.yaml");
};

TEST_F(PrecedenceTest, FlagBeatsEnvironmentBeatsFile) {
  const Configured got =
      Configure({"--lease-min-ttl=13s", config_},
                {"DIRLEASE_LEASE_MIN_TTL=12s", "DIRLEASE_LEASE_DEFAULT_TTL=112s"});
  EXPECT_THAT(got.problems, IsEmpty());
  EXPECT_EQ(got.config.lease().min_ttl().seconds(), 13);
  EXPECT_EQ(got.config.lease().default_ttl().seconds(), 112);
  EXPECT_EQ(got.config.lease().max_ttl().seconds(), 1111);
  EXPECT_EQ(got.config.targets(0).name(), "file");
}

TEST_F(PrecedenceTest, TargetsOfAStrongerSourceReplaceAllOthers) {
  const std::vector<std::string> environment = {"DIRLEASE_TARGET=environment=ldap://environment"};
  EXPECT_EQ(Configure({config_}, environment).config.targets(0).name(), "environment");
  const Configured got = Configure({config_, "--target=flag=ldap://flag"}, environment);
  ASSERT_EQ(got.config.targets_size(), 1);
  EXPECT_EQ(got.config.targets(0).name(), "flag");
}

TEST_F(PrecedenceTest, TheEnvironmentMayNameTheFile) {
  EXPECT_EQ(Configure({}, {"DIRLEASE_CONFIG=" + folder_.File("config.yaml")}).config.targets_size(),
            1);
}

TEST(ConfigLoaderTest, VariablesOfOthersDoNotCount) {
  const Configured got = Configure(
      {kTargetFlag, "--insecure"}, {"DIRLEASE_PORT=tcp://10.0.0.1:50051",
                                "DIRLEASE_SERVICE_HOST=10.0.0.1", "DIRLEASE_ADDRESS=127.0.0.1:1",
                                "DIRLEASE_LEASE=secret", "DIRLEASE_LISTEN=", "HOME=/", "nonsense"});
  EXPECT_THAT(got.problems, IsEmpty());
  EXPECT_EQ(got.config.listen(), "127.0.0.1:50051");
}

TEST(ConfigLoaderTest, UnknownFlagsNameTheNearestOne) {
  EXPECT_THAT(Configure({kTargetFlag, "--insecure", "--lease-mini-ttl=5s"}).problems,
              ElementsAre("--lease-mini-ttl is no flag; the nearest one is --lease-min-ttl"));
  EXPECT_THAT(Configure({kTargetFlag, "--insecure", "stray"}).problems,
              ElementsAre(HasSubstr("\"stray\" is no flag")));
  EXPECT_THAT(Configure({kTargetFlag, "--insecure", "--listen"}).problems,
              ElementsAre("--listen needs a value"));
}

TEST(ConfigLoaderTest, WrongValuesNameTheSetting) {
  EXPECT_THAT(Configure({kTargetFlag, "--insecure=maybe", "--lease-min-ttl=5", "--max-leases=-1",
                         "--memory-budget=1GB"},
                        {"DIRLEASE_STALL_DEADLINE=soon"})
                  .problems,
              ::testing::IsSupersetOf({HasSubstr("--insecure: \"maybe\""),
                                       HasSubstr("--lease-min-ttl: \"5\" is no duration"),
                                       HasSubstr("--max-leases: \"-1\" is no count"),
                                       HasSubstr("--memory-budget: \"1GB\" is no size"),
                                       HasSubstr("DIRLEASE_STALL_DEADLINE: \"soon\"")}));
}

TEST(ConfigLoaderTest, TargetSettingsNeedATargetByFlag) {
  EXPECT_THAT(Configure({"--insecure", "--target-ca=ca.pem"}).problems,
              ::testing::Contains(HasSubstr("--target-ca is for targets given by --target")));
}

TEST(CommandLineTest, KnowsItsTasks) {
  using Task = CommandLine::Task;
  EXPECT_EQ(ParseCommandLine({kTargetFlag}, {}).task, Task::kServe);
  EXPECT_EQ(ParseCommandLine({"--check-config", kTargetFlag}, {}).task, Task::kCheckConfig);
  EXPECT_EQ(ParseCommandLine({"--print-config"}, {}).task, Task::kPrintConfig);
  EXPECT_EQ(ParseCommandLine({"--version"}, {}).task, Task::kVersion);
  EXPECT_EQ(ParseCommandLine({"--check-config", "-h"}, {}).task, Task::kHelp);
}

}  // namespace
}  // namespace dirlease
