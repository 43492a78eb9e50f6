// Sync against slapd's syncprov: the copy that a client keeps is the directory's content, whatever happens meanwhile.
#include <atomic>
#include <thread>

#include "integration/rpc/slapd_gateway_test.h"
#include "integration/rpc/sync_replica.h"
#include "support/gate.h"

namespace dirlease::testing {
namespace {

class SlapdSyncTest : public SlapdGatewayTest {
 protected:
  void StartWithSync(SlapdOptions options = {.people = 50}) {
    options.global_config += "moduleload syncprov\n";
    options.database_config += "overlay syncprov\n" + more_overlay_config_;
    Start(std::move(options));
    OpenLeases();
  }
  void OpenLeases() {
    token_ = OpenAsAdmin();
    writer_token_ = OpenAsAdmin();
  }

  static v1::SyncRequest PeopleSync(v1::SyncRequest::Mode mode, const std::string& cookie = "") {
    v1::SyncRequest request;
    request.set_base_dn(kPeopleDn);
    request.add_attributes("cn");
    request.add_attributes("description");
    request.set_mode(mode);
    request.set_cookie(cookie);
    return request;
  }
  std::unique_ptr<ClientCall> Persist(const std::string& cookie = "") {
    replica_.Begin();
    return client_->Start(PeopleSync(v1::SyncRequest::MODE_REFRESH_AND_PERSIST, cookie), {.token = token_});
  }
  CallEnd Poll() {
    replica_.Begin();
    const auto call =
        client_->Start(PeopleSync(v1::SyncRequest::MODE_REFRESH_ONLY, replica_.cookie()), {.token = token_});
    for (v1::SyncResponse message; call->Read(message);) replica_.Apply(message);
    return call->Finish();
  }
  // Feeds the copy until it is so.
  template <typename Condition>
  void ReadUntil(ClientCall& call, Condition condition) {
    v1::SyncResponse message;
    while (!condition()) {
      ASSERT_TRUE(call.Read(message)) << call.Finish();
      replica_.Apply(message);
    }
  }
  void ReadUntilRefreshed(ClientCall& call) {
    ReadUntil(call, [this] { return replica_.refreshed(); });
  }
  void ReadUntilDescribed(ClientCall& call, const std::string& dn, const std::string& description) {
    ReadUntil(call, [&] { return replica_.Has(dn, "description: " + description); });
  }
  // What a search sees.
  SyncReplica::Content Truth() {
    v1::SearchRequest request = SearchUnder(kPeopleDn);
    request.add_attributes("cn");
    request.add_attributes("description");
    const SearchOutcome outcome = Search(request, token_);
    EXPECT_TRUE(outcome.end.ok()) << outcome.end;
    SyncReplica::Content content;
    for (const v1::SearchEntry& entry : outcome.all.entries()) {
      content[entry.dn()] = SyncReplica::LinesOf(entry);
    }
    return content;
  }

  template <typename Request>
  void Do(const Request& request) {
    const CallEnd end = client_->Call(request, nullptr, {.token = writer_token_});
    EXPECT_TRUE(end.ok()) << end << request.ShortDebugString();
  }
  void Describe(const std::string& dn, const std::string& description) {
    Do(ModifyRequestOf(dn, v1::Modification::TYPE_REPLACE, "description", {description}));
  }
  static std::string NewDn(int i) { return "cn=new " + std::to_string(i) + "," + kPeopleDn; }
  void AddNew(int i) {
    Do(AddRequestOf(NewDn(i),
                    {{"objectClass", {"person"}}, {"cn", {"new " + std::to_string(i)}}, {"sn", {"new"}}}));
  }
  void Delete(const std::string& dn) {
    v1::DeleteRequest request;
    request.set_dn(dn);
    Do(request);
  }
  void Rename(const std::string& dn, const std::string& new_rdn) {
    v1::ModifyDnRequest request;
    request.set_dn(dn);
    request.set_new_rdn(new_rdn);
    Do(request);
  }
  // The nth of an endless mix of changes.
  void Change(int n) {
    switch (n % 4) {
      case 0: return AddNew(n);
      case 1: return Describe(PersonDn(n % 40), "change " + std::to_string(n));
      case 2: return Rename(NewDn(n - 2), "cn=renamed " + std::to_string(n));
      default:
        if (n % 8 == 3) Delete("cn=renamed " + std::to_string(n - 1) + "," + kPeopleDn);
    }
  }

  std::string more_overlay_config_;
  std::string token_;
  std::string writer_token_;
  SyncReplica replica_;
};

TEST_F(SlapdSyncTest, AnInitialPollIsTheContentAndTheNextOneWhatChanged) {
  StartWithSync();
  CallEnd end = Poll();
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(replica_.content(), Truth());
  EXPECT_EQ(replica_.done().entry_count(), replica_.whole_entries());
  EXPECT_FALSE(replica_.cookie().empty());
  const int all = replica_.whole_entries();

  Describe(PersonDn(1), "changed");
  Delete(PersonDn(2));
  AddNew(1);
  end = Poll();
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(replica_.content(), Truth());
  EXPECT_LT(replica_.whole_entries(), all / 2) << "not everything again";

  end = Poll();
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(replica_.whole_entries(), 0) << "nothing changed";
  EXPECT_EQ(replica_.content(), Truth());
}

TEST_F(SlapdSyncTest, WithASessionLogDeletionsAreNamed) {
  more_overlay_config_ = "syncprov-sessionlog 100\n";
  StartWithSync();
  AddNew(1);  // so that the log begins before the cookie
  ASSERT_TRUE(Poll().ok());
  Delete(PersonDn(2));
  Delete(NewDn(1));
  ASSERT_TRUE(Poll().ok());
  EXPECT_EQ(replica_.content(), Truth());
}

TEST_F(SlapdSyncTest, AModifyIsSeenArriving) {
  StartWithSync();
  const auto call = Persist();
  ReadUntilRefreshed(*call);
  const std::string cookie = replica_.cookie();
  Describe(PersonDn(7), "seen");
  ReadUntilDescribed(*call, PersonDn(7), "seen");
  EXPECT_NE(replica_.cookie(), cookie);
  const LogMark mark = slapd_->Mark();
  call->Cancel();
  EXPECT_EQ(call->Finish().code, Code::kCancelled);
  slapd_->WaitForLog("ABANDON msg=", 1, mark);
  slapd_->SyncLog();
  EXPECT_EQ(slapd_->CountLog("ABANDON msg=", mark), 1u);
}

// Writes run before, through and after the refresh: whatever falls on its edge has to arrive by one side or the other.
TEST_F(SlapdSyncTest, NothingIsLostOnTheEdgeFromRefreshToPersist) {
  StartWithSync({.people = 2000});
  for (int round = 0; round < 5; ++round) {
    Gate running("fifty changes were made");
    std::atomic<bool> refreshed = false;
    std::thread writer([&] {
      int n = 100'000 * (round + 1);
      for (const int end = n + 40; n < end; ++n) Change(n);
      running.Pass();
      while (!refreshed) Change(n++);
      for (const int end = n + 40; n < end; ++n) Change(n);
      Describe(PersonDn(49), "round " + std::to_string(round) + " is over");
    });
    running.AwaitArrivals();
    replica_ = {};
    const auto call = Persist();
    running.Open();
    ReadUntilRefreshed(*call);
    refreshed = true;
    ReadUntilDescribed(*call, PersonDn(49), "round " + std::to_string(round) + " is over");
    writer.join();
    EXPECT_EQ(replica_.content(), Truth());
    call->Cancel();
    call->Finish();
  }
}

TEST_F(SlapdSyncTest, AKilledDirectoryIsResumedByTheCookie) {
  StartWithSync();
  auto call = Persist();
  ReadUntilRefreshed(*call);
  Describe(PersonDn(1), "before");
  ReadUntilDescribed(*call, PersonDn(1), "before");
  slapd_->Kill();
  const CallEnd& end = call->Finish();
  EXPECT_EQ(end.code, Code::kUnavailable) << end;
  EXPECT_EQ(end.reason(), "LDAP_SERVER_DOWN");

  slapd_->Start();
  OpenLeases();
  Describe(PersonDn(2), "meanwhile");
  Delete(PersonDn(3));
  AddNew(1);
  call = Persist(replica_.cookie());
  ReadUntilRefreshed(*call);
  EXPECT_EQ(replica_.content(), Truth());
  EXPECT_LT(replica_.whole_entries(), 10) << "not everything again";
  Describe(PersonDn(4), "afterwards");
  ReadUntilDescribed(*call, PersonDn(4), "afterwards");
  EXPECT_EQ(replica_.content(), Truth());
}

TEST_F(SlapdSyncTest, ADirectoryThatStopsSaysSo) {
  StartWithSync();
  const auto call = Persist();
  ReadUntilRefreshed(*call);
  slapd_->Stop();
  for (v1::SyncResponse message; call->Read(message);) replica_.Apply(message);
  EXPECT_EQ(call->Finish().code, Code::kUnavailable);
  slapd_->Start();
}

TEST_F(SlapdSyncTest, ADirectoryWithoutSyncSaysSo) {
  Start({.people = 5});
  token_ = OpenAsAdmin();
  const CallEnd end = client_->Call(PeopleSync(v1::SyncRequest::MODE_REFRESH_ONLY), nullptr, {.token = token_});
  EXPECT_EQ(end.code, Code::kUnimplemented) << end;
  EXPECT_EQ(end.reason(), "UNAVAILABLE_CRITICAL_EXTENSION");
}

// One more, and slapd (16 threads) answers nothing else on this connection: it counts them among what executes. So the
// gateway refuses it.
TEST_F(SlapdSyncTest, SevenPersistingOnesLeaveTheLeaseUsable) {
  StartWithSync({.people = 5});
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (int i = 0; i < 7; ++i) {
    calls.push_back(Persist());
    ReadUntilRefreshed(*calls.back());
  }
  EXPECT_EQ(Persist()->Finish().reason(), "TOO_MANY_PERSISTING_SYNCS");
  Describe(PersonDn(1), "to all");
  for (const auto& call : calls) {
    replica_ = {};
    ReadUntilDescribed(*call, PersonDn(1), "to all");
  }
  EXPECT_GE(Truth().size(), 5u);
  const LogMark mark = slapd_->Mark();
  calls.clear();
  slapd_->WaitForLog("ABANDON msg=", 7, mark);
}

}  // namespace
}  // namespace dirlease::testing
