// A real directory that refers to another real one, with a gateway that follows, and what both of them log.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "fmt/format.h"
#include "integration/rpc/slapd_gateway_test.h"
#include "support/temp_dir.h"

namespace dirlease::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Follow = ReferralPolicy::Follow;

constexpr char kRemoteDn[] = "ou=remote,dc=example,dc=com";

// Of the lease's own directory, which holds little beside the reference.
constexpr int kPeopleHere = 1;

class ReferralTest : public SlapdGatewayTest {
 protected:
  // Two directories; the entry kRemoteDn of the first one refers to ou=people of the other.
  void StartBoth(Follow follow, int people_there = 5, TargetConfig::Tls tls = TargetConfig::Tls::kNone) {
    const bool secure = tls != TargetConfig::Tls::kNone;
    there_.emplace(SlapdOptions{.people = people_there, .tls = secure});
    here_.emplace(SlapdOptions{.people = kPeopleHere, .tls = secure});
    TargetConfig target = TargetAt({here_->uri()});
    target.tls = tls;
    if (secure) target.ca_file = BothAuthorities();
    target.referrals.follow = follow;
    target.referrals.servers = {*ParseLdapUri(there_->uri())};
    GatewayHarness::Options options;
    options.sessions.profiles = {{.name = "admin", .targets = {"default"}, .dn = Slapd::admin_dn(), .any_caller = true}};
    options.targets = {target};
    gateway_.emplace(std::move(options));
    client_ = std::make_unique<Client>(gateway_->address());
    gateway_->AwaitOnLoop([](SessionManager& manager) {
      manager.SetProfilePassword("admin", Secret(Slapd::admin_password()));
      return true;
    });
    AddReference();
  }
  void TearDown() override {
    client_.reset();
    gateway_.reset();
    if (here_) here_->AssertNoOpenConnections();
    if (there_) there_->AssertNoOpenConnections();
  }

  std::string BothAuthorities() {
    const std::string bundle = folder_.File("authorities.pem");
    std::ofstream out(bundle);
    for (const Slapd* one : {&*here_, &*there_}) {
      std::ifstream in(one->ca_file());
      out << std::string(std::istreambuf_iterator<char>(in), {});
    }
    return bundle;
  }
  void AddReference() {
    const std::string token = OpenAsAdmin();
    v1::AddRequest add = AddRequestOf(kRemoteDn, {{"objectClass", {"referral", "extensibleObject"}},
                                                  {"ou", {"remote"}},
                                                  {"ref", {there_->uri() + "/" + kPeopleDn}}});
    v1::Control& control = *add.add_controls();
    control.set_critical(true);
    control.set_manage_dsa_it(true);
    const CallEnd end = client_->Call(add, nullptr, {.token = token});
    ASSERT_TRUE(end.ok()) << end;
    client_->Unbind(token);
  }
  std::string OpenWithProfile() {
    v1::OpenSessionRequest request;
    request.mutable_credentials()->mutable_profile()->set_profile("admin");
    return client_->Open(request).token();
  }
  // Under the reference, so only the other directory has it.
  static std::string RemotePersonDn(int number) { return fmt::format("uid=user.{},{}", number, kRemoteDn); }

  TempDir folder_;
  std::optional<Slapd> here_;
  std::optional<Slapd> there_;
};

TEST_F(ReferralTest, ASearchGoesOnWhereItIsReferredTo) {
  StartBoth(Follow::kAnonymous);
  const std::string token = OpenAsAdmin();
  const LogMark here = here_->Mark(), there = there_->Mark();
  const SearchOutcome outcome = Search(SearchUnder(kSuffix, "(uid=*)"), token);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), kPeopleHere + 5);
  EXPECT_EQ(outcome.all.done().entry_count(), kPeopleHere + 5);
  EXPECT_EQ(outcome.all.references_size(), 0);
  EXPECT_THAT(outcome.all.done().result().followed(), ElementsAre(there_->uri()));
  there_->WaitForLog("BIND dn=\"\" method=128", 1, there);
  there_->WaitForLog("SRCH base=\"ou=people,dc=example,dc=com\" scope=2 .*uid=\\*", 1, there);
  client_->Unbind(token);
  here_->WaitForLog("UNBIND", 1, here);
  there_->WaitForLog("UNBIND", 1, there);
}

TEST_F(ReferralTest, ByDefaultItDoesNot) {
  StartBoth(Follow::kNever);
  const SearchOutcome outcome = Search(SearchUnder(kSuffix, "(uid=*)"), OpenAsAdmin());
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), kPeopleHere);
  ASSERT_EQ(outcome.all.references_size(), 1);
  EXPECT_EQ(outcome.all.references(0).not_followed(), "");
}

TEST_F(ReferralTest, AProfileReadsAndWritesThereAsItself) {
  StartBoth(Follow::kSameIdentity);
  const std::string token = OpenWithProfile();
  const LogMark there = there_->Mark();
  const v1::ModifyRequest modify =
      ModifyRequestOf(RemotePersonDn(2), v1::Modification::TYPE_REPLACE, "description", {"from afar"});
  v1::ModifyResponse modified;
  CallEnd end = client_->Call(modify, &modified, {.token = token});
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_THAT(modified.result().followed(), ElementsAre(there_->uri()));
  there_->WaitForLog("BIND dn=\"cn=admin,dc=example,dc=com\" method=128", 1, there);
  there_->WaitForLog("MOD dn=\"uid=user.2,ou=people,dc=example,dc=com\"", 1, there);

  v1::GetEntryRequest get;
  get.set_dn(RemotePersonDn(2));
  get.add_attributes("description");
  v1::GetEntryResponse got;
  end = client_->Call(get, &got, {.token = token});
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(got.entry().dn(), PersonDn(2));
  EXPECT_EQ(got.entry().attributes(0).values(0), "from afar");

  v1::CompareRequest compare;
  compare.set_dn(RemotePersonDn(2));
  compare.set_attribute_type("description");
  compare.set_text_value("from here");
  v1::CompareResponse compared;
  EXPECT_TRUE(client_->Call(compare, &compared, {.token = token}).ok());
  EXPECT_FALSE(compared.matched());
  EXPECT_EQ(there_->CountLog("BIND dn=\"cn=admin,dc=example,dc=com\" method=128", there), 1u) << "one connection for all";
}

TEST_F(ReferralTest, AnotherResultThereIsTheResult) {
  StartBoth(Follow::kAnonymous);
  v1::DeleteRequest remove;
  remove.set_dn(RemotePersonDn(4));
  v1::GetEntryRequest get;
  get.set_dn(RemotePersonDn(400));
  const std::string token = OpenAsAdmin();
  CallEnd end = client_->Call(get, nullptr, {.token = token});
  EXPECT_EQ(end.reason(), "NO_SUCH_OBJECT") << end;
  ASSERT_TRUE(end.ldap_result);
  EXPECT_THAT(end.ldap_result->followed(), ElementsAre(there_->uri()));
  // Administrator here, nobody there.
  end = client_->Call(remove, nullptr, {.token = token});
  EXPECT_EQ(end.reason(), "STRONGER_AUTH_REQUIRED") << end;
}

TEST_F(ReferralTest, ACallersPasswordStaysHere) {
  StartBoth(Follow::kSameIdentity);
  const LogMark there = there_->Mark();
  const std::string token = OpenAsAdmin();
  const SearchOutcome outcome = Search(SearchUnder(kSuffix, "(uid=*)"), token);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  ASSERT_EQ(outcome.all.references_size(), 1);
  EXPECT_EQ(outcome.all.references(0).not_followed(), "CREDENTIALS_NOT_KEPT");
  v1::GetEntryRequest get;
  get.set_dn(RemotePersonDn(2));
  const CallEnd end = client_->Call(get, nullptr, {.token = token});
  EXPECT_EQ(end.reason(), "REFERRAL") << end;
  ASSERT_TRUE(end.ldap_result);
  EXPECT_EQ(end.ldap_result->not_followed(), "CREDENTIALS_NOT_KEPT");
  EXPECT_EQ(end.ldap_result->referrals_size(), 1);
  there_->SyncLog();
  EXPECT_EQ(there_->CountLog("BIND", there), 0u);
}

TEST_F(ReferralTest, WhatIsNotThereIsLeftToTheCaller) {
  StartBoth(Follow::kAnonymous);
  there_->Stop();
  const std::string token = OpenAsAdmin();
  const SearchOutcome outcome = Search(SearchUnder(kSuffix, "(uid=*)"), token);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), kPeopleHere);
  ASSERT_EQ(outcome.all.references_size(), 1);
  EXPECT_EQ(outcome.all.references(0).not_followed(), "LDAP_CONNECT_ERROR");
  EXPECT_THAT(outcome.all.references(0).uris(), ElementsAre(::testing::HasSubstr(there_->uri())));
  EXPECT_THAT(outcome.all.done().result().followed(), IsEmpty());
  there_->Start();
  EXPECT_EQ(Search(SearchUnder(kSuffix, "(uid=*)"), token).all.entries_size(), kPeopleHere + 5);
}

TEST_F(ReferralTest, ACancelReachesTheOtherDirectoryAlone) {
  StartBoth(Follow::kSameIdentity, 10'000);
  const std::string token = OpenWithProfile();
  const LogMark here = here_->Mark(), there = there_->Mark();
  v1::SearchRequest request = SearchUnder(kSuffix, "(uid=*)");
  request.set_auto_page_size(0);
  auto call = client_->Start(request, {.token = token});
  there_->WaitForLog("SRCH base=\"ou=people,dc=example,dc=com\"", 1, there);
  // Who does not read holds up the other directory, not this gateway's memory.
  gateway_->AwaitOnLoop([&](SessionManager& manager) {
    return manager.budget().used() >= 64 * 1024;
  });
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  there_->WaitForLog("ABANDON", 1, there);
  client_->Unbind(token);
  here_->WaitForLog("UNBIND", 1, here);
  there_->WaitForLog("UNBIND", 1, there);
  EXPECT_EQ(there_->CountLog("ABANDON", there), 1u);
  EXPECT_EQ(here_->CountLog("ABANDON", here), 0u);
}

TEST_F(ReferralTest, TheWayThereIsSecuredAsTheTargetsOwn) {
  StartBoth(Follow::kSameIdentity, 5, TargetConfig::Tls::kStartTls);
  const LogMark there = there_->Mark();
  const SearchOutcome outcome = Search(SearchUnder(kSuffix, "(uid=*)"), OpenWithProfile());
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), kPeopleHere + 5);
  there_->WaitForLog("STARTTLS", 1, there);
  there_->WaitForLog("TLS established", 1, there);
}

}  // namespace
}  // namespace dirlease::testing
