// Every form of bind against a real slapd: SASL relayed and managed, Kerberos, client certificates, rebind, profiles,
// password policy.
#include <gmock/gmock.h>

#include "integration/rpc/bind_requests.h"
#include "integration/rpc/slapd_gateway_test.h"
#include "support/kerberos_realm.h"
#include "support/loopback.h"
#include "support/sasl_answers.h"

namespace dirlease::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPasswordPolicyOid[] = "1.3.6.1.4.1.42.2.27.8.5.1";
class BindTest : public SlapdGatewayTest {
 protected:
  void StartSasl(SlapdOptions slapd = {}, SessionManager::Options sessions = {}) {
    slapd.people = 3;
    slapd.global_config += kSaslConfig;
    slapd_.emplace(std::move(slapd));
    TargetConfig target = TargetAt({"ldap://" + std::string(kHost) + ":" + std::to_string(slapd_->port())});
    target.gateway_identity = lend_;
    target.client_keytab = keytab_;
    if (slapd_->ldaps_port() != 0) {
      const CertificateFiles own = slapd_->certificates().Issue("user.2", "DNS:user.2");
      target = TargetAt({slapd_->ldaps_uri()});
      target.tls = TargetConfig::Tls::kLdaps;
      target.ca_file = slapd_->ca_file();
      target.cert_file = own.certificate;
      target.key_file = own.key;
      target.gateway_identity = lend_;
    }
    GatewayHarness::Options gateway{.sessions = std::move(sessions)};
    gateway.targets = {target};
    gateway.lookup = EveryNameIsLoopback;
    gateway_.emplace(std::move(gateway));
    client_ = std::make_unique<Client>(gateway_->address());
  }
  static v1::OpenSessionRequest WithProfile(const std::string& name, const std::string& authorization_id = "") {
    v1::OpenSessionRequest request;
    request.mutable_credentials()->mutable_profile()->set_profile(name);
    request.mutable_credentials()->mutable_profile()->set_authorization_id(authorization_id);
    return request;
  }
  std::string WhoAmI(const std::string& token) {
    v1::WhoAmIResponse response;
    const CallEnd end = client_->Call(v1::WhoAmIRequest(), &response, {.token = token});
    EXPECT_TRUE(end.ok()) << end;
    return response.authorization_id();
  }
  CallEnd Continue(const v1::OpenSessionResponse& opened, const std::string& credentials,
                   v1::ContinueBindResponse* response = nullptr) {
    v1::ContinueBindRequest request;
    request.set_credentials(credentials);
    return client_->Call(request, response, {.token = opened.token()});
  }
  CallEnd OpenFails(const v1::OpenSessionRequest& request) {
    const CallEnd end = client_->Call(request, nullptr);
    EXPECT_FALSE(end.ok());
    return end;
  }
  static std::string DigestResponse(const std::string& challenge, const std::string& qop) {
    return DigestMd5Response({.user = "user.1", .password = PersonPassword(1), .host = kHost, .qop = qop}, challenge);
  }
  static std::string Dn(int person) { return "dn:" + PersonDn(person); }

  bool lend_ = false;
  std::string keytab_;
};

TEST_F(BindTest, EveryManagedScramKnowsWhoItIs) {
  StartSasl();
  for (const char* mechanism : {"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
    const auto opened = client_->Open(Managed(mechanism, "user.1", PersonPassword(1)));
    EXPECT_EQ(WhoAmI(opened.token()), Dn(1)) << mechanism;
    EXPECT_EQ(opened.session().sasl_mechanism(), mechanism);
    EXPECT_EQ(opened.session().bind_dn(), "user.1");
    EXPECT_FALSE(opened.bind().more_steps());
    client_->Unbind(opened.token());
  }
}

TEST_F(BindTest, AWrongPasswordIsTheDirectorysWord) {
  StartSasl();
  const CallEnd end = OpenFails(Managed("SCRAM-SHA-256", "user.1", "wrong"));
  EXPECT_EQ(end.code, Code::kUnauthenticated) << end;
  EXPECT_EQ(end.reason(), "INVALID_CREDENTIALS");
}

TEST_F(BindTest, ScramActsForWhomTheDirectoryLetsIt) {
  SlapdOptions slapd;
  StartSasl(slapd);
  const std::string admin = OpenAsAdmin();
  const v1::ModifyRequest modify = ModifyRequestOf(PersonDn(1), v1::Modification::TYPE_ADD, "authzTo",
                                                   {"dn.regex:^uid=[^,]+,ou=people,dc=example,dc=com$"});
  EXPECT_TRUE(client_->Call(modify, nullptr, {.token = admin}).ok());
  const auto opened = client_->Open(Managed("SCRAM-SHA-256", "user.1", PersonPassword(1), "u:user.3"));
  EXPECT_EQ(WhoAmI(opened.token()), Dn(3));
}

TEST_F(BindTest, OtherManagedMechanismsAreRefusedByName) {
  StartSasl();
  for (const char* mechanism : {"DIGEST-MD5", "CRAM-MD5", "OAUTHBEARER", "scram-sha-1", ""}) {
    const CallEnd end = OpenFails(Managed(mechanism, "user.1", "x"));
    EXPECT_EQ(end.code, Code::kInvalidArgument) << mechanism << end;
  }
}

TEST_F(BindTest, ARelayedScramGoesStepByStepAndAWrongStepEndsTheLease) {
  StartSasl();
  const auto opened = client_->Open(Relayed("SCRAM-SHA-256", "n,,n=user.1,r=fyko+d2lbbFgONRv9qkxdawL"));
  EXPECT_TRUE(opened.bind().more_steps());
  EXPECT_THAT(opened.bind().server_sasl_credentials(), HasSubstr("r=fyko+d2lbbFgONRv9qkxdawL"));
  EXPECT_EQ(opened.session().state(), v1::Session::STATE_BINDING);
  const CallEnd early = client_->Call(v1::WhoAmIRequest(), nullptr, {.token = opened.token()});
  EXPECT_EQ(early.code, Code::kFailedPrecondition) << early;
  EXPECT_EQ(early.reason(), "BIND_IN_PROGRESS");

  EXPECT_FALSE(Continue(opened, "c=biws,r=nonsense,p=bm9uc2Vuc2U=").ok());
  const CallEnd late = client_->Call(v1::WhoAmIRequest(), nullptr, {.token = opened.token()});
  EXPECT_EQ(late.reason(), "SESSION_CLOSED") << late;
}

TEST_F(BindTest, ARelayedCramTakesTwoSteps) {
  StartSasl();
  const auto opened = client_->Open(Relayed("CRAM-MD5"));
  ASSERT_TRUE(opened.bind().more_steps());
  const std::string digest = CramMd5Digest(PersonPassword(1), opened.bind().server_sasl_credentials());
  v1::ContinueBindResponse bound;
  const CallEnd end = Continue(opened, "user.1 " + digest, &bound);
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(bound.session().state(), v1::Session::STATE_ACTIVE);
  EXPECT_EQ(WhoAmI(opened.token()), Dn(1));
}

TEST_F(BindTest, ARelayedDigestThatWantsALayerIsToldSo) {
  StartSasl();
  const auto opened = client_->Open(Relayed("DIGEST-MD5"));
  ASSERT_TRUE(opened.bind().more_steps());
  const CallEnd end = Continue(opened, DigestResponse(opened.bind().server_sasl_credentials(), "auth-int"));
  EXPECT_EQ(end.reason(), "SASL_SECURITY_LAYER") << end;
}

TEST_F(BindTest, ARelayedDigestWithoutALayerBinds) {
  StartSasl();
  const auto opened = client_->Open(Relayed("DIGEST-MD5"));
  v1::ContinueBindResponse bound;
  const CallEnd end = Continue(opened, DigestResponse(opened.bind().server_sasl_credentials(), "auth"), &bound);
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_THAT(bound.bind().server_sasl_credentials(), HasSubstr("rspauth="));
  EXPECT_EQ(WhoAmI(opened.token()), Dn(1));
}

TEST_F(BindTest, ExternalIsTheCertificatesSubjectWhereItIsLent) {
  lend_ = true;
  StartSasl({.tls = true});
  const auto opened = client_->Open(Managed("EXTERNAL"));
  EXPECT_EQ(WhoAmI(opened.token()), Dn(2));
}

TEST_F(BindTest, ExternalIsNotLentByItself) {
  StartSasl({.tls = true});
  EXPECT_EQ(OpenFails(Managed("EXTERNAL")).reason(), "GATEWAY_IDENTITY_DENIED");
  EXPECT_EQ(OpenFails(Relayed("EXTERNAL")).reason(), "GATEWAY_IDENTITY_DENIED");
}

TEST_F(BindTest, RebindMakesTheLeaseAnotherOnes) {
  StartSasl();
  const std::string token = OpenAs(PersonDn(1), PersonPassword(1));
  EXPECT_EQ(WhoAmI(token), Dn(1));
  v1::RebindRequest rebind;
  v1::SimpleBind& simple = *rebind.mutable_credentials()->mutable_simple();
  simple.set_dn(PersonDn(2));
  simple.set_password(PersonPassword(2));
  v1::RebindResponse response;
  EXPECT_TRUE(client_->Call(rebind, &response, {.token = token}).ok());
  EXPECT_EQ(response.session().bind_dn(), PersonDn(2));
  EXPECT_EQ(WhoAmI(token), Dn(2));

  simple.set_password("wrong");
  const CallEnd end = client_->Call(rebind, nullptr, {.token = token});
  EXPECT_EQ(end.reason(), "INVALID_CREDENTIALS") << end;
  EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token}).reason(), "SESSION_CLOSED");
}

TEST_F(BindTest, RebindTakesSaslToo) {
  StartSasl();
  const std::string token = OpenAs(PersonDn(1), PersonPassword(1));
  v1::RebindRequest rebind;
  *rebind.mutable_credentials() = Managed("SCRAM-SHA-256", "user.2", PersonPassword(2)).credentials();
  const CallEnd end = client_->Call(rebind, nullptr, {.token = token});
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(WhoAmI(token), Dn(2));
}

TEST_F(BindTest, AProfileActsForWhomItMay) {
  SessionManager::Options sessions;
  sessions.profiles = {{.name = "admin",
                        .targets = {"default"},
                        .dn = Slapd::admin_dn(),
                        .any_caller = true,
                        .authorization_ids = {Dn(2)}}};
  StartSasl({}, std::move(sessions));
  gateway_->AwaitOnLoop([](SessionManager& manager) {
    manager.SetProfilePassword("admin", Secret(Slapd::admin_password()));
    return true;
  });
  const auto own = client_->Open(WithProfile("admin"));
  EXPECT_EQ(WhoAmI(own.token()), "dn:" + Slapd::admin_dn());
  const auto proxied = client_->Open(WithProfile("admin", Dn(2)));
  EXPECT_EQ(WhoAmI(proxied.token()), Dn(2));
  EXPECT_EQ(proxied.session().bind_dn(), Dn(2));
  EXPECT_EQ(OpenFails(WithProfile("admin", Dn(3))).reason(), "PROFILE_AUTHORIZATION_DENIED");
  EXPECT_EQ(OpenFails(WithProfile("other")).reason(), "PROFILE_DENIED");
}

TEST_F(BindTest, AProfileHasACertificateOfItsOwn) {
  SlapdOptions slapd{.people = 3, .tls = true, .global_config = kSaslConfig};
  slapd_.emplace(std::move(slapd));
  const CertificateFiles own = slapd_->certificates().Issue("user.3", "DNS:user.3");
  TargetConfig target = TargetAt({slapd_->ldaps_uri()});
  target.tls = TargetConfig::Tls::kLdaps;
  target.ca_file = slapd_->ca_file();
  GatewayHarness::Options gateway;
  gateway.targets = {target};
  gateway.sessions.profiles = {{.name = "certified",
                                .targets = {"default"},
                                .method = Profile::Method::kExternal,
                                .cert_file = own.certificate,
                                .key_file = own.key,
                                .any_caller = true}};
  gateway_.emplace(std::move(gateway));
  client_ = std::make_unique<Client>(gateway_->address());
  const auto opened = client_->Open(WithProfile("certified"));
  EXPECT_EQ(WhoAmI(opened.token()), Dn(3));
}

TEST_F(BindTest, PasswordPolicysWordReachesTheCaller) {
  StartSasl({.global_config = "moduleload ppolicy\n", .database_config = "overlay ppolicy\n"});
  v1::OpenSessionRequest request = SimpleBindRequest(PersonDn(1), PersonPassword(1));
  request.add_controls()->mutable_raw()->set_oid(kPasswordPolicyOid);
  const auto opened = client_->Open(request);
  ASSERT_EQ(opened.bind().result().controls_size(), 1);
  EXPECT_EQ(opened.bind().result().controls(0).oid(), kPasswordPolicyOid);
  request.mutable_credentials()->mutable_simple()->set_password("wrong");
  const CallEnd end = OpenFails(request);
  ASSERT_TRUE(end.ldap_result.has_value()) << end;
  ASSERT_EQ(end.ldap_result->controls_size(), 1);
  EXPECT_EQ(end.ldap_result->controls(0).oid(), kPasswordPolicyOid);
}

class KerberosBindTest : public BindTest {
 protected:
  void StartRealm() {
    SlapdOptions slapd;
    slapd.environment = {"KRB5_KTNAME=FILE:" + realm_.KeytabOf("ldap/directory.test")};
    const std::string own = realm_.KeytabOf("user.2");
    realm_.UseKeytab(own);
    lend_ = true;
    StartSasl(std::move(slapd));
  }

  KerberosRealm realm_;
};

TEST_F(KerberosBindTest, TheGatewaysKeytabBinds) {
  StartRealm();
  const auto opened = client_->Open(Managed("GSSAPI"));
  EXPECT_EQ(WhoAmI(opened.token()), Dn(2));
  EXPECT_EQ(opened.session().sasl_mechanism(), "GSSAPI");
}

TEST_F(KerberosBindTest, EachProfileHasItsKeytabAndTheTargetItsOwn) {
  SlapdOptions slapd;
  slapd.environment = {"KRB5_KTNAME=FILE:" + realm_.KeytabOf("ldap/directory.test")};
  SessionManager::Options sessions;
  for (const char* user : {"user.0", "user.1"}) {
    sessions.profiles.push_back({.name = user,
                                 .targets = {"default"},
                                 .method = Profile::Method::kGssapi,
                                 .client_keytab = realm_.KeytabOf(user),
                                 .any_caller = true});
  }
  sessions.profiles.push_back(
      {.name = "target's", .targets = {"default"}, .method = Profile::Method::kGssapi, .any_caller = true});
  keytab_ = realm_.KeytabOf("user.2");
  lend_ = true;
  StartSasl(std::move(slapd), std::move(sessions));
  // Twice, in turns: nobody gets another one's tickets.
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(WhoAmI(client_->Open(WithProfile("user.0")).token()), Dn(0));
    EXPECT_EQ(WhoAmI(client_->Open(WithProfile("user.1")).token()), Dn(1));
    EXPECT_EQ(WhoAmI(client_->Open(WithProfile("target's")).token()), Dn(2));
    EXPECT_EQ(WhoAmI(client_->Open(Managed("GSSAPI")).token()), Dn(2));
  }
  const std::string rebound = client_->Open(WithProfile("user.0")).token();
  v1::RebindRequest rebind;
  rebind.mutable_credentials()->mutable_profile()->set_profile("user.1");
  const CallEnd end = client_->Call(rebind, nullptr, {.token = rebound});
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(WhoAmI(rebound), Dn(1));
}

TEST_F(KerberosBindTest, AKeytabThatIsNoneFailsAndItsPlaceIsNotTold) {
  keytab_ = "/dev/null";
  StartRealm();
  const CallEnd end = OpenFails(Managed("GSSAPI"));
  EXPECT_EQ(end.reason(), "SASL_FAILED") << end;
  EXPECT_THAT(end.error_info->DebugString(), Not(HasSubstr("/dev/null")));
}

TEST_F(KerberosBindTest, WithoutAKdcTheBindFailsAndNothingOfTheGatewayIsTold) {
  StartRealm();
  realm_.StopKdc();
  const CallEnd end = OpenFails(Managed("GSSAPI"));
  EXPECT_EQ(end.reason(), "SASL_FAILED") << end;
  EXPECT_THAT(end.error_info->DebugString(), Not(HasSubstr("FILE:")));
}

}  // namespace
}  // namespace dirlease::testing

#ifdef __SANITIZE_ADDRESS__
// Not ours: libldap over GnuTLS keeps the client certificate and key of each TLS context it ever made (one for each change
// of the files), and Cyrus SASL's GSSAPI plugin its credentials of each bind (SECURITY.md).
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libgnutls.so\nleak:libtasn1.so\nleak:libgmp.so\n"
         "leak:libgssapiv2.so\nleak:libgssapi_krb5.so\nleak:libkrb5.so\n";
}
#endif
