// AdminService on its own listener.
#include <fstream>
#include <iterator>

#include "base/log.h"
#include "component/rpc/gateway_test.h"
#include "dirlease/admin/v1/admin_service.pb.h"
#include "support/certificates.h"

namespace dirlease::testing {
namespace {

using namespace dirlease::admin::v1;

GatewayHarness::Options WithAdmin() {
  GatewayHarness::Options options;
  options.admin = OnFreePort();
  return options;
}

class AdminTest : public GatewayTest {
 protected:
  AdminTest() : GatewayTest(WithAdmin()), operator_(std::make_unique<Client>(gateway_.admin_address())) {}

  CallEnd Ask(const std::string& method, const google::protobuf::Message& request,
              google::protobuf::Message* response = nullptr) {
    return operator_->CallMethod("/dirlease.admin.v1.AdminService/" + method, request, response);
  }
  ListSessionsResponse List(const ListSessionsRequest& request = {}) {
    ListSessionsResponse response;
    const CallEnd end = Ask("ListSessions", request, &response);
    EXPECT_TRUE(end.ok()) << end;
    return response;
  }
  bool Revoke(const std::string& id) {
    RevokeSessionRequest request;
    request.set_session_id(id);
    RevokeSessionResponse response;
    EXPECT_TRUE(Ask("RevokeSession", request, &response).ok());
    return response.was_active();
  }
  std::string SetLevel(const std::string& level) {
    SetLogLevelRequest request;
    request.set_level(level);
    SetLogLevelResponse response;
    EXPECT_TRUE(Ask("SetLogLevel", request, &response).ok());
    return response.former_level();
  }

  std::unique_ptr<Client> operator_;
};

TEST_F(AdminTest, ListsByPageInOrderAndShowsNoToken) {
  std::vector<std::string> ids;
  std::string tokens;
  for (int i = 0; i < 5; ++i) {
    const v1::OpenSessionResponse opened = client_->Open();
    ids.push_back(opened.session().session_id());
    tokens = opened.token();
  }
  ListSessionsRequest request;
  request.set_page_size(2);
  std::vector<std::string> listed;
  for (bool more = true; more;) {
    const ListSessionsResponse page = List(request);
    EXPECT_EQ(page.SerializeAsString().find(tokens), std::string::npos);
    for (const auto& item : page.items()) listed.push_back(item.session().session_id());
    if (listed.size() == 2) {
      EXPECT_TRUE(Revoke(ids[1]));  // where the next page begins
    }
    more = !page.next_page_token().empty();
    request.set_page_token(page.next_page_token());
  }
  EXPECT_EQ(listed, ids);
  request.Clear();
  request.set_owner("nobody");
  EXPECT_EQ(List(request).items_size(), 0);
  EXPECT_EQ(List().items_size(), 4);
}

TEST_F(AdminTest, BadArgumentsNameTheirField) {
  const auto field_of = [](const CallEnd& end) {
    EXPECT_EQ(end.code, Code::kInvalidArgument) << end;
    return end.bad_request ? end.bad_request->field_violations(0).field() : "";
  };
  ListSessionsRequest list;
  list.set_page_size(1001);
  EXPECT_EQ(field_of(Ask("ListSessions", list)), "page_size");
  list.set_page_size(-1);
  EXPECT_EQ(field_of(Ask("ListSessions", list)), "page_size");
  list.set_page_size(1000);
  for (const char* token : {"x", "after-", "after-00000000000000zz", "after-000000000000000011"}) {
    list.set_page_token(token);
    EXPECT_EQ(field_of(Ask("ListSessions", list)), "page_token") << token;
  }
  EXPECT_EQ(field_of(Ask("RevokeSession", RevokeSessionRequest())), "session_id");
  DrainRequest drain;
  drain.mutable_grace()->set_seconds(-1);
  EXPECT_EQ(field_of(Ask("Drain", drain)), "grace");
  SetLogLevelRequest level;
  level.set_level("loud");
  EXPECT_EQ(field_of(Ask("SetLogLevel", level)), "level");
}

TEST_F(AdminTest, RevokeEndsOperationsHoldsAndTheLeaseOnce) {
  StartSearch();
  const auto hold = client_->Start(v1::HoldSessionRequest(), {.token = token_});
  v1::HoldSessionResponse event;
  ASSERT_TRUE(hold->Read(event));
  EXPECT_TRUE(Revoke(event.session().session_id()));
  EXPECT_EQ(call_->Finish().code, Code::kAborted);
  EXPECT_EQ(call_->Finish().reason(), "SESSION_REVOKED");
  EXPECT_EQ(hold->Finish().code, Code::kAborted);
  EXPECT_EQ(hold->Finish().reason(), "SESSION_REVOKED");
  EXPECT_EQ(KeepAlive(token_).code, Code::kUnauthenticated);
  EXPECT_EQ(KeepAlive(token_).reason(), "SESSION_REVOKED");
  v1::UnbindResponse late;
  EXPECT_TRUE(client_->Call(v1::UnbindRequest(), &late, {.token = token_}).ok());
  EXPECT_FALSE(late.was_active());
  EXPECT_FALSE(Revoke(event.session().session_id()));
  EXPECT_FALSE(Revoke("s-unknown"));
  directory_.connection().AwaitCountOf("unbind", 1);
  EXPECT_EQ(directory_.abandons(), 1u);
}

TEST_F(AdminTest, DrainAnswersAtOnceAndTheProcessStays) {
  StartSearch();
  client_->Open();  // idle: ends at once
  DrainResponse response;
  EXPECT_TRUE(Ask("Drain", DrainRequest(), &response).ok());
  EXPECT_EQ(response.active_sessions(), 1);
  EXPECT_EQ(response.active_operations(), 1);
  EXPECT_EQ(HealthOf(*client_, ""), 2);
  EXPECT_EQ(HealthOf(*client_, "liveness"), 1);
  EXPECT_EQ(client_->Call(v1::OpenSessionRequest(), nullptr).reason(), "DRAINING");

  DrainRequest shorter;
  shorter.mutable_grace()->set_seconds(5);
  EXPECT_TRUE(Ask("Drain", shorter).ok());
  gateway_.Advance(absl::Seconds(5));
  EXPECT_EQ(call_->Finish().reason(), "DRAINING");
  gateway_.AwaitOnLoop([](SessionManager& manager) { return manager.idle(); });
  EXPECT_TRUE(Ask("Drain", DrainRequest(), &response).ok());
  EXPECT_EQ(response.active_sessions(), 0);
}

TEST_F(AdminTest, ADrainWithoutGraceLeavesNothing) {
  StartSearch();
  DrainRequest now;
  now.mutable_grace();
  DrainResponse response;
  EXPECT_TRUE(Ask("Drain", now, &response).ok());
  EXPECT_EQ(response.active_sessions(), 0);
  EXPECT_EQ(response.active_operations(), 0);
  EXPECT_EQ(call_->Finish().reason(), "DRAINING");
}

TEST_F(AdminTest, LogLevelAnswersTheFormerOne) {
  const std::string before = SetLevel("");
  EXPECT_EQ(SetLevel("error"), before);
  EXPECT_EQ(log::CurrentLevel(), log::Level::kError);
  EXPECT_EQ(SetLevel(""), "error");
  EXPECT_EQ(SetLevel("debug"), "error");
  EXPECT_EQ(SetLevel(before), "debug");
}

TEST_F(AdminTest, EachListenerServesItsOwn) {
  EXPECT_EQ(client_->CallMethod("/dirlease.admin.v1.AdminService/ListSessions", ListSessionsRequest(), nullptr).code,
            Code::kUnimplemented);
  EXPECT_EQ(operator_->Call(v1::OpenSessionRequest(), nullptr).code, Code::kUnimplemented);
  EXPECT_EQ(HealthOf(*operator_, "dirlease.admin.v1.AdminService"), 1);
  EXPECT_EQ(HealthOf(*operator_, "liveness"), 1);
}

TEST(AdminTlsTest, OnlyOperatorsCertificatesGetIn) {
  Certificates authority, others;
  const CertificateFiles own = authority.IssueForLoopback();
  const auto contents = [](const std::string& path) {
    std::ifstream stream(path);
    return std::string(std::istreambuf_iterator<char>(stream), {});
  };
  GatewayHarness::Options options = WithAdmin();
  options.admin->tls = {.certificate = contents(own.certificate),
                        .key = contents(own.key),
                        .client_ca = contents(authority.ca_file())};
  GatewayHarness gateway(std::move(options));
  const auto code_with = [&](const CertificateFiles& files) {
    Client client(gateway.admin_address(), {authority.ca_file(), files.certificate, files.key});
    return client.CallMethod("/dirlease.admin.v1.AdminService/ListSessions", ListSessionsRequest(), nullptr).code;
  };
  EXPECT_EQ(code_with(own), Code::kOk);
  EXPECT_EQ(code_with(others.IssueForLoopback()), Code::kUnavailable);
}

}  // namespace
}  // namespace dirlease::testing
