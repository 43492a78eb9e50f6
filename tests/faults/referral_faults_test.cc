// Referrals over the real libldap handle and connector: what the other directory does wrong costs the reference, never the
// lease, and nothing of it is left open.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/lease_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::WatchedSink;

class ReferralFaultsTest : public testing::LeaseFixture {
 protected:
  using Directory = testing::FakeDirectory;
  using Kind = testing::DirectoryRequest::Kind;

  void SetUp() override {
    TargetConfig target{.name = "default", .uris = {*ParseLdapUri(here_.uri())}};
    target.referrals.follow = ReferralPolicy::Follow::kAnonymous;
    target.referrals.servers = {*ParseLdapUri(there_.uri())};
    target.connect_timeout = absl::Seconds(30);
    Start(std::move(target));
    lease_ = Open();
  }
  void TearDown() override {
    ExpectWorks(lease_);
    LeaseFixture::TearDown();
  }

  // A search that the lease's own directory answers with these references.
  WatchedSink& SearchReferredTo(const std::vector<std::string>& urls) {
    WatchedSink& sink = BeginSearch(lease_);
    const int id = here_.AwaitRequest(0, Kind::kSearch, ++searches_).message_id;
    for (const std::string& url : urls) here_.Send(0, testing::ReferenceMessage(id, {url}));
    here_.Send(0, testing::ResultMessage(id));
    return sink;
  }
  std::string There() const { return there_.uri() + "/ou=there,dc=example"; }
  // The followed search's message id; the root DSE was asked before it.
  int AwaitThere() { return there_.AwaitRequest(0, Kind::kSearch, 1).message_id; }

  Directory here_{AllButSearches()};
  Directory there_{AllButSearches()};
  Lease lease_;
  size_t searches_ = 0;  // the root DSE's apart
};

TEST_F(ReferralFaultsTest, AReferenceIsFollowed) {
  WatchedSink& sink = SearchReferredTo({There()});
  const int id = AwaitThere();
  there_.Send(0, testing::EntryMessage(id, "cn=1,ou=there"));
  there_.Send(0, testing::ResultMessage(id));
  const auto seen = sink.AwaitAll();
  EXPECT_EQ(seen.entries, 1);
  EXPECT_THAT(seen.left, IsEmpty());
  EXPECT_THAT(seen.ends[0].result.followed, ElementsAre(there_.uri()));
}

TEST_F(ReferralFaultsTest, ItsDirectoryDiesInTheMidst) {
  WatchedSink& sink = SearchReferredTo({There()});
  there_.Send(0, testing::EntryMessage(AwaitThere(), "cn=1,ou=there"));
  sink.AwaitEntries(1);
  there_.Reset(0);
  const auto seen = sink.AwaitAll();
  EXPECT_THAT(seen.left, ElementsAre("CONNECTION_LOST"));
  EXPECT_EQ(seen.ends[0].result.code, ldap_code::kSuccess);
}

TEST_F(ReferralFaultsTest, ItsDirectorySaysWhatIsNoLdap) {
  WatchedSink& sink = SearchReferredTo({There()});
  AwaitThere();
  there_.SendRaw(0, "HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(sink.AwaitAll().left, ElementsAre("CONNECTION_LOST"));
}

TEST_F(ReferralFaultsTest, ItsDirectoryIsNotThere) {
  there_.StopListening();
  EXPECT_THAT(SearchReferredTo({There()}).AwaitAll().left, ElementsAre("LDAP_CONNECT_ERROR"));
}

TEST_F(ReferralFaultsTest, ItsDirectoryRefersBackAndForth) {
  WatchedSink& sink = SearchReferredTo({There()});
  const int id = AwaitThere();
  there_.Send(0, testing::ReferenceMessage(id, {There()}));
  there_.Send(0, testing::ReferenceMessage(id, {here_.uri() + "/dc=example"}));
  there_.Send(0, testing::ResultMessage(id));
  EXPECT_THAT(sink.AwaitAll().left, ElementsAre("SERVER_NOT_ALLOWED", "LOOP"));
  EXPECT_EQ(there_.accepted_connections(), 1u);
}

TEST_F(ReferralFaultsTest, OddReferencesAreTheCallers) {
  const std::vector<std::string> odd = {"", "ldap:", "ldap:///dc=x", "not a url", std::string(100'000, 'x'),
                                        there_.uri() + "/%zz", there_.uri() + "/dc=x??all", there_.uri() + "/no name",
                                        there_.uri() + "/dc=x???" "?!critical", there_.uri() + "/dc=x??sub?(broken"};
  const auto seen = SearchReferredTo(odd).AwaitAll();
  EXPECT_EQ(seen.left.size(), odd.size());
  EXPECT_EQ(seen.ends[0].result.code, ldap_code::kSuccess);
  EXPECT_EQ(there_.accepted_connections(), 0u);
}

TEST_F(ReferralFaultsTest, ACancelInTheMidstIsOneAbandonThereAndNoneHere) {
  WatchedSink& sink = SearchReferredTo({There(), There() + "??base"});
  const int id = AwaitThere();
  there_.Send(0, testing::EntryMessage(id, "cn=1,ou=there"));
  sink.AwaitEntries(1);
  Abandon(lease_, sink);
  EXPECT_EQ(there_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
  EXPECT_EQ(sink.AwaitEnd().cause, EndCause::kAbandoned);
  ExpectWorks(lease_);
  EXPECT_EQ(there_.CountRequests(Kind::kAbandon), 1u);
  EXPECT_EQ(here_.CountRequests(Kind::kAbandon), 0u);
  EXPECT_EQ(there_.CountRequests(Kind::kSearch), 2u) << "nothing further is asked";
}

TEST_F(ReferralFaultsTest, ACancelBeforeTheLeasesOwnAnswerIsOneAbandonHere) {
  WatchedSink& sink = BeginSearch(lease_);
  const int id = here_.AwaitRequest(0, Kind::kSearch, ++searches_).message_id;
  here_.Send(0, testing::ReferenceMessage(id, {There()}));
  here_.Send(0, testing::EntryMessage(id, "cn=1"));
  sink.AwaitEntries(1);
  Abandon(lease_, sink);
  EXPECT_EQ(here_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
  EXPECT_EQ(there_.accepted_connections(), 0u);
}

TEST_F(ReferralFaultsTest, TheNextOperationConnectsAnewAfterALoss) {
  SearchReferredTo({There()});
  AwaitThere();
  there_.Close(0);
  sinks_.back()->AwaitEnd();
  WatchedSink& sink = SearchReferredTo({There()});
  // What it offers is known: no root DSE this time.
  there_.Send(1, testing::ResultMessage(there_.AwaitRequest(1, Kind::kSearch).message_id));
  EXPECT_THAT(sink.AwaitAll().left, IsEmpty());
}

}  // namespace
}  // namespace dirlease
