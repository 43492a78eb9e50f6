#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "component/app/configure.h"
#include "support/certificates.h"
#include "support/temp_dir.h"

namespace dirlease {
namespace {

using ::testing::AllOf;
using testing::Configure;
using testing::kTargetFlag;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> ProblemsOf(const std::vector<std::string>& arguments) {
  return Configure(arguments).problems;
}

TEST(ConfigCheckTest, EveryProblemIsNamedAtOnce) {
  EXPECT_THAT(ProblemsOf({"--listen=nowhere", "--lease-min-ttl=2h", "--log-format=xml"}),
              UnorderedElementsAre(HasSubstr("listen: \"nowhere\""), HasSubstr("tls.cert: give"),
                                   HasSubstr("targets: none"), HasSubstr("lease.max_ttl: is below"),
                                   HasSubstr("log_format: \"xml\" is none of json, text")));
}

TEST(ConfigCheckTest, PlaintextStaysOnLoopback) {
  for (const char* listen : {"--listen=localhost:0", "--listen=127.8.0.1:0", "--listen=[::1]:0"}) {
    EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", listen}), IsEmpty()) << listen;
  }
  for (const char* listen : {"--listen=0.0.0.0:50051", "--listen=[::]:0", "--listen=gateway:1"}) {
    EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", listen}), ElementsAre(HasSubstr("no loopback")));
    EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--insecure-any-address", listen}), IsEmpty());
  }
}

TEST(ConfigCheckTest, ListenAddressesAreChecked) {
  for (const char* listen : {"50051", ":50051", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                             "127.0.0.1:http", "::1:50051", "unix:/tmp/socket"}) {
    EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", std::string("--listen=") + listen}),
                ElementsAre(HasSubstr("HOST:PORT")))
        << listen;
  }
}

TEST(ConfigCheckTest, SchemeAndTlsAgree) {
  EXPECT_THAT(ProblemsOf({"--target=ldaps://a", "--target-tls=starttls", "--insecure"}),
              ElementsAre(HasSubstr("ldaps://a contradicts")));
  EXPECT_THAT(ProblemsOf({"--target=ldap://a", "--target-tls=ldaps", "--insecure"}),
              ElementsAre(HasSubstr("ldap://a contradicts")));
  EXPECT_THAT(ProblemsOf({"--target=ldaps://a,ldap://b", "--insecure"}),
              ElementsAre(HasSubstr("ldap://b contradicts")));
  EXPECT_THAT(ProblemsOf({"--target=ldap://a", "--target-tls=starttls", "--insecure"}), IsEmpty());
}

TEST(ConfigCheckTest, TargetsAreChecked) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--target=ldap://b", "--insecure"}),
              ElementsAre(HasSubstr("\"default\": the name is given twice")));
  EXPECT_THAT(ProblemsOf({"--target=http://a", "--insecure"}),
              ElementsAre(HasSubstr("\"http://a\" is no address of a directory")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--target-tls=ssl", "--insecure"}),
              ElementsAre(HasSubstr("\"ssl\" is none of none, starttls, ldaps")));
}

// Of a configuration file with one target that has these lines.
std::vector<std::string> ProblemsOfTarget(const std::string& lines) {
  const testing::TempDir folder;
  const std::string file = folder.File("config.yaml");
  std::ofstream(file) << "insecure: true\ntargets:\n  - uris: [ldap://a]\n" << lines;
  return ProblemsOf({"--config=" + file});
}

TEST(ConfigCheckTest, ReferralsAreFollowedToNamedServersOnly) {
  EXPECT_THAT(ProblemsOfTarget("    referrals: {follow: anonymous, servers: [ldap://b, ldap://c:1389]}\n"), IsEmpty());
  EXPECT_THAT(ProblemsOfTarget("    referrals: {follow: same_identity}\n"),
              ElementsAre(HasSubstr("\"default\": referrals.servers: none is given")));
  EXPECT_THAT(ProblemsOfTarget("    referrals: {servers: [ldap://b]}\n"),
              ElementsAre(HasSubstr("referrals.follow: is never, but servers are given")));
  EXPECT_THAT(ProblemsOfTarget("    referrals: {follow: always, servers: [b, ldaps://c], max_hops: 0, max_followed: 999, "
                               "max_connections: 65}\n"),
              UnorderedElementsAre(HasSubstr("referrals.follow: \"always\" is none of never, anonymous, same_identity"),
                                   HasSubstr("referrals.servers: \"b\" is no address of a directory"),
                                   HasSubstr("referrals.servers: ldaps://c contradicts its tls setting"),
                                   HasSubstr("referrals.max_hops: has to be between 1 and 32"),
                                   HasSubstr("referrals.max_followed: has to be between 1 and 256"),
                                   HasSubstr("referrals.max_connections: has to be between 1 and 64")));
}

TEST(ConfigCheckTest, ALeaseHasAFewConnections) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--target-max-connections-per-lease=16"}), IsEmpty());
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--target-max-connections-per-lease=17"}),
              ElementsAre(HasSubstr("max_connections_per_lease: has to be between 1 and 16")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--target-max-connections-per-lease=0"}),
              ElementsAre(HasSubstr("max_connections_per_lease: has to be between 1 and 16")));
}

TEST(ConfigCheckTest, ReferralsAreNoFlags) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--target-referrals-follow=anonymous"}),
              ElementsAre(HasSubstr("--target-referrals-follow")));
}

TEST(ConfigCheckTest, NumbersAndTimesAreNotNothing) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--max-leases=0", "--stall-deadline=0s",
                          "--memory-budget=1"}),
              UnorderedElementsAre(HasSubstr("max_leases: has"), HasSubstr("stall_deadline: has"),
                                   HasSubstr("memory_budget: has")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--drain-grace=0s"}), IsEmpty());
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--lease-default-ttl=2h"}),
              ElementsAre(HasSubstr("lease.default_ttl: has to be between")));
}

TEST(ConfigCheckTest, WhatAPeerMayTakeHasBounds) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--grpc-max-connections=0",
                          "--grpc-handshake-timeout=0s", "--grpc-memory=1MiB",
                          "--grpc-max-metadata-size=2MiB", "--grpc-max-receive-message-size=1",
                          "--grpc-max-concurrent-streams=4000000000"}),
              UnorderedElementsAre(
                  HasSubstr("grpc.max_connections: has to be at least 1"),
                  HasSubstr("grpc.handshake_timeout: has to be more than 0"),
                  HasSubstr("grpc.memory: has to be at least 16MiB"),
                  HasSubstr("grpc.max_metadata_size: has to be between 1KiB and 1MiB"),
                  HasSubstr("grpc.max_receive_message_size: has to be between 64KiB and 1GiB"),
                  HasSubstr("grpc.max_concurrent_streams: has to be at most 1000000")));
}

TEST(ConfigCheckTest, TheOperatorsListenerStaysOnLoopbackWithoutTheirAuthorities) {
  for (const char* listen : {"--admin-listen=127.0.0.1:0", "--admin-listen=[::1]:50052"}) {
    EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", listen}), IsEmpty()) << listen;
  }
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--admin-listen=0.0.0.0:50052"}),
              ElementsAre(AllOf(HasSubstr("admin.listen: 0.0.0.0:50052"),
                                HasSubstr("--admin-client-ca=FILE"))));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--insecure-any-address",
                          "--admin-listen=0.0.0.0:50052"}),
              ElementsAre(HasSubstr("admin.listen: ")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--admin-listen=50052"}),
              ElementsAre(HasSubstr("HOST:PORT")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--admin-address-file=/tmp/a"}),
              ElementsAre(HasSubstr("admin.address_file: needs --admin-listen")));
}

class CertificateCheckTest : public ::testing::Test {
 protected:
  testing::Certificates authority_;
  const testing::CertificateFiles own_ = authority_.IssueForLoopback();
  const testing::CertificateFiles other_ = authority_.IssueForLoopback();
  const std::string cert_ = "--tls-cert=" + own_.certificate;
  const std::string key_ = "--tls-key=" + own_.key;
};

TEST_F(CertificateCheckTest, AWholeSetIsFine) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_}), IsEmpty());
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, "--client-ca=" + authority_.ca_file(),
                          "--listen=0.0.0.0:50051"}),
              IsEmpty());
}

TEST_F(CertificateCheckTest, PartsMissing) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_}), ElementsAre(HasSubstr("tls.key: is missing")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, key_}), ElementsAre(HasSubstr("tls.cert: is missing")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--client-ca=" + authority_.ca_file()}),
              ElementsAre(HasSubstr("client_ca: needs")));
}

TEST_F(CertificateCheckTest, OperatorsElsewhereNeedTheWholeSet) {
  const std::string listen = "--admin-listen=0.0.0.0:50052";
  const std::string ca = "--admin-client-ca=" + authority_.ca_file();
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, listen, ca}), IsEmpty());
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, listen}),
              ElementsAre(HasSubstr("admin.listen: ")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", listen, ca}),
              ElementsAre(HasSubstr("admin.client_ca: needs tls.cert")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, ca}),
              ElementsAre(HasSubstr("admin.client_ca: needs --admin-listen")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, listen, "--admin-client-ca=" + own_.key}),
              ElementsAre(HasSubstr("admin.client_ca: ")));
}

TEST_F(CertificateCheckTest, FilesAreLookedInto) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--tls-cert=/does/not/exist.pem", key_}),
              ElementsAre(HasSubstr("cannot read /does/not/exist.pem: No such file")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--tls-cert=/", key_}),
              ElementsAre(HasSubstr("Is a directory")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, "--tls-key=" + other_.key}),
              ElementsAre(HasSubstr("is not the key of")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, "--tls-key=" + own_.certificate}),
              ElementsAre(HasSubstr("holds no private key")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, "--client-ca=" + own_.key}),
              ElementsAre(HasSubstr("client_ca: ")));
}

TEST_F(CertificateCheckTest, TlsAndPlaintextExcludeEachOther) {
  EXPECT_THAT(ProblemsOf({kTargetFlag, cert_, key_, "--insecure"}),
              ElementsAre(HasSubstr("insecure: ")));
}

TEST_F(CertificateCheckTest, TargetFilesAreForTlsTargets) {
  const std::string ca = "--target-ca=" + authority_.ca_file();
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", ca}), ElementsAre(HasSubstr("are for TLS")));
  EXPECT_THAT(ProblemsOf({"--target=ldaps://a", "--insecure", ca}), IsEmpty());
  EXPECT_THAT(ProblemsOf({"--target=ldaps://a", "--insecure", "--target-ca=/none.pem"}),
              ElementsAre(HasSubstr("ca: cannot read /none.pem")));
}

class ProfileConfigTest : public ::testing::Test {
 protected:
  std::vector<std::string> ProblemsWith(const std::string& profile) {
    std::ofstream(folder_.File("password")) << "secret\n";
    std::ofstream(folder_.File("config.yaml")) << "insecure: true\ntargets: [{name: a, uris: [ldap://a]}]\n"
                                               << "profiles: [{" << profile << "}]\n";
    return ProblemsOf({"--config=" + folder_.File("config.yaml")});
  }
  std::string Simple() const { return "name: p, dn: cn=a, password_file: " + folder_.File("password"); }

  testing::TempDir folder_;
};

TEST_F(ProfileConfigTest, WhoMayUseItIsSaidOpenly) {
  EXPECT_THAT(ProblemsWith(Simple() + ", any_caller: true, authorization_ids: ['dn:cn=a', 'u:*', '*']"), IsEmpty());
  EXPECT_THAT(ProblemsWith(Simple()), ElementsAre(HasSubstr("callers: nobody may use it")));
  EXPECT_THAT(ProblemsWith(Simple() + ", callers: [orders]"), ElementsAre(HasSubstr("client_ca")));
}

TEST_F(ProfileConfigTest, EveryProblemIsNamed) {
  EXPECT_THAT(ProblemsWith("name: p, any_caller: true"),
              UnorderedElementsAre(HasSubstr("dn: is missing"), HasSubstr("password_file: is missing")));
  EXPECT_THAT(ProblemsWith("name: p, any_caller: true, dn: cn=a, password_file: /nonexistent"),
              ElementsAre(HasSubstr("password_file: cannot read /nonexistent")));
  EXPECT_THAT(ProblemsWith(Simple() + ", any_caller: true, targets: [b]"),
              ElementsAre(HasSubstr("no target is called \"b\"")));
  EXPECT_THAT(ProblemsWith("name: p, any_caller: true, method: external"),
              ElementsAre(HasSubstr("needs TLS")));
  EXPECT_THAT(ProblemsWith(Simple() + ", any_caller: true, authorization: sasl"),
              ElementsAre(HasSubstr("say proxied")));
  EXPECT_THAT(ProblemsWith(Simple() + ", any_caller: true, authorization_ids: [cn=a]"),
              ElementsAre(HasSubstr("is not of the form")));
  EXPECT_THAT(ProblemsWith("any_caller: true, method: gssapi"), ElementsAre(HasSubstr("has no name")));
  EXPECT_THAT(ProblemsWith("name: p, any_caller: true, method: kerberos"),
              ElementsAre(HasSubstr("\"kerberos\" is none of simple, external, gssapi")));
  EXPECT_THAT(ProblemsWith("name: p, any_caller: true, method: gssapi, client_keytab: /nonexistent"),
              ElementsAre(HasSubstr("\"p\": client_keytab: cannot read /nonexistent")));
  EXPECT_THAT(ProblemsWith(Simple() + ", any_caller: true, client_keytab: " + folder_.File("password")),
              ElementsAre(HasSubstr("client_keytab is for method gssapi")));
  EXPECT_THAT(ProblemsOf({kTargetFlag, "--insecure", "--target-client-keytab=/nonexistent"}),
              ElementsAre(HasSubstr("\"default\": client_keytab: cannot read /nonexistent")));
}

}  // namespace
}  // namespace dirlease
