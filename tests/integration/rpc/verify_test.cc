// VerifyCredentials against a real slapd.
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

class SlapdVerifyTest : public SlapdGatewayTest {
 protected:
  static v1::VerifyCredentialsRequest Guess(const std::string& dn, const std::string& password) {
    v1::VerifyCredentialsRequest request;
    *request.mutable_credentials() = SimpleBindRequest(dn, password).credentials();
    return request;
  }
  v1::VerifyCredentialsResponse Verify(const v1::VerifyCredentialsRequest& request) {
    v1::VerifyCredentialsResponse response;
    const CallEnd end = client_->Call(request, &response);
    EXPECT_TRUE(end.ok()) << end;
    return response;
  }
};

TEST_F(SlapdVerifyTest, TellsRightFromWrongOnOneConnection) {
  Start({.people = 5});
  const LogMark mark = slapd_->Mark();
  EXPECT_TRUE(Verify(Guess(PersonDn(1), PersonPassword(1))).valid());
  EXPECT_FALSE(Verify(Guess(PersonDn(1), PersonPassword(2))).valid());
  EXPECT_TRUE(Verify(Guess(PersonDn(2), PersonPassword(2))).valid());
  slapd_->WaitForLog(" op=2 BIND ", 1, mark);  // the third one of its connection
  EXPECT_EQ(gateway_->Leases(), 0u);
}

TEST_F(SlapdVerifyTest, AnUnknownNameAndAWrongPasswordAreOneAnswer) {
  Start({.people = 5});
  v1::VerifyCredentialsRequest wrong = Guess(PersonDn(1), "wrong"), unknown = Guess("uid=nobody,dc=example,dc=com", "wrong");
  for (auto* request : {&wrong, &unknown}) request->add_controls()->set_password_policy(true);
  EXPECT_EQ(Verify(wrong).SerializeAsString(), Verify(unknown).SerializeAsString());
  EXPECT_EQ(Verify(wrong).bind().result().name(), "invalidCredentials");
  // An entry that nobody can bind as, and a name of no suffix here.
  EXPECT_EQ(Verify(Guess("ou=people,dc=example,dc=com", "wrong")).SerializeAsString(),
            Verify(Guess("cn=a,dc=elsewhere", "wrong")).SerializeAsString());
}

TEST_F(SlapdVerifyTest, AfterTooManyWrongOnesTheDirectoryIsNotAsked) {
  GatewayHarness::Options options;
  options.sessions.checks.failed_binds.most = 2;
  Start({.people = 5}, std::move(options));
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(Verify(Guess(PersonDn(1), "wrong")).valid());
  const CallEnd end = client_->Call(Guess(PersonDn(1), PersonPassword(1)), nullptr);
  EXPECT_EQ(end.code, Code::kResourceExhausted);
  EXPECT_EQ(end.reason(), "TOO_MANY_FAILED_BINDS");
  EXPECT_TRUE(Verify(Guess(PersonDn(2), PersonPassword(2))).valid());
}

TEST_F(SlapdVerifyTest, ADirectoryThatCameBackIsAskedAgain) {
  Start({.people = 5});
  EXPECT_TRUE(Verify(Guess(PersonDn(1), PersonPassword(1))).valid());
  slapd_->Restart();
  EXPECT_TRUE(Verify(Guess(PersonDn(1), PersonPassword(1))).valid());
  EXPECT_FALSE(Verify(Guess(PersonDn(1), "wrong")).valid());
}

}  // namespace
}  // namespace dirlease::testing
