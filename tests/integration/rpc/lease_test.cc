// Leases in the log of a real directory: each one connection, one UNBIND, one close, however it
// ended.
#include <map>

#include "integration/rpc/slapd_gateway_test.h"
#include "ldap/connection.h"

namespace dirlease::testing {
namespace {

using SlapdLeaseTest = SlapdGatewayTest;

TEST_F(SlapdLeaseTest, EachEndsWithOneUnbindAndOneClose) {
  GatewayHarness::Options options;
  options.sessions.min_ttl = absl::Milliseconds(50);
  slapd_.emplace(SlapdOptions{.people = 50});
  options.targets = {TargetAt({slapd_->uri()})};
  gateway_.emplace(std::move(options));
  client_ = std::make_unique<Client>(gateway_->address());
  const LogMark mark = slapd_->Mark();
  constexpr size_t kEach = 5;
  for (size_t i = 0; i < kEach; ++i) {
    client_->Unbind(client_->Open().token());
    // In the midst of a search.
    const std::string busy = OpenAsAdmin();
    const auto call = client_->Start(SearchUnder(kSuffix), {.token = busy});
    v1::SearchResponse first;
    EXPECT_TRUE(call->Read(first));
    client_->Unbind(busy);
    // By idleness.
    v1::OpenSessionRequest request;
    request.mutable_ttl()->set_nanos(50'000'000);
    client_->Open(request);
    // A refused bind has a connection to end, too.
    client_->Call(SimpleBindRequest(PersonDn(1), "wrong"), nullptr);
  }
  OpenAsAdmin();  // by drain
  slapd_->WaitForLog(" UNBIND", 4 * kEach, mark);
  client_.reset();
  gateway_.reset();
  slapd_->AssertNoOpenConnections();
  slapd_->SyncLog();
  std::map<std::string, int> unbinds, closes;
  const auto count = [&](const std::string& pattern, std::map<std::string, int>& counts) {
    for (const std::string& line : slapd_->WaitForLog(pattern, 1, mark)) {
      const size_t start = line.find("conn=");
      ++counts[line.substr(start, line.find(' ', start) - start)];
    }
  };
  count(" UNBIND", unbinds);
  count(" closed", closes);
  EXPECT_EQ(unbinds.size(), 4 * kEach + 1);
  for (const auto& [connection, times] : unbinds) {
    EXPECT_EQ(times, 1) << connection;
    EXPECT_EQ(closes[connection], 1) << connection;
  }
}

TEST_F(SlapdLeaseTest, AKilledDirectoryLosesTheLeaseAndANewOneOpens) {
  Start({.people = 50});
  const std::string token = client_->Open().token();
  slapd_->Kill();
  gateway_->AwaitOnLoop([](SessionManager& manager) { return manager.size() == 0; });
  EXPECT_EQ(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token}).reason(), "SESSION_LOST");
  slapd_->Start();
  EXPECT_TRUE(Search(SearchUnder(kPeopleDn), client_->Open().token()).end.ok());
}

// slapd defers Abandons too when a connection has all the threads that it may have.
TEST_F(SlapdLeaseTest, AbandonsGoBeforeWhateverRuns) {
  Start({.people = 10'000});
  const std::string token = OpenAsAdmin();
  v1::SearchRequest request = SearchUnder(kSuffix);
  request.set_auto_page_size(0);
  const LogMark mark = slapd_->Mark();
  std::vector<std::unique_ptr<ClientCall>> calls;
  for (size_t i = 0; i < Connection::kMostExecuting; ++i) {
    calls.push_back(client_->Start(request, {.token = token}));
  }
  // Nobody reads, so none can come to its end.
  slapd_->WaitForLog(" SRCH .* scope=2 ", Connection::kMostExecuting, mark);
  for (const auto& call : calls) call->Cancel();
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token}).ok());
  slapd_->WaitForLog("ABANDON msg=", Connection::kMostExecuting, mark);
  EXPECT_EQ(slapd_->CountLog("SEARCH RESULT .*nentries=[0-9]{5}", mark), 0u) << "none came to its end";
}

TEST_F(SlapdLeaseTest, AFrozenDirectoryHoldsUpNobodyElse) {
  Start({.people = 50});
  const std::string token = client_->Open().token();
  slapd_->Freeze();
  const auto call = client_->Start(SearchUnder(kPeopleDn),
                                   {.token = token, .deadline = absl::Milliseconds(200)});
  EXPECT_EQ(call->Finish().code, Code::kDeadlineExceeded);
  EXPECT_TRUE(client_->Call(v1::KeepAliveRequest(), nullptr, {.token = token}).ok());
  slapd_->Thaw();
  slapd_->WaitForLog("ABANDON msg=");
  EXPECT_TRUE(Search(SearchUnder(kPeopleDn), token).end.ok());
}

}  // namespace
}  // namespace dirlease::testing
