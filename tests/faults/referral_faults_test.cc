// Referrals over the real libldap handle and connector: what the other directory does wrong costs the reference, never the
// lease, and nothing of it is left open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/epoll_event_loop.h"
#include "ldap/libldap/libldap_init.h"
#include "ldap/target_connector.h"
#include "session/session_manager.h"
#include "support/fake_directory.h"
#include "support/leak_check.h"
#include "support/wait_for.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Lives on the loop, is watched from the test.
class ReferredSink final : public OperationSink {
 public:
  struct Seen {
    int entries = 0;
    std::vector<std::string> left;  // why each was
    std::vector<OperationEnd> ends;
  };
  void OnEntry(const EntryView&) override {
    seen_.Update([](Seen& seen) { ++seen.entries; });
  }
  void OnReference(const ReferenceView& reference) override {
    const std::string why(reference.not_followed);
    seen_.Update([&](Seen& seen) { seen.left.push_back(why); });
  }
  void OnEnd(const OperationEnd& end) override {
    seen_.Update([&](Seen& seen) { seen.ends.push_back(end); });
  }
  void AwaitEntries(int count) const {
    EXPECT_TRUE(seen_.WaitFor([count](const Seen& seen) { return seen.entries >= count; }));
  }
  Seen AwaitEnd() const {
    EXPECT_TRUE(seen_.WaitFor([](const Seen& seen) { return !seen.ends.empty(); }));
    return seen_.Get();
  }

 private:
  testing::Watched<Seen> seen_;
};

testing::AutoAnswers AnswersButToSearches() {
  return {.binds = true, .root_dse = true, .offers_paging = false, .compares = true};
}

class ReferralFaultsTest : public ::testing::Test {
 protected:
  using Directory = testing::FakeDirectory;
  using Kind = testing::DirectoryRequest::Kind;

  ReferralFaultsTest() {
    InitialiseLibldap();
    connector_.emplace(*loop_);
    TargetConfig target{.name = "default", .uris = {*ParseLdapUri(here_.uri())}};
    target.referrals.follow = ReferralPolicy::Follow::kAnonymous;
    target.referrals.servers = {*ParseLdapUri(there_.uri())};
    target.connect_timeout = absl::Seconds(30);
    OnLoop([&] { manager_.emplace(*loop_, *connector_, SessionManager::Options{}, std::vector<TargetConfig>{target}); });
    Open();
  }
  ~ReferralFaultsTest() override {
    ExpectLeaseWorks();
    testing::Watched<bool> drained;
    OnLoop([&] { manager_->Drain(absl::ZeroDuration(), [&] { drained.Update([](bool& value) { value = true; }); }); });
    EXPECT_TRUE(drained.WaitFor([](bool value) { return value; }));
    OnLoop([&] {
      EXPECT_TRUE(manager_->idle());
      EXPECT_EQ(manager_->budget().used(), 0u);
      manager_.reset();
    });
    loop_->Stop();
    connector_.reset();
    loop_.reset();
  }

  void OnLoop(EventLoop::Task task) {
    testing::Watched<bool> done;
    loop_->Post([&] {
      task();
      done.Update([](bool& value) { value = true; });
    });
    EXPECT_TRUE(done.WaitFor([](bool value) { return value; }));
  }
  void Open() {
    testing::Watched<bool> answered;
    OnLoop([&] {
      manager_->Open({}, OpenRequest{}, [&](OpenResult result) {
        if (auto* opened = std::get_if<OpenedLease>(&result)) session_ = opened->session;
        answered.Update([](bool& value) { value = true; });
      });
    });
    EXPECT_TRUE(answered.WaitFor([](bool value) { return value; }));
    ASSERT_NE(session_, nullptr);
  }
  ReferredSink& Begin(OperationRequest request) {
    ReferredSink& sink = *sinks_.emplace_back(std::make_unique<ReferredSink>());
    OnLoop([&] {
      auto begun = session_->Begin({"", "Search"}, std::move(request), sink);
      ASSERT_TRUE(begun.ok());
      operation_ = begun.value()->id();
    });
    return sink;
  }
  // A search that the lease's own directory answers with these references.
  ReferredSink& SearchReferredTo(const std::vector<std::string>& urls) {
    SearchRequest search;
    search.base_dn = "dc=example";
    search.filter = "(cn=*)";
    ReferredSink& sink = Begin({.body = std::move(search), .controls = {}});
    const int id = here_.AwaitRequest(0, Kind::kSearch, ++searches_).message_id;
    for (const std::string& url : urls) here_.Send(0, testing::ReferenceMessage(id, {url}));
    here_.Send(0, testing::ResultMessage(id));
    return sink;
  }
  std::string There() const { return there_.uri() + "/ou=there,dc=example"; }
  // The followed search's message id; the root DSE was asked before it.
  int AwaitThere() { return there_.AwaitRequest(0, Kind::kSearch, 1).message_id; }
  void ExpectLeaseWorks() {
    CompareRequest compare{.dn = "cn=a", .attribute_type = "cn", .value = "a"};
    EXPECT_EQ(Begin({.body = compare, .controls = {}}).AwaitEnd().ends[0].result.code, ldap_code::kCompareTrue);
  }

  testing::LeakCheck leaks_;
  Directory here_{AnswersButToSearches()};
  Directory there_{AnswersButToSearches()};
  SteadyClock clock_;
  std::optional<EpollEventLoop> loop_{std::in_place, "test", clock_};
  std::optional<TargetConnector> connector_;
  std::optional<SessionManager> manager_;
  Session* session_ = nullptr;  // on the loop
  size_t searches_ = 0;         // the root DSE's apart
  std::vector<std::unique_ptr<ReferredSink>> sinks_;
  std::string operation_;
};

TEST_F(ReferralFaultsTest, AReferenceIsFollowed) {
  ReferredSink& sink = SearchReferredTo({There()});
  const int id = AwaitThere();
  there_.Send(0, testing::EntryMessage(id, "cn=1,ou=there"));
  there_.Send(0, testing::ResultMessage(id));
  const auto seen = sink.AwaitEnd();
  EXPECT_EQ(seen.entries, 1);
  EXPECT_THAT(seen.left, IsEmpty());
  EXPECT_THAT(seen.ends[0].result.followed, ElementsAre(there_.uri()));
}

TEST_F(ReferralFaultsTest, ItsDirectoryDiesInTheMidst) {
  ReferredSink& sink = SearchReferredTo({There()});
  there_.Send(0, testing::EntryMessage(AwaitThere(), "cn=1,ou=there"));
  sink.AwaitEntries(1);
  there_.Reset(0);
  const auto seen = sink.AwaitEnd();
  EXPECT_THAT(seen.left, ElementsAre("CONNECTION_LOST"));
  EXPECT_EQ(seen.ends[0].result.code, ldap_code::kSuccess);
}

TEST_F(ReferralFaultsTest, ItsDirectorySaysWhatIsNoLdap) {
  ReferredSink& sink = SearchReferredTo({There()});
  AwaitThere();
  there_.SendRaw(0, "HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(sink.AwaitEnd().left, ElementsAre("CONNECTION_LOST"));
}

TEST_F(ReferralFaultsTest, ItsDirectoryIsNotThere) {
  there_.StopListening();
  EXPECT_THAT(SearchReferredTo({There()}).AwaitEnd().left, ElementsAre("LDAP_CONNECT_ERROR"));
}

TEST_F(ReferralFaultsTest, ItsDirectoryRefersBackAndForth) {
  ReferredSink& sink = SearchReferredTo({There()});
  const int id = AwaitThere();
  there_.Send(0, testing::ReferenceMessage(id, {There()}));
  there_.Send(0, testing::ReferenceMessage(id, {here_.uri() + "/dc=example"}));
  there_.Send(0, testing::ResultMessage(id));
  EXPECT_THAT(sink.AwaitEnd().left, ElementsAre("SERVER_NOT_ALLOWED", "LOOP"));
  EXPECT_EQ(there_.accepted_connections(), 1u);
}

TEST_F(ReferralFaultsTest, OddReferencesAreTheCallers) {
  const std::vector<std::string> odd = {"", "ldap:", "ldap:///dc=x", "not a url", std::string(100'000, 'x'),
                                        there_.uri() + "/%zz", there_.uri() + "/dc=x??all", there_.uri() + "/no name",
                                        there_.uri() + "/dc=x???" "?!critical", there_.uri() + "/dc=x??sub?(broken"};
  const auto seen = SearchReferredTo(odd).AwaitEnd();
  EXPECT_EQ(seen.left.size(), odd.size());
  EXPECT_EQ(seen.ends[0].result.code, ldap_code::kSuccess);
  EXPECT_EQ(there_.accepted_connections(), 0u);
}

TEST_F(ReferralFaultsTest, ACancelInTheMidstIsOneAbandonThereAndNoneHere) {
  ReferredSink& sink = SearchReferredTo({There(), There() + "??base"});
  const int id = AwaitThere();
  there_.Send(0, testing::EntryMessage(id, "cn=1,ou=there"));
  sink.AwaitEntries(1);
  OnLoop([&] { session_->Abandon(operation_); });
  EXPECT_EQ(there_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
  EXPECT_EQ(sink.AwaitEnd().ends[0].cause, EndCause::kAbandoned);
  ExpectLeaseWorks();
  EXPECT_EQ(there_.CountRequests(Kind::kAbandon), 1u);
  EXPECT_EQ(here_.CountRequests(Kind::kAbandon), 0u);
  EXPECT_EQ(there_.CountRequests(Kind::kSearch), 2u) << "nothing further is asked";
}

TEST_F(ReferralFaultsTest, ACancelBeforeTheLeasesOwnAnswerIsOneAbandonHere) {
  SearchRequest search;
  search.base_dn = "dc=example";
  search.filter = "(cn=*)";
  ReferredSink& sink = Begin({.body = std::move(search), .controls = {}});
  const int id = here_.AwaitRequest(0, Kind::kSearch, ++searches_).message_id;
  here_.Send(0, testing::ReferenceMessage(id, {There()}));
  here_.Send(0, testing::EntryMessage(id, "cn=1"));
  sink.AwaitEntries(1);
  OnLoop([&] { session_->Abandon(operation_); });
  EXPECT_EQ(here_.AwaitRequest(0, Kind::kAbandon).abandoned_id, id);
  EXPECT_EQ(there_.accepted_connections(), 0u);
}

TEST_F(ReferralFaultsTest, TheNextOperationConnectsAnewAfterALoss) {
  SearchReferredTo({There()});
  AwaitThere();
  there_.Close(0);
  sinks_.back()->AwaitEnd();
  ReferredSink& sink = SearchReferredTo({There()});
  // What it offers is known: no root DSE this time.
  there_.Send(1, testing::ResultMessage(there_.AwaitRequest(1, Kind::kSearch).message_id));
  EXPECT_THAT(sink.AwaitEnd().left, IsEmpty());
}

}  // namespace
}  // namespace dirlease
