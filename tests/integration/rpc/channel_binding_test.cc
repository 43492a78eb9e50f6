// SASL channel binding (RFC 5929) against a real slapd: what SCRAM-...-PLUS ties a bind to is compared there.
#include <gmock/gmock.h>

#include <fstream>

#include "fmt/format.h"
#include "integration/rpc/bind_requests.h"
#include "integration/rpc/slapd_gateway_test.h"
#include "support/kerberos_realm.h"
#include "support/loopback.h"
#include "support/temp_dir.h"

namespace dirlease::testing {
namespace {

using ::testing::HasSubstr;

// Of a server without TLS 1.3, where tls-unique does not exist, for the two libraries that Debian's releases build slapd with.
constexpr char kGnuTlsUpTo12[] = "[overrides]\ndisabled-version = tls1.3\n";
constexpr char kOpenSslUpTo12[] =
    "openssl_conf = all\n[all]\nssl_conf = tls\n[tls]\nsystem_default = limits\n[limits]\nMaxProtocol = TLSv1.2\n";

class ChannelBindingTest : public SlapdGatewayTest {
 protected:
  // `slapd_binds`: slapd's sasl-cbinding.
  void StartBound(const std::string& slapd_binds, ChannelBinding ours) {
    slapd_.emplace(SlapdOptions{.people = 3,
                                .tls = true,
                                .global_config = kSaslConfig + ("sasl-cbinding " + slapd_binds + "\n"),
                                .environment = environment_});
    TargetConfig secure = TargetAt({fmt::format("ldaps://{}:{}", kHost, slapd_->ldaps_port())});
    secure.gateway_identity = true;
    secure.tls = TargetConfig::Tls::kLdaps;
    secure.ca_file = slapd_->ca_file();
    secure.sasl_channel_binding = ours;
    GatewayHarness::Options options;
    options.targets = {secure, TargetAt({slapd_->uri()}, "plain")};
    options.lookup = EveryNameIsLoopback;
    gateway_.emplace(std::move(options));
    client_ = std::make_unique<Client>(gateway_->address());
  }
  // Before it is started.
  void LimitSlapdToTls12() {
    const auto write = [this](const std::string& name, const char* text) {
      std::ofstream(folder_.File(name)) << text;
      return folder_.File(name);
    };
    environment_.push_back("GNUTLS_SYSTEM_PRIORITY_FILE=" + write("gnutls.conf", kGnuTlsUpTo12));
    environment_.push_back("OPENSSL_CONF=" + write("openssl.cnf", kOpenSslUpTo12));
  }
  static v1::OpenSessionRequest AsUser(const std::string& mechanism) {
    return Managed(mechanism, "user.1", PersonPassword(1));
  }
  void ExpectWhoAmI(const std::string& token) {
    v1::WhoAmIResponse who;
    EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), &who, {.token = token}).ok());
    EXPECT_EQ(who.authorization_id(), "dn:" + PersonDn(1));
    client_->Unbind(token);
  }
  void ExpectBound(const std::string& mechanism) {
    const auto opened = client_->Open(AsUser(mechanism));
    EXPECT_EQ(opened.session().sasl_mechanism(), mechanism);
    ExpectWhoAmI(opened.token());
  }
  CallEnd OpenFails(const std::string& mechanism, const std::string& target = "") {
    v1::OpenSessionRequest request = AsUser(mechanism);
    request.set_target(target);
    const CallEnd end = client_->Call(request, nullptr);
    EXPECT_FALSE(end.ok()) << mechanism;
    return end;
  }

  TempDir folder_;
  std::vector<std::string> environment_;  // of slapd
};

TEST_F(ChannelBindingTest, TheDirectorysCertificateIsWhatBoundSidesAgreeOn) {
  StartBound("tls-endpoint", ChannelBinding::kTlsEndpoint);
  for (const char* mechanism : {"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"}) {
    ExpectBound(mechanism);
  }
  ExpectBound("SCRAM-SHA-256");  // binds to nothing, which slapd takes too
}

TEST_F(ChannelBindingTest, SoIsTheHandshakeWhereTlsHasIt) {
  LimitSlapdToTls12();
  StartBound("tls-unique", ChannelBinding::kTlsUnique);
  ExpectBound("SCRAM-SHA-256-PLUS");
}

// As when somebody between the two passes the bind on: his connection is another one.
TEST_F(ChannelBindingTest, AnotherChannelThanTheDirectorysIsRefusedByIt) {
  LimitSlapdToTls12();
  StartBound("tls-unique", ChannelBinding::kTlsEndpoint);
  const LogMark mark = slapd_->Mark();
  const CallEnd end = OpenFails("SCRAM-SHA-256-PLUS");
  ASSERT_TRUE(end.ldap_result.has_value()) << end;
  EXPECT_THAT(end.ldap_result->diagnostic_message(), HasSubstr("SASL"));
  slapd_->WaitForLog("RESULT tag=97 err=" + std::to_string(end.ldap_result->code()), 1, mark);
  ExpectBound("SCRAM-SHA-256");
}

TEST_F(ChannelBindingTest, WithoutAChannelNothingIsSent) {
  StartBound("tls-endpoint", ChannelBinding::kTlsEndpoint);
  const LogMark mark = slapd_->Mark();
  EXPECT_EQ(OpenFails("SCRAM-SHA-256-PLUS", "plain").reason(), "SASL_FAILED");
  slapd_->SyncLog();
  EXPECT_EQ(slapd_->CountLog("BIND dn=\"\" method=163", mark), 0u);
}

TEST_F(ChannelBindingTest, ATargetMayBindToNothing) {
  StartBound("tls-endpoint", ChannelBinding::kNone);
  EXPECT_EQ(OpenFails("SCRAM-SHA-256-PLUS").reason(), "SASL_FAILED");
  ExpectBound("SCRAM-SHA-256");
}

class KerberosChannelBindingTest : public ChannelBindingTest {
 protected:
  KerberosChannelBindingTest() {
    realm_.UseKeytab(realm_.KeytabOf("user.1"));
    environment_.push_back("KRB5_KTNAME=FILE:" + realm_.KeytabOf("ldap/directory.test"));
  }

  KerberosRealm realm_;
};

TEST_F(KerberosChannelBindingTest, GssapiIsTiedToTheDirectorysCertificate) {
  StartBound("tls-endpoint", ChannelBinding::kTlsEndpoint);
  ExpectWhoAmI(client_->Open(Managed("GSSAPI")).token());
}

TEST_F(KerberosChannelBindingTest, GssapiOverAnotherChannelIsRefused) {
  LimitSlapdToTls12();
  StartBound("tls-unique", ChannelBinding::kTlsEndpoint);
  const CallEnd end = client_->Call(Managed("GSSAPI"), nullptr);
  ASSERT_TRUE(end.ldap_result.has_value()) << end;
  EXPECT_EQ(end.ldap_result->code(), 49) << end;
}

}  // namespace
}  // namespace dirlease::testing
