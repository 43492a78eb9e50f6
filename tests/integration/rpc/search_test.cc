// What a real directory answers, whole and unchanged at the caller.
#include "integration/rpc/ldif_entries.h"
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

using SlapdSearchTest = SlapdGatewayTest;

LdifEntry Flat(const v1::SearchEntry& entry) {
  LdifEntry flat = {{"dn", entry.dn()}};
  for (const v1::Attribute& attribute : entry.attributes()) {
    for (const std::string& value : attribute.values()) flat.emplace_back(attribute.type(), value);
  }
  return flat;
}

TEST_F(SlapdSearchTest, TheWholeDirectoryAsLdapsearchSeesIt) {
  Start({.people = 10'000});
  const std::string token = OpenAsAdmin();
  const LogMark mark = slapd_->Mark();
  const SearchOutcome outcome = Search(SearchUnder(kSuffix), token);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  // Pages, each a request of its own, though nobody asked for them.
  EXPECT_GE(slapd_->CountLog("SEARCH RESULT tag=101 err=0 .*nentries=", mark), 3u);

  const ProgramRun run =
      RunProgram({"/usr/bin/ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", slapd_->uri(),
                  "-D", Slapd::admin_dn(), "-w", Slapd::admin_password(), "-b", kSuffix});
  ASSERT_EQ(run.status, 0);
  const std::vector<LdifEntry> expected = ParseLdif(run.output);
  ASSERT_EQ(expected.size(), 10'000 + 4 + OddNames().size());
  ASSERT_EQ(static_cast<size_t>(outcome.all.entries_size()), expected.size());
  int photos = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const LdifEntry entry = Flat(outcome.all.entries(static_cast<int>(i)));
    ASSERT_EQ(entry, expected[i]) << "entry " << i;
    for (const auto& [type, value] : entry) photos += type == "jpegPhoto";
  }
  EXPECT_EQ(photos, 1000);
  EXPECT_EQ(outcome.all.done().entry_count(), static_cast<int64_t>(expected.size()));
}

TEST_F(SlapdSearchTest, AnEntryTooLargeForOneMessageComesInPieces) {
  constexpr int kMembers = 40'000;
  Start({.people = 1, .group_members = kMembers});
  v1::SearchRequest request = SearchUnder(kLargeGroupDn);
  request.set_scope(v1::SCOPE_BASE);
  const SearchOutcome outcome = Search(request, OpenAsAdmin());
  ASSERT_TRUE(outcome.end.ok()) << outcome.end;
  ASSERT_GT(outcome.all.entries_size(), 1);
  std::vector<std::string> members;
  for (int i = 0; i < outcome.all.entries_size(); ++i) {
    const v1::SearchEntry& piece = outcome.all.entries(i);
    EXPECT_EQ(piece.dn(), kLargeGroupDn);
    EXPECT_EQ(piece.continued(), i + 1 < outcome.all.entries_size());
    for (const v1::Attribute& attribute : piece.attributes()) {
      if (attribute.type() != "member") continue;
      members.insert(members.end(), attribute.values().begin(), attribute.values().end());
    }
  }
  ASSERT_EQ(members.size(), static_cast<size_t>(kMembers));
  for (int i = 0; i < kMembers; ++i) ASSERT_EQ(members[static_cast<size_t>(i)], PersonDn(i));
  EXPECT_EQ(outcome.all.done().entry_count(), 1);
}

TEST_F(SlapdSearchTest, SizeLimits) {
  Start({.people = 100});
  const std::string token = OpenAsAdmin();
  for (const bool accept : {false, true}) {
    v1::SearchRequest request = SearchUnder(kPeopleDn, "(uid=*)");
    request.set_size_limit(10);
    request.set_accept_partial(accept);
    const SearchOutcome outcome = Search(request, token);
    EXPECT_EQ(outcome.end.code, accept ? Code::kOk : Code::kResourceExhausted) << outcome.end;
    EXPECT_EQ(outcome.end.reason(), accept ? "" : "SIZE_LIMIT_EXCEEDED");
    EXPECT_EQ(outcome.all.entries_size(), 10);
    EXPECT_EQ(outcome.all.done().result().name(), "sizeLimitExceeded");
  }
}

TEST_F(SlapdSearchTest, TheDirectorysOwnLimitIsNoSuccessEither) {
  Start({.people = 700, .database_config = "sizelimit size.soft=50 size.hard=50 size.prtotal=50"});
  const SearchOutcome outcome = Search(SearchUnder(kPeopleDn), client_->Open().token());
  EXPECT_EQ(outcome.end.code, Code::kResourceExhausted) << outcome.end;
  EXPECT_LE(outcome.all.entries_size(), 50);
}

TEST_F(SlapdSearchTest, TimeLimits) {
  // An unindexed filter over many entries, in slapd's shortest time.
  Start({.people = 10'000});
  const std::string token = OpenAsAdmin();
  v1::SearchRequest request = SearchUnder(kPeopleDn, "(description=*nobody*)");
  request.mutable_time_limit()->set_seconds(1);
  const LogMark mark = slapd_->Mark();
  Search(request, token);
  // Whether the second sufficed is slapd's business; that it was told, ours.
  slapd_->WaitForLog("SRCH base=\"ou=people,dc=example,dc=com\" scope=2 deref=0", 1, mark);
  gateway_->AwaitBudgetFree();
}

TEST_F(SlapdSearchTest, NoSuchObjectNamesWhatMatched) {
  Start({.people = 1});
  const SearchOutcome outcome =
      Search(SearchUnder("cn=nobody,ou=people,dc=example,dc=com"), client_->Open().token());
  EXPECT_EQ(outcome.end.code, Code::kNotFound);
  EXPECT_EQ(outcome.end.reason(), "NO_SUCH_OBJECT");
  ASSERT_TRUE(outcome.end.ldap_result);
  EXPECT_EQ(outcome.end.ldap_result->matched_dn(), kPeopleDn);
  EXPECT_EQ(outcome.end.error_info->metadata().at("matchedDn"), kPeopleDn);
}

TEST_F(SlapdSearchTest, ReferralsAreShownAndNotFollowed) {
  Start({.people = 1, .global_config = "referral ldap://elsewhere.example/"});
  const SearchOutcome outcome = Search(SearchUnder("dc=other,dc=org"), client_->Open().token());
  EXPECT_EQ(outcome.end.code, Code::kFailedPrecondition) << outcome.end;
  EXPECT_EQ(outcome.end.reason(), "REFERRAL");
  ASSERT_TRUE(outcome.end.ldap_result);
  ASSERT_EQ(outcome.end.ldap_result->referrals_size(), 1);
  EXPECT_NE(outcome.end.ldap_result->referrals(0).find("ldap://elsewhere.example/"),
            std::string::npos);
}

TEST_F(SlapdSearchTest, SearchReferencesArriveBesideTheEntries) {
  Start({.people = 5});
  const TempDir folder;
  const std::string ldif = folder.File("reference.ldif");
  FILE* file = fopen(ldif.c_str(), "w");
  fputs("dn: ou=remote,dc=example,dc=com\nobjectClass: referral\nobjectClass: extensibleObject\n"
        "ou: remote\nref: ldap://elsewhere.example/ou=remote\n",
        file);
  fclose(file);
  RequireProgram({"/usr/bin/ldapadd", "-x", "-M", "-H", slapd_->uri(), "-D", Slapd::admin_dn(),
                  "-w", Slapd::admin_password(), "-f", ldif});
  const SearchOutcome outcome = Search(SearchUnder(kSuffix), client_->Open().token());
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  ASSERT_EQ(outcome.all.references_size(), 1);
  EXPECT_NE(outcome.all.references(0).uris(0).find("ldap://elsewhere.example/ou=remote"),
            std::string::npos);
  EXPECT_EQ(outcome.all.done().reference_count(), 1);
  EXPECT_EQ(outcome.all.entries_size(), 5 + 4 + static_cast<int>(OddNames().size()));
}

TEST_F(SlapdSearchTest, BindsCompareAndWhoAmI) {
  Start({.people = 5});
  const CallEnd refused =
      client_->Call(SimpleBindRequest(PersonDn(1), "not-the-password"), nullptr);
  EXPECT_EQ(refused.code, Code::kUnauthenticated);
  EXPECT_EQ(refused.reason(), "INVALID_CREDENTIALS");

  const std::string token = OpenAs(PersonDn(3), PersonPassword(3));
  v1::WhoAmIResponse me;
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), &me, {.token = token}).ok());
  EXPECT_EQ(me.authorization_id(), "dn:" + PersonDn(3));
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), &me, {.token = client_->Open().token()}).ok());
  EXPECT_EQ(me.authorization_id(), "");

  v1::CompareRequest compare;
  compare.set_dn(PersonDn(2));
  compare.set_attribute_type("uid");
  v1::CompareResponse response;
  compare.set_text_value("user.2");
  EXPECT_TRUE(client_->Call(compare, &response, {.token = token}).ok());
  EXPECT_TRUE(response.matched());
  compare.set_text_value("user.3");
  EXPECT_TRUE(client_->Call(compare, &response, {.token = token}).ok());
  EXPECT_FALSE(response.matched());
  compare.set_attribute_type("seeAlso");
  compare.set_text_value(kSuffix);
  EXPECT_EQ(client_->Call(compare, nullptr, {.token = token}).reason(), "NO_SUCH_ATTRIBUTE");
}

}  // namespace
}  // namespace dirlease::testing
