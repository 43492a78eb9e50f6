#include "app/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "component/app/configure.h"
#include "support/places.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

testing::Configured Read(const std::string& yaml) {
  testing::Configured result;
  ApplyYaml(yaml, "test.yaml", result.config, result.problems);
  return result;
}

TEST(ConfigFileTest, ReadsEveryKindOfValue) {
  const auto got = Read(
      "# a comment\n"
      "listen: \"[::1]:0\"\n"
      "insecure: true\n"
      "max_leases: 12\n"
      "memory_budget: 1GiB\n"
      "lease:\n"
      "  max_age: 1h30m\n"
      "targets:\n"
      "  - uris: [ldap://a, ldap://b]\n"
      "    tls: starttls\n"
      "  - name: people\n"
      "    uris:\n"
      "      - ldaps://c\n");
  EXPECT_THAT(got.problems, IsEmpty());
  EXPECT_EQ(got.config.listen(), "[::1]:0");
  EXPECT_TRUE(got.config.insecure());
  EXPECT_EQ(got.config.max_leases(), 12u);
  EXPECT_EQ(got.config.memory_budget(), 1u << 30);
  EXPECT_EQ(got.config.lease().max_age().seconds(), 5400);
  ASSERT_EQ(got.config.targets_size(), 2);
  EXPECT_THAT(got.config.targets(0).uris(), ElementsAre("ldap://a", "ldap://b"));
  EXPECT_EQ(got.config.targets(1).name(), "people");
}

// deploy/dirleased.yaml; its certificates are nobody's, so only reading it can be tested.
TEST(ConfigFileTest, TheExampleCanBeRead) {
  std::ifstream file(testing::SourceFile("deploy/dirleased.yaml"));
  const auto got = Read({std::istreambuf_iterator<char>(file), {}});
  EXPECT_THAT(got.problems, IsEmpty());
  ASSERT_EQ(got.config.targets_size(), 2);
  EXPECT_EQ(got.config.targets(0).session_tracking(), "always");
  EXPECT_EQ(got.config.metrics_listen(), "127.0.0.1:9464");
}

// So that they are right on the day they are needed.
TEST(ConfigFileTest, WhatTheExampleHasCommentedOutCanBeReadToo) {
  std::ifstream file(testing::SourceFile("deploy/dirleased.yaml"));
  std::string yaml{std::istreambuf_iterator<char>(file), {}};
  for (const std::string line : {"audit_log: ", "admin:\n", "  listen: ", "  client_ca: ", "  address_file: "}) {
    const size_t at = yaml.find("\n# " + line);
    ASSERT_NE(at, std::string::npos) << line;
    yaml.erase(at + 1, 2);
  }
  for (const std::string line : {"referrals:\n", "  follow: ", "  servers: ", "  max_hops: ", "  max_followed: ", "  max_connections: "}) {
    const size_t at = yaml.find("\n    # " + line);
    ASSERT_NE(at, std::string::npos) << line;
    yaml.erase(at + 5, 2);
  }
  const auto got = Read(yaml);
  EXPECT_THAT(got.problems, IsEmpty());
  EXPECT_EQ(got.config.targets(0).referrals().follow(), "same_identity");
  EXPECT_THAT(got.config.targets(0).referrals().servers(), ElementsAre("ldap://branch.example.com"));
  EXPECT_EQ(got.config.audit_log(), "/var/log/dirlease/audit.log");
  EXPECT_EQ(got.config.admin().listen(), "127.0.0.1:50052");
  EXPECT_EQ(got.config.admin().client_ca(), "/etc/dirlease/operators-ca.crt");
}

TEST(ConfigFileTest, EmptyFilesAndValuesSayNothing) {
  EXPECT_THAT(Read("").problems, IsEmpty());
  EXPECT_THAT(Read("listen:\nlease: ~\n").problems, IsEmpty());
}

TEST(ConfigFileTest, ProblemsHaveLineKeyAndMend) {
  EXPECT_THAT(Read("lissten: a\n").problems,
              ElementsAre("test.yaml:1: lissten is no key; the nearest one is listen"));
  EXPECT_THAT(
      Read("lease:\n  min_tl: 5s\n  max_ttl: 5\n").problems,
      ElementsAre(HasSubstr("test.yaml:2: lease.min_tl is no key; the nearest one is min_ttl"),
                  HasSubstr("test.yaml:3: lease.max_ttl \"5\" is no duration")));
  EXPECT_THAT(
      Read("targets:\n  - uri: ldap://a\n").problems,
      ElementsAre(HasSubstr("test.yaml:2: targets[0].uri is no key; the nearest one is uris")));
}

TEST(ConfigFileTest, WrongShapes) {
  EXPECT_THAT(Read("- a\n").problems, ElementsAre(HasSubstr("the file has to be a map")));
  EXPECT_THAT(Read("targets: ldap://a\n").problems, ElementsAre(HasSubstr("has to be a list")));
  EXPECT_THAT(Read("listen: [a]\n").problems, ElementsAre(HasSubstr("has to be one value")));
  EXPECT_THAT(Read("lease: 5s\n").problems, ElementsAre(HasSubstr("has to be a map")));
  EXPECT_THAT(Read("listen: a\nlisten: b\n").problems,
              ElementsAre(HasSubstr("stands there twice")));
  EXPECT_THAT(Read("[a]: b\n").problems, ElementsAre(HasSubstr("no word")));
  EXPECT_THAT(Read("listen: [a\n").problems, ElementsAre(HasSubstr("no YAML")));
}

TEST(ConfigFileTest, WhatIsPrintedReadsAsTheSame) {
  const auto effective = testing::Configure(
      {"--target=ldap://a,ldap://b", "--target=odd=ldaps://c", "--insecure", "--anonymous=false",
       "--address-file=/a \"quoted\\path\"\n", "--lease-min-ttl=300ms", "--memory-budget=64MiB"});
  const std::string yaml = ToYaml(effective.config);
  const auto again = Read(yaml);
  EXPECT_THAT(again.problems, IsEmpty()) << yaml;
  EXPECT_EQ(again.config.SerializeAsString(), effective.config.SerializeAsString()) << yaml;
  EXPECT_THAT(yaml, HasSubstr("  min_ttl: 300ms\n"));
  EXPECT_THAT(yaml, HasSubstr("memory_budget: 64MiB\n"));
}

}  // namespace
}  // namespace dirlease
