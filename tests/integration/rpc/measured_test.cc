// What the promises are worth, measured against a real directory and printed. Only generous bounds
// are asserted; the figures are for people.
#include <algorithm>
#include <chrono>

#include "support/daemon.h"
#include "support/timing.h"
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

using MeasuredTest = SlapdGatewayTest;

void Print(const char* what, std::vector<double> milliseconds) {
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double part) {
    return milliseconds[static_cast<size_t>(part * static_cast<double>(milliseconds.size() - 1))];
  };
  std::printf("%s, milliseconds: least %.2f, median %.2f, 90%% %.2f, most %.2f (%zu)\n", what,
              at(0), at(0.5), at(0.9), at(1), milliseconds.size());
}

TEST_F(MeasuredTest, FiftyCancelsAreFiftyAbandons) {
  Start({.people = 20'000});
  const std::string token = OpenAsAdmin();
  const LogMark mark = slapd_->Mark();
  v1::SearchRequest request = SearchUnder(kPeopleDn);
  request.set_auto_page_size(0);  // so that a request is always unanswered
  std::vector<double> milliseconds;
  for (size_t i = 1; i <= 50; ++i) {
    const auto call = client_->Start(request, {.token = token});
    int entries = 0;
    for (v1::SearchResponse message; entries < 10 && call->Read(message);) {
      entries += message.entries_size();
    }
    ASSERT_GE(entries, 10);
    const Moment start = Now();
    call->Cancel();
    slapd_->WaitForLog("ABANDON msg=", i, mark);
    milliseconds.push_back(MillisecondsSince(start));
    EXPECT_EQ(call->Finish().code, Code::kCancelled);
  }
  client_->Unbind(token);
  slapd_->WaitForLog(" UNBIND", 1, mark);
  EXPECT_EQ(slapd_->CountLog("ABANDON msg=", mark), 50u);
  Print("from a caller's cancel to ABANDON in slapd's log", milliseconds);
}

v1::OpenSessionRequest Admin() {
  return SimpleBindRequest(Slapd::admin_dn(), Slapd::admin_password());
}

std::vector<double> PointSearches(Client& client) {
  const std::string token = client.Open(Admin()).token();
  std::vector<double> milliseconds;
  for (int i = 0; i < 200; ++i) {
    v1::SearchRequest request;
    request.set_base_dn(kPeopleDn);
    request.set_filter("(uid=user." + std::to_string(i * 499) + ")");
    const Moment start = Now();
    EXPECT_EQ(RunSearch(client, request, token).all.entries_size(), 1);
    milliseconds.push_back(MillisecondsSince(start));
  }
  client.Unbind(token);
  return milliseconds;
}

// The daemon by itself, so that its memory is not the callers'.
TEST(Measured, ReadersWhoStopReadingCostBoundedMemoryAndNobodyElse) {
  constexpr size_t kReaders = 64;
  Slapd slapd({.people = 100'000});
  Daemon daemon({"--target=" + slapd.uri()});
  {
    Client client(daemon.address());
    Print("point search on a lease of its own", PointSearches(client));
    const double before = daemon.ResidentMegabytes();
    Client slow(daemon.address());
    std::vector<std::unique_ptr<ClientCall>> calls;
    v1::SearchRequest request;
    request.set_base_dn(kPeopleDn);
    for (size_t i = 0; i < kReaders; ++i) {
      calls.push_back(slow.Start(request, {.token = slow.Open(Admin()).token()}));
      v1::SearchResponse first;
      ASSERT_TRUE(calls.back()->Read(first));
    }
    Print("the same while 64 readers do not read", PointSearches(client));
    const double growth = daemon.ResidentMegabytes() - before;
    std::printf("%zu readers who do not read: %.1f MB more resident in the gateway\n", kReaders,
                growth);
#ifndef __SANITIZE_ADDRESS__  // it keeps freed memory
    EXPECT_LT(growth, 64);  // 64 times the high mark, and a message or two on their way each
#endif
    for (const auto& call : calls) call->Cancel();
  }
  EXPECT_EQ(daemon.Drain(), 0);
  slapd.AssertNoOpenConnections();
}

}  // namespace
}  // namespace dirlease::testing
