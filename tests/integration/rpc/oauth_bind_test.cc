// OAUTHBEARER (RFC 7628) and XOAUTH2, relayed through the whole gateway. No slapd of Debian has a mechanism for them, so the
// directory is scripted; the client's half is the caller's, as it is with every relayed mechanism.
#include <gmock/gmock.h>

#include "integration/rpc/bind_requests.h"
#include "support/daemon.h"
#include "support/fake_directory.h"
#include "support/grpc/client.h"

namespace dirlease::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = DirectoryRequest::Kind;

constexpr char kToken[] = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg";
constexpr char kProblem[] = R"({"status":"invalid_token","scope":"ldap","openid-configuration":"https://id.test/c"})";
// RFC 7628 section 3.2.3: the client's answer to the problem.
constexpr char kAcknowledged[] = "\x01";

AutoAnswers AllButBinds() {
  AutoAnswers answers;
  answers.root_dse = true;
  answers.who_am_i = true;
  return answers;
}

class OAuthBindTest : public ::testing::Test {
 protected:
  // Everything that can be logged is, and holds no token.
  void TearDown() override {
    client_.reset();
    EXPECT_EQ(daemon_.Drain(), 0);
    EXPECT_FALSE(daemon_.log().Matching("lease").empty());
    for (const std::string& line : daemon_.log().Matching("")) {
      EXPECT_THAT(line, Not(HasSubstr(std::string(kToken).substr(0, 12))));
    }
  }

  // RFC 7628 section 3.1: a GS2 header, and what is between octets 0x01.
  static std::string Bearer() {
    const std::string end = "\x01";
    return "n,a=user@example.com," + end + "host=directory.test" + end + "port=389" + end + "auth=Bearer " + kToken + end +
           end;
  }
  static v1::ContinueBindRequest Next(const std::string& credentials) {
    v1::ContinueBindRequest request;
    request.set_credentials(credentials);
    return request;
  }
  // The bind that waits for its answer; the directory's other connections are probes.
  DirectoryRequest AwaitBind() {
    directory_.AwaitRequestCount(Kind::kBind, ++binds_);
    for (connection_ = 0; connection_ < directory_.accepted_connections(); ++connection_) {
      const auto requests = directory_.Requests(connection_);
      if (!requests.empty() && requests.back().kind == Kind::kBind) return requests.back();
    }
    ADD_FAILURE() << "no bind";
    return {};
  }
  // Answers it with `code`; what it was.
  DirectoryRequest AnswerBind(int code, std::optional<std::string> credentials = {}) {
    DirectoryRequest bind = AwaitBind();
    directory_.Send(connection_, BindResultMessage(bind.message_id, code, std::move(credentials)));
    return bind;
  }
  // As RFC 7628 has it: the problem is a challenge.
  v1::OpenSessionResponse OpenWithRefusedToken(const std::string& mechanism) {
    const auto open = client_->Start(Relayed(mechanism, Bearer()));
    AnswerBind(ldap_code::kSaslBindInProgress, kProblem);
    v1::OpenSessionResponse opened;
    EXPECT_TRUE(open->Read(opened)) << open->Finish();
    EXPECT_TRUE(opened.bind().more_steps());
    EXPECT_EQ(opened.bind().server_sasl_credentials(), kProblem);
    return opened;
  }

  FakeDirectory directory_{AllButBinds()};
  Daemon daemon_{{"--log-level=debug", "--target=" + directory_.uri()}};
  std::unique_ptr<Client> client_ = std::make_unique<Client>(daemon_.address());
  size_t binds_ = 0;
  size_t connection_ = 0;  // of the last bind
};

TEST_F(OAuthBindTest, ATokenThatIsTakenOpensALeaseInOneStep) {
  for (const char* mechanism : {"OAUTHBEARER", "XOAUTH2"}) {
    const auto open = client_->Start(Relayed(mechanism, Bearer()));
    const DirectoryRequest bind = AnswerBind(ldap_code::kSuccess);
    EXPECT_EQ(bind.mechanism, mechanism);
    EXPECT_EQ(bind.credentials, Bearer());  // octet for octet
    v1::OpenSessionResponse opened;
    ASSERT_TRUE(open->Read(opened)) << open->Finish();
    EXPECT_FALSE(opened.bind().more_steps());
    EXPECT_EQ(opened.session().sasl_mechanism(), mechanism);
    EXPECT_EQ(opened.session().bind_dn(), "");  // whom the token names only the directory knows
    EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = opened.token()}).ok());
    client_->Unbind(opened.token());
  }
}

TEST_F(OAuthBindTest, ARefusedTokensProblemIsTheCallersToAcknowledge) {
  for (const char* mechanism : {"OAUTHBEARER", "XOAUTH2"}) {
    const v1::OpenSessionResponse opened = OpenWithRefusedToken(mechanism);
    const auto next = client_->Start(Next(kAcknowledged), {.token = opened.token()});
    EXPECT_EQ(AnswerBind(49).credentials, kAcknowledged);
    const CallEnd& end = next->Finish();
    EXPECT_EQ(end.code, Code::kUnauthenticated) << end;
    EXPECT_EQ(end.reason(), "INVALID_CREDENTIALS");
    EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = opened.token()}).reason(), "SESSION_CLOSED");
  }
}

// Some directories do without the challenge.
TEST_F(OAuthBindTest, OrItIsRefusedAtOnce) {
  const auto open = client_->Start(Relayed("OAUTHBEARER", Bearer()));
  AnswerBind(49, kProblem);
  const CallEnd& end = open->Finish();
  EXPECT_EQ(end.reason(), "INVALID_CREDENTIALS") << end;
  EXPECT_THAT(::testing::PrintToString(end), Not(HasSubstr(kToken)));
}

TEST_F(OAuthBindTest, ATokenMayBeRenewedOnTheLease) {
  const auto open = client_->Start(Relayed("OAUTHBEARER", Bearer()));
  AnswerBind(ldap_code::kSuccess);
  v1::OpenSessionResponse opened;
  ASSERT_TRUE(open->Read(opened)) << open->Finish();
  const auto rebind = client_->Start(Relayed<v1::RebindRequest>("OAUTHBEARER", Bearer()), {.token = opened.token()});
  AnswerBind(ldap_code::kSuccess);
  EXPECT_TRUE(rebind->Finish().ok()) << rebind->Finish();
  client_->Unbind(opened.token());
}

}  // namespace
}  // namespace dirlease::testing
