// The ways to a real directory: StartTLS, LDAPS, whose certificate is checked, and the second of
// two addresses.
#include <filesystem>

#include "integration/rpc/slapd_gateway_test.h"
#include "support/loopback.h"
#include "support/temp_dir.h"

namespace dirlease::testing {
namespace {

class ConnectTest : public SlapdGatewayTest {
 protected:
  void StartWithTls(TargetConfig::Tls tls, const std::string& host = "127.0.0.1",
                    bool trusted = true) {
    slapd_.emplace(SlapdOptions{.people = 3, .tls = true});
    const bool ldaps = tls == TargetConfig::Tls::kLdaps;
    TargetConfig target = TargetAt(
        {(ldaps ? "ldaps://" : "ldap://") + host + ":" +
         std::to_string(ldaps ? slapd_->ldaps_port() : slapd_->port())});
    target.tls = tls;
    stranger_.emplace("another authority");
    target.ca_file = trusted ? slapd_->ca_file() : stranger_->ca_file();
    StartWith(target);
  }
  void StartWith(const TargetConfig& target) {
    GatewayHarness::Options options;
    options.targets = {target};
    options.lookup = EveryNameIsLoopback;
    gateway_.emplace(std::move(options));
    client_ = std::make_unique<Client>(gateway_->address());
  }
  void ExpectItWorks() {
    const v1::OpenSessionResponse opened =
        client_->Open(SimpleBindRequest(PersonDn(1), PersonPassword(1)));
    EXPECT_TRUE(opened.session().upstream_tls());
    const SearchOutcome outcome = Search(SearchUnder(kPeopleDn, "(uid=*)"), opened.token());
    EXPECT_TRUE(outcome.end.ok()) << outcome.end;
    EXPECT_EQ(outcome.all.entries_size(), 3);
    client_->Unbind(opened.token());
    slapd_->WaitForLog("UNBIND");
  }
  void ExpectTlsFails() {
    const LogMark mark = slapd_->Mark();
    const CallEnd end = client_->Call(SimpleBindRequest(PersonDn(1), PersonPassword(1)), nullptr);
    EXPECT_EQ(end.code, Code::kUnavailable) << end;
    EXPECT_EQ(end.reason(), "UPSTREAM_TLS_FAILED");
    EXPECT_EQ(slapd_->CountLog(" BIND ", mark), 0u);
  }

  std::optional<Certificates> stranger_;
  UniqueFd dead_;
};

TEST_F(ConnectTest, StartTls) {
  StartWithTls(TargetConfig::Tls::kStartTls);
  ExpectItWorks();
  EXPECT_GE(slapd_->CountLog("TLS established"), 1u);
}

TEST_F(ConnectTest, Ldaps) {
  StartWithTls(TargetConfig::Tls::kLdaps);
  ExpectItWorks();
}

TEST_F(ConnectTest, ANameThatTheCertificateDoesNotHaveIsRefused) {
  StartWithTls(TargetConfig::Tls::kLdaps, "directory.example");
  ExpectTlsFails();
}

TEST_F(ConnectTest, ANameThatTheCertificateDoesNotHaveIsRefusedWithStartTlsToo) {
  StartWithTls(TargetConfig::Tls::kStartTls, "directory.example");
  ExpectTlsFails();
}

TEST_F(ConnectTest, AnUnknownAuthorityIsRefused) {
  StartWithTls(TargetConfig::Tls::kLdaps, "127.0.0.1", false);
  ExpectTlsFails();
}

TEST_F(ConnectTest, AuthoritiesAreReadAgainAndMissingOnesRefusedWhileLeasesGoOn) {
  slapd_.emplace(SlapdOptions{.people = 3, .tls = true});
  stranger_.emplace("another authority");
  const TempDir folder;
  TargetConfig target = TargetAt({"ldaps://127.0.0.1:" + std::to_string(slapd_->ldaps_port())});
  target.tls = TargetConfig::Tls::kLdaps;
  target.ca_file = folder.File("ca.pem");
  const auto install = [&](const std::string& from) {
    std::filesystem::copy_file(from, target.ca_file, std::filesystem::copy_options::overwrite_existing);
  };
  install(slapd_->ca_file());
  StartWith(target);
  const std::string token = client_->Open().token();

  install(stranger_->ca_file());
  EXPECT_EQ(gateway_->target_connector().ReloadTls(target), "");
  ExpectTlsFails();
  std::filesystem::remove(target.ca_file);
  EXPECT_NE(gateway_->target_connector().ReloadTls(target), "");
  ExpectTlsFails();
  install(slapd_->ca_file());
  EXPECT_EQ(gateway_->target_connector().ReloadTls(target), "");
  std::filesystem::remove(target.ca_file);
  EXPECT_NE(gateway_->target_connector().ReloadTls(target), "");
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token}).ok());
  client_->Unbind(client_->Open().token());
  client_->Unbind(token);
}

TEST_F(ConnectTest, TheSecondAddressServesWhenTheFirstIsDead) {
  slapd_.emplace(SlapdOptions{.people = 3});
  dead_ = ReserveLoopbackPort();
  GatewayHarness::Options options;
  options.targets = {TargetAt(
      {"ldap://127.0.0.1:" + std::to_string(LocalPort(dead_.get())), slapd_->uri()})};
  gateway_.emplace(std::move(options));
  client_ = std::make_unique<Client>(gateway_->address());
  const SearchOutcome outcome = Search(SearchUnder(kPeopleDn, "(uid=*)"), client_->Open().token());
  EXPECT_EQ(outcome.all.entries_size(), 3);
}

TEST_F(ConnectTest, NoDirectoryAtAllIsSaidAndHealthSaysItToo) {
  Start({.people = 1});
  gateway_->AwaitOnLoop([&](SessionManager&) { return HealthOf(*client_, "") == 1; });
  slapd_->Stop();
  const CallEnd end = client_->Call(v1::OpenSessionRequest(), nullptr);
  EXPECT_EQ(end.code, Code::kUnavailable);
  EXPECT_EQ(end.reason(), "LDAP_CONNECT_ERROR");
  EXPECT_TRUE(end.retry_info);
  EXPECT_EQ(HealthOf(*client_, ""), 2);
  slapd_->Start();
  client_->Open();
  EXPECT_EQ(HealthOf(*client_, ""), 1);
}

}  // namespace
}  // namespace dirlease::testing
