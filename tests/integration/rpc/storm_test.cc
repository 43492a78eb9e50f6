// Everything at once through gRPC against a real slapd that is stopped and started: many callers on
// shared leases, who read, leave, cancel, abandon, run into deadlines and unbind. At the end
// nothing is left, here and there.
#include <chrono>
#include <map>
#include <thread>

#include "integration/rpc/slapd_gateway_test.h"
#include "support/storm.h"
#include "support/wait_for.h"

namespace dirlease::testing {
namespace {

constexpr int kPeople = 2'000;
constexpr int kCallers = 8;
constexpr int kMostLeases = 5;
constexpr int kRestarts = 3;
constexpr std::chrono::seconds kDuration{8};

class StormTest : public SlapdGatewayTest {
 protected:
  bool over() const { return std::chrono::steady_clock::now() - start_ > kDuration; }

  std::string SomeLease(Client& client, Dice& dice) {
    const auto leases = leases_.Get();
    if (leases.size() >= kMostLeases || (!leases.empty() && !dice.OneIn(5))) {
      return leases[static_cast<size_t>(dice.Roll(static_cast<int>(leases.size())))];
    }
    v1::OpenSessionRequest request = SimpleBindRequest(Slapd::admin_dn(), Slapd::admin_password());
    request.mutable_ttl()->set_nanos(100'000'000 + dice.Roll(800) * 1'000'000);
    CallOptions options;
    if (dice.OneIn(6)) options.deadline = absl::Milliseconds(1 + dice.Roll(20));
    v1::OpenSessionResponse opened;
    const CallEnd end = client.Call(request, &opened, options);
    if (!end.ok()) return "";
    leases_.Update([&](auto& all) { all.push_back(opened.token()); });
    return opened.token();
  }

  void Unbind(Client& client, const std::string& token, Dice& dice) {
    leases_.Update([&](auto& all) { std::erase(all, token); });
    v1::UnbindRequest request;
    if (dice.OneIn(2)) request.mutable_wait()->set_nanos(20'000'000);
    client.Call(request, nullptr, {.token = token});
  }

  // The entries that a stream brings are the next ones of the directory, whatever happens to it.
  static void ExpectInOrder(const v1::SearchResponse& message, int& next) {
    for (const v1::SearchEntry& entry : message.entries()) EXPECT_EQ(entry.dn(), PersonDn(next++));
  }

  CallEnd RunSearch(Client& client, const std::string& token, const std::string& id, Dice& dice) {
    v1::SearchRequest request = SearchUnder(kPeopleDn, "(uid=*)");
    request.set_operation_id(id);
    CallOptions options{.token = token, .deadline = {}};
    if (dice.OneIn(4)) options.deadline = absl::Milliseconds(1 + dice.Roll(100));
    const auto call = client.Start(request, options);
    const int leave_after = dice.OneIn(2) ? dice.Roll(6) : 1'000'000;
    int read = 0, next = 0;
    bool done = false;
    for (v1::SearchResponse message; call->Read(message); ++read) {
      ExpectInOrder(message, next);
      done = done || message.has_done();
      if (read != leave_after) continue;
      Leave(client, *call, token, id, dice);
      break;
    }
    // What was left unread is nobody's business any more.
    const CallEnd end = call->Finish();
    if (end.ok() && done) {
      EXPECT_EQ(next, kPeople);
    }
    return end;
  }

  void Leave(Client& client, ClientCall& call, const std::string& token, const std::string& id,
             Dice& dice) {
    if (dice.OneIn(3)) {
      v1::AbandonRequest abandon;
      abandon.set_operation_id(id);
      client.Call(abandon, nullptr, {.token = token});
      if (dice.OneIn(2)) call.Cancel();
    } else if (dice.OneIn(4)) {
      Unbind(client, token, dice);
    } else {
      call.Cancel();
    }
  }

  void RunCaller(uint32_t seed, int number) {
    Dice dice(seed);
    auto client = std::make_unique<Client>(gateway_->address());
    while (!over()) {
      steps_.Update([](int& steps) { ++steps; });
      const std::string token = SomeLease(*client, dice);
      if (token.empty()) continue;
      const CallEnd end = RunSearch(*client, token, "caller-" + std::to_string(number), dice);
      ends_.Update([&](auto& ends) { ++ends[end.ok() ? "OK" : end.reason()]; });
      if (end.code == Code::kUnauthenticated) {
        leases_.Update([&](auto& all) { std::erase(all, token); });
      }
      if (dice.OneIn(10)) Unbind(*client, token, dice);
      if (dice.OneIn(20)) {
        // The connection breaks under a running search.
        const auto call = client->Start(SearchUnder(kPeopleDn), {.token = token});
        client->BreakConnection();
        call->Finish();
        client = std::make_unique<Client>(gateway_->address());
      }
    }
    // Nobody waits for steps that do not come any more.
    steps_.Update([](int& steps) { steps += 1'000'000; });
  }

  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Watched<std::vector<std::string>> leases_;
  Watched<int> steps_;
  Watched<std::map<std::string, int>> ends_;
};

TEST_F(StormTest, EndsWithNothing) {
  const uint32_t seed = StormSeed();
  slapd_.emplace(SlapdOptions{.people = kPeople});
  GatewayHarness::Options options;
  options.targets = {TargetAt({slapd_->uri()})};
  options.sessions.min_ttl = absl::Milliseconds(50);
  options.sessions.max_age = absl::Seconds(2);
  gateway_.emplace(std::move(options));

  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([this, seed, i] { RunCaller(seed + static_cast<uint32_t>(i), i); });
  }
  for (int restart = 0; restart < kRestarts && !over(); ++restart) {
    const int next = steps_.Get() + 60;
    EXPECT_TRUE(steps_.WaitFor([next](int steps) { return steps >= next; }));
    if (restart % 2 == 0) {
      slapd_->Kill();
      slapd_->Start();
    } else {
      slapd_->Restart();
    }
  }
  for (std::thread& caller : callers) caller.join();
  std::printf("searches by their end:");
  for (const auto& [reason, count] : ends_.Get()) std::printf(" %s %d", reason.c_str(), count);
  std::printf("\n");
  EXPECT_GT(ends_.Get()["OK"], 0);
}

}  // namespace
}  // namespace dirlease::testing
