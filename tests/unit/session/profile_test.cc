// Bind profiles: who may use which, where and for whom, and what a lease of one may do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using testing::ResultMessage;

constexpr char kOrders[] = "spiffe://example/orders";

class ProfileTest : public testing::ManagerFixture {
 protected:
  ProfileTest() {
    options_.profiles = {{.name = "reader",
                          .targets = {"default"},
                          .dn = "cn=reader",
                          .callers = {kOrders},
                          .authorization_ids = {"dn:uid=alice", "u:*"}}};
  }
  static OpenRequest With(std::string profile, std::string authorization_id = "", std::string target = "") {
    OpenRequest request;
    request.target = std::move(target);
    request.profile = {std::move(profile), std::move(authorization_id)};
    return request;
  }
  // "" when it would bind, else why not.
  std::string ReasonOf(OpenRequest request, const std::string& owner = kOrders) {
    manager().SetProfilePassword("reader", Secret("profile password"));
    Opening opening;
    Start(opening, std::move(request), {.owner = owner});
    if (opening.answers == 0) manager().CancelOpen(opening.ticket);
    return opening.reason();
  }
  std::shared_ptr<testing::FakeLdapPeer> OpenAs(OpenRequest request) {
    manager().SetProfilePassword("reader", Secret("profile password"));
    return Open(opening_, std::move(request), {.owner = kOrders});
  }
  std::vector<Control> ControlsOfASearch(testing::FakeLdapPeer& peer) {
    Run(*opening_.session, sink_);
    return peer.last_request().controls;
  }
};

TEST_F(ProfileTest, BindsWithWhatTheGatewayKnows) {
  const auto peer = OpenAs(With("reader"));
  const auto bind = std::get<testing::SentBind>(peer->requests()[0].body);
  EXPECT_EQ(bind.name, "cn=reader");
  EXPECT_EQ(bind.password, "profile password");
  EXPECT_EQ(opening_.session->facts().bind_name, "cn=reader");
  EXPECT_EQ(opening_.session->facts().profile, "reader");
  EXPECT_THAT(ControlsOfASearch(*peer), IsEmpty());
}

TEST_F(ProfileTest, IsForWhomItNamesAndWhereItSaysOnly) {
  EXPECT_EQ(ReasonOf(With("reader")), "");
  EXPECT_EQ(ReasonOf(With("reader"), "spiffe://example/other"), "PROFILE_DENIED");
  EXPECT_EQ(ReasonOf(With("reader"), ""), "PROFILE_DENIED");
  EXPECT_EQ(ReasonOf(With("writer")), "PROFILE_DENIED");
  EXPECT_EQ(ReasonOf(With("reader", "", "other")), "PROFILE_DENIED");
}

TEST_F(ProfileTest, AnyCallerIsSaidOpenly) {
  options_.profiles[0].callers.clear();
  options_.profiles[0].any_caller = true;
  EXPECT_EQ(ReasonOf(With("reader"), ""), "");
}

TEST_F(ProfileTest, ActsForThoseItNamesOnly) {
  EXPECT_EQ(ReasonOf(With("reader", "dn:uid=alice")), "");
  EXPECT_EQ(ReasonOf(With("reader", "u:whoever")), "");
  EXPECT_EQ(ReasonOf(With("reader", "dn:uid=alice,dc=b")), "PROFILE_AUTHORIZATION_DENIED");
  EXPECT_EQ(ReasonOf(With("reader", "dn:uid=bob")), "PROFILE_AUTHORIZATION_DENIED");
}

TEST_F(ProfileTest, WithoutItsPasswordItIsUnusable) {
  Start(opening_, With("reader"), {.owner = kOrders});
  EXPECT_EQ(opening_.reason(), "PROFILE_UNUSABLE");
}

TEST_F(ProfileTest, EveryOperationCarriesTheCriticalControl) {
  const auto peer = OpenAs(With("reader", "dn:uid=alice"));
  const std::vector<Control> controls = ControlsOfASearch(*peer);
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls[0].oid, kProxiedAuthorizationOid);
  EXPECT_TRUE(controls[0].critical);
  EXPECT_EQ(controls[0].value, "dn:uid=alice");
  EXPECT_EQ(opening_.session->facts().bind_name, "dn:uid=alice");
}

TEST_F(ProfileTest, ItsLeaseTakesNobodyElsesAuthorization) {
  OpenAs(With("reader"));
  OperationRequest request{.body = SearchRequest{}, .controls = {ProxiedAuthorization("dn:uid=admin")}};
  const auto begun = opening_.session->Begin({"", "Search"}, std::move(request), sink_);
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.failure().reason, "PROXIED_AUTHORIZATION_DENIED");
}

TEST_F(ProfileTest, SaslAuthorizationGoesIntoTheBind) {
  options_.profiles[0].method = Profile::Method::kGssapi;
  options_.profiles[0].sasl_authorization = true;
  connector_.sasl().Say("token", true);
  const auto peer = OpenAs(With("reader", "u:bob"));
  EXPECT_EQ(std::get<testing::SentBind>(peer->requests()[0].body).mechanism, "GSSAPI");
  EXPECT_THAT(ControlsOfASearch(*peer), IsEmpty());
}

TEST_F(ProfileTest, ARebindTakesItsAuthorizationAway) {
  const auto peer = OpenAs(With("reader", "dn:uid=alice"));
  RebindRequest request;
  request.credentials.bind.name = "cn=other";
  request.credentials.bind.password = Secret("another");
  EXPECT_FALSE(manager().Rebind(*opening_.session, {.owner = kOrders}, std::move(request), [](auto) {}));
  AnswerLast(peer);
  EXPECT_THAT(ControlsOfASearch(*peer), IsEmpty());
  EXPECT_EQ(opening_.session->facts().profile, "");
}

class CertifiedProfileTest : public ProfileTest {
 protected:
  CertifiedProfileTest() {
    const Profile external{.name = "certified",
                           .targets = {"default"},
                           .method = Profile::Method::kExternal,
                           .callers = {kOrders},
                           .authorization_ids = {"dn:uid=alice"}};
    Profile own = external;
    own.name = "own";
    own.cert_file = "a.pem";
    own.key_file = "a.key";
    own.authorization_ids.clear();
    options_.profiles.push_back(external);
    options_.profiles.push_back(own);
  }
  std::string RebindTo(Credentials credentials) {
    RebindRequest request{.credentials = std::move(credentials)};
    const auto refused = manager().Rebind(*opening_.session, {.owner = kOrders}, std::move(request), [](auto) {});
    return refused ? refused->reason : "";
  }
  std::string RebindToProfile(std::string profile, std::string authorization_id = "") {
    return RebindTo({.bind = {}, .profile = ProfileUse{std::move(profile), std::move(authorization_id)}});
  }
  static Credentials ManagedExternal() {
    Credentials external;
    external.bind.sasl.emplace(SaslRequest{.mechanism = "EXTERNAL", .credentials = {}, .identity = SaslIdentity()});
    return external;
  }
};

TEST_F(CertifiedProfileTest, ARebindCannotChangeTheConnectionsCertificate) {
  OpenAs(With("reader"));
  EXPECT_EQ(RebindToProfile("own"), "PROFILE_NEEDS_CONNECTION");
  EXPECT_EQ(RebindToProfile("certified"), "");
}

// Else "own"'s certificate would act for whom "certified" may act.
TEST_F(CertifiedProfileTest, NobodyBorrowsTheConnectionsCertificate) {
  targets_[0].gateway_identity = true;
  connector_.sasl().Say("", true);
  OpenAs(With("own"));
  EXPECT_EQ(RebindToProfile("certified", "dn:uid=alice"), "PROFILE_NEEDS_CONNECTION");
  EXPECT_EQ(RebindTo(ManagedExternal()), "PROFILE_NEEDS_CONNECTION");
  EXPECT_EQ(RebindToProfile("own"), "");
}

}  // namespace
}  // namespace dirlease
