// Promise 6 in the daemon itself: what it logs, with everything logged that can be, holds no
// password and no token.
#include <filesystem>

#include "support/daemon.h"
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

TEST(DaemonLog, HoldsNoPasswordAndNoToken) {
  Slapd slapd({.people = 20});
  Daemon daemon({"--log-level=debug", "--target=" + slapd.uri()});
  const LogLines& log = daemon.log();
  std::string token;
  {
    Client client(daemon.address());
    const auto open = client.Start(SimpleBindRequest(PersonDn(7), PersonPassword(7)));
    v1::OpenSessionResponse opened;
    ASSERT_TRUE(open->Read(opened));
    token = opened.token();
    v1::SearchRequest search;
    search.set_base_dn(kPeopleDn);
    EXPECT_TRUE(RunSearch(client, search, token).end.ok());
    // Whatever fails with a secret in its hand.
    client.Call(SimpleBindRequest(PersonDn(8), "wrong-secret-one"), nullptr);
    v1::OpenSessionRequest nowhere = SimpleBindRequest(PersonDn(8), "wrong-secret-two");
    nowhere.set_target("nowhere");
    client.Call(nowhere, nullptr);
    nowhere.set_target("");
    nowhere.set_request_id("123e4567-e89b-12d3-a456-426614174000");
    nowhere.set_label("a label");
    client.Call(nowhere, nullptr);
    client.Call(v1::KeepAliveRequest(), nullptr, {.token = token + "x"});
    search.set_session("1.another-token");
    RunSearch(client, search, token);
    v1::ChangePasswordRequest change;
    change.set_old_password("wrong-secret-three");
    change.set_new_password("wrong-secret-four");
    CallEnd end = client.Call(change, nullptr, {.token = token});
    EXPECT_FALSE(end.ok());
    EXPECT_EQ(::testing::PrintToString(end).find("wrong-secret"), std::string::npos);
    end = client.Call(
        ModifyRequestOf(PersonDn(7), v1::Modification::TYPE_REPLACE, "userPassword", {"wrong-secret-five"}), nullptr,
        {.token = token});
    EXPECT_FALSE(end.ok());
    EXPECT_EQ(::testing::PrintToString(end).find("wrong-secret"), std::string::npos);
    client.Unbind(token);
    client.Call(v1::WhoAmIRequest(), nullptr, {.token = token});
  }
  EXPECT_EQ(daemon.Drain(), 0);
  EXPECT_FALSE(log.Matching("lease opened").empty());
  EXPECT_FALSE(log.Matching("lease ended").empty());
  const std::string random_part = token.substr(token.rfind('.') + 1);
  for (const std::string& secret :
       {random_part.substr(0, 12), PersonPassword(7), std::string("wrong-secret"),
        std::string("another-token")}) {
    for (const std::string& line : log.Matching("")) {
      EXPECT_EQ(line.find(secret), std::string::npos) << "a secret in the log";
    }
  }
  EXPECT_FALSE(std::filesystem::exists(daemon.address_file()));
  slapd.AssertNoOpenConnections();
}

}  // namespace
}  // namespace dirlease::testing
