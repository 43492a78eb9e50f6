// The likeliest failures of whatever binds at a real slapd, as failures_test.cc has the other operations'. The slapd takes
// no anonymous bind, and simple ones over TLS only. (And it has no sasl-realm: with one it takes nobody's PLAIN.)
#include "integration/rpc/bind_requests.h"
#include "integration/rpc/expected_failure.h"
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

class BindFailuresTest : public SlapdGatewayTest {
 protected:
  void SetUp() override {
    slapd_.emplace(SlapdOptions{
        .people = 3,
        .tls = true,
        .global_config = "disallow bind_anon\nsecurity simple_bind=128\n"
                         "authz-regexp \"^uid=([^,]+),(cn=[^,]+,)?cn=[^,]+,cn=auth$\" "
                         "\"uid=$1,ou=people,dc=example,dc=com\"\n"});
    TargetConfig secure = TargetAt({slapd_->ldaps_uri()});
    secure.tls = TargetConfig::Tls::kLdaps;
    secure.ca_file = slapd_->ca_file();
    secure.gateway_identity = true;
    GatewayHarness::Options options;
    options.sessions.profiles = {{.name = "stale", .targets = {"default"}, .dn = PersonDn(1), .any_caller = true}};
    options.targets = {secure, TargetAt({slapd_->uri()}, "plain")};
    gateway_.emplace(std::move(options));
    client_ = std::make_unique<Client>(gateway_->address());
    gateway_->AwaitOnLoop([](SessionManager& manager) {
      manager.SetProfilePassword("stale", Secret("the former one"));
      return true;
    });
  }

  void Fails(const google::protobuf::Message& request, const ExpectedFailure& expected, const std::string& token = "",
             int line = __builtin_LINE()) {
    ExpectFailure(client_->Call(request, nullptr, {.token = token}), expected, line);
  }
  // What OpenSession, Rebind or VerifyCredentials is asked with.
  template <typename Request = v1::OpenSessionRequest>
  static Request Simple(const std::string& dn, const std::string& password) {
    Request request;
    *request.mutable_credentials() = SimpleBindRequest(dn, password).credentials();
    return request;
  }
  template <typename Request>
  static Request At(const std::string& target, Request request) {
    request.set_target(target);
    return request;
  }
  static v1::ContinueBindRequest Step(const std::string& credentials) {
    v1::ContinueBindRequest request;
    request.set_credentials(credentials);
    return request;
  }
  std::string Person() { return OpenAs(PersonDn(1), PersonPassword(1)); }
};

// kOther: so Cyrus SASL has slapd answer where it does not know a name.
TEST_F(BindFailuresTest, OfOpenSession) {
  Fails(v1::OpenSessionRequest(), kInappropriateAuthentication);
  Fails(At("nowhere", v1::OpenSessionRequest()), {Code::kInvalidArgument, 0, "INVALID_FIELD"});

  Fails(Simple(PersonDn(1), "wrong"), kInvalidCredentials);
  Fails(Simple(kUnknownTypeDn, "x"), kInvalidDnSyntax);
  Fails(At("plain", Simple(PersonDn(1), PersonPassword(1))), kConfidentialityRequired);

  Fails(Relayed("NONESUCH"), kAuthMethodNotSupported);

  Fails(Managed("SCRAM-SHA-256", "user.1", "wrong"), kInvalidCredentials);
  Fails(Managed("SCRAM-SHA-256", "nobody", "x"), kOther);
  Fails(Managed("SCRAM-SHA-256", "user.1", PersonPassword(1), "u:user.2"), kInsufficientAccess);
  EXPECT_TRUE(client_->Call(Managed("PLAIN", "user.1", PersonPassword(1)), nullptr).ok());
  Fails(Managed("PLAIN", "user.1", "wrong"), kInvalidCredentials);
  Fails(Managed("EXTERNAL"), kAuthMethodNotSupported);
  Fails(At("plain", Managed("EXTERNAL")), {Code::kPermissionDenied, 0, "GATEWAY_IDENTITY_DENIED"});
  Fails(At("plain", Managed("GSSAPI")), {Code::kPermissionDenied, 0, "GATEWAY_IDENTITY_DENIED"});

  v1::OpenSessionRequest stale;
  stale.mutable_credentials()->mutable_profile()->set_profile("stale");
  Fails(stale, kInvalidCredentials);
}

TEST_F(BindFailuresTest, OfRebindAndContinueBind) {
  using Rebind = v1::RebindRequest;
  Fails(Simple<Rebind>(PersonDn(2), "wrong"), kInvalidCredentials, Person());
  Fails(Simple<Rebind>(kUnknownTypeDn, "x"), kInvalidDnSyntax, Person());
  Fails(Relayed<Rebind>("NONESUCH"), kAuthMethodNotSupported, Person());
  Fails(Rebind(), kInappropriateAuthentication, Person());

  const auto binding = [this] { return client_->Open(Relayed("CRAM-MD5")).token(); };
  Fails(Step("x"), {Code::kFailedPrecondition, 0, "NO_BIND_IN_PROGRESS"}, Person());
  Fails(Step("user.1 00000000000000000000000000000000"), kInvalidCredentials, binding());
  Fails(Step("nobody 00000000000000000000000000000000"), kOther, binding());
  Fails(Simple<Rebind>(PersonDn(1), PersonPassword(1)), {Code::kFailedPrecondition, 0, "BIND_IN_PROGRESS"}, binding());
}

TEST_F(BindFailuresTest, OfVerifyCredentials) {
  using Verify = v1::VerifyCredentialsRequest;
  v1::VerifyCredentialsResponse wrong;
  EXPECT_TRUE(client_->Call(Simple<Verify>(PersonDn(1), "wrong"), &wrong).ok());
  EXPECT_FALSE(wrong.valid());
  Fails(Simple<Verify>(kUnknownTypeDn, "x"), kInvalidDnSyntax);
  Fails(At("plain", Simple<Verify>(PersonDn(1), PersonPassword(1))), kConfidentialityRequired);
  slapd_->Stop();
  Fails(Simple<Verify>(PersonDn(1), PersonPassword(1)), {Code::kUnavailable, 0, "LDAP_CONNECT_ERROR"});
  slapd_->Start();
}

}  // namespace
}  // namespace dirlease::testing
