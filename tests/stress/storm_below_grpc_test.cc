// Everything at once below gRPC, for ThreadSanitizer above all: the real loop, connector and
// libldap against a scripted directory, with the calls' state machines and threads that play gRPC
// and its callers. Leases are shared by all callers; they open, search, run pipelines, read, stall, cancel,
// abandon and unbind, leases grow by further connections and grow old, and the directory resets its connections.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/epoll_event_loop.h"
#include "ldap/libldap/libldap_init.h"
#include "ldap/target_connector.h"
#include "support/fake_directory.h"
#include "support/leak_check.h"
#include "support/storm.h"
#include "support/storm_pipeline.h"
#include "support/storm_search.h"
#include "support/wait_for.h"

namespace dirlease::testing {
namespace {

// Of one search, together more than a stream holds for a reader who does not read.
constexpr int kEntries = 300;
constexpr size_t kEntryOctets = 2000;
constexpr int kCallers = 8;
constexpr int kMostLeases = 6;
constexpr size_t kConnectionsPerLease = 3;
constexpr std::chrono::seconds kDuration{4};
constexpr std::chrono::seconds kLongest{60};

// How often a lease grew.
struct Growth final : Telemetry {
  void OnConnectionAdded(const Session::Facts&) override {
    added.Update([](int& count) { ++count; });
  }
  Watched<int> added;
};

class Storm {
 public:
  explicit Storm(uint32_t seed) : seed_(seed) {
    InitialiseLibldap();
    // libprotobuf is not built for ThreadSanitizer, which does not see what orders the pool's making before its first use.
    google::protobuf::DescriptorPool::generated_pool();
    TargetConfig target;
    target.name = "default";
    for (const FakeDirectory* directory : {&first_, &second_}) {
      target.uris.push_back(ParseLdapUri(directory->uri()).value());
    }
    target.most_connections = kConnectionsPerLease;
    SessionManager::Options options;
    options.min_ttl = absl::Milliseconds(50);
    options.max_age = absl::Milliseconds(700);
    options.stall_deadline = absl::Milliseconds(150);
    options.budget_octets = 512 * 1024;
    options.telemetry = &growth_;
    OnLoop([&] {
      manager_ = std::make_unique<SessionManager>(loop_, connector_, options,
                                                  std::vector<TargetConfig>{target});
      manager_->StartProbing([](bool) {});
    });
  }
  ~Storm() {
    Watched<bool> drained;
    OnLoop([&] {
      manager_->Drain(absl::ZeroDuration(),
                      [&] { drained.Update([](bool& done) { done = true; }); });
      manager_->EndGrace();
    });
    EXPECT_TRUE(drained.WaitFor([](bool done) { return done; }));
    OnLoop([&] {
      EXPECT_TRUE(manager_->idle());
      EXPECT_EQ(manager_->size(), 0u);
      EXPECT_EQ(manager_->budget().used(), 0u);
      manager_.reset();
    });
    loop_.Stop();
    for (FakeDirectory* directory : {&first_, &second_}) {
      directory->AwaitNoConnections();
      CheckRequests(*directory);
    }
  }

  void Run() {
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) callers.emplace_back([this, i] { RunCaller(i); });
    Dice dice(seed_);
    while (!over()) {
      const int next = callers_steps_.Get() + 40;
      ASSERT_TRUE(callers_steps_.WaitFor([next](int steps) { return steps >= next; }));
      ResetSome(dice);
    }
    for (std::thread& caller : callers) caller.join();
    Print("searches", ends_.Get());
    Print("pipelines", pipeline_ends_.Get());
    std::printf("connections: %zu, %d of them added to leases\n",
                first_.accepted_connections() + second_.accepted_connections(), growth_.added.Get());
    EXPECT_GT(growth_.added.Get(), 0);
    EXPECT_TRUE(ends_.Get().contains(0));
    EXPECT_TRUE(pipeline_ends_.Get().contains(0));
  }

 private:
  static void Print(const char* what, const std::map<int, int>& ends) {
    std::printf("%s by status code:", what);
    for (const auto& [code, count] : ends) std::printf(" %d: %d", code, count);
    std::printf("\n");
  }
  static AutoAnswers Answers() {
    AutoAnswers answers = AutoAnswers::All(kEntries);
    answers.entry_value_octets = kEntryOctets;
    return answers;
  }
  // Where the machine is so busy that leases grow old before anything on them ends, the storm goes on until one of each
  // was in time and one lease grew.
  bool over() const {
    const auto lasted = std::chrono::steady_clock::now() - start_;
    const bool enough = ends_.Get().contains(0) && pipeline_ends_.Get().contains(0) && growth_.added.Get() > 0;
    return lasted > kDuration && (enough || lasted > kLongest);
  }

  void OnLoop(EventLoop::Task task) {
    Watched<bool> done;
    loop_.Post([&] {
      task();
      done.Update([](bool& value) { value = true; });
    });
    if (!done.WaitFor([](bool value) { return value; })) abort();
  }

  // What a restart means for the gateway: connections are gone, and from half time on the first
  // address refuses.
  void ResetSome(Dice& dice) {
    FakeDirectory& directory = dice.OneIn(2) ? first_ : second_;
    const size_t count = directory.accepted_connections();
    for (size_t i = 0; i < count; ++i) {
      if (dice.OneIn(4)) directory.Reset(i);
    }
    if (std::chrono::steady_clock::now() - start_ > kDuration / 2) first_.StopListening();
  }

  std::string Open(Dice& dice) {
    OpenRequest request;
    request.bind.name = "cn=storm";
    request.bind.password = Secret("storm-password");
    request.ttl = absl::Milliseconds(50 + dice.Roll(500));
    const bool cancel = dice.OneIn(8);
    auto answer = std::make_shared<Watched<std::optional<std::string>>>();
    loop_.Post([this, cancel, answer, request = std::move(request)]() mutable {
      const auto tell = [answer](OpenResult result) {
        const auto* opened = std::get_if<OpenedLease>(&result);
        answer->Update([&](auto& token) { token = opened ? opened->token.Reveal() : ""; });
      };
      const auto ticket = manager_->Open({}, std::move(request), tell);
      if (!cancel) return;
      manager_->CancelOpen(ticket);
      answer->Update([](auto& token) { token = ""; });
    });
    EXPECT_TRUE(answer->WaitFor([](const auto& token) { return token.has_value(); }));
    return *answer->Get();
  }

  std::string SomeLease(Dice& dice) {
    const auto leases = leases_.Get();
    if (leases.size() >= kMostLeases || (!leases.empty() && !dice.OneIn(5))) {
      return leases[static_cast<size_t>(dice.Roll(static_cast<int>(leases.size())))];
    }
    const std::string token = Open(dice);
    if (!token.empty()) leases_.Update([&](auto& all) { all.push_back(token); });
    return token;
  }

  void Unbind(const std::string& token, absl::Duration wait) {
    leases_.Update([&](auto& all) { std::erase(all, token); });
    Watched<bool> answered;
    loop_.Post([&] {
      manager_->Unbind({}, token, wait, [&](Outcome<SessionManager::Unbound>) {
        answered.Update([](bool& value) { value = true; });
      });
    });
    EXPECT_TRUE(answered.WaitFor([](bool value) { return value; }));
  }

  void Abandon(const std::string& token, const std::string& id) {
    loop_.Post([this, token, id] {
      const auto session = manager_->Find({}, token);
      if (session.ok()) session.value()->Abandon(id);
    });
  }

  void RunSearch(Dice& dice, const std::string& token, const std::string& id) {
    StormSearch search(loop_, *manager_, token, id, kEntries);
    const int leave_after = dice.OneIn(3) ? dice.Roll(4) : 1000;
    for (int read = 0; search.AwaitMessage(); ++read) {
      if (read < leave_after) {
        search.TakeMessage();
        continue;
      }
      switch (dice.Roll(5)) {
        case 0:
          Abandon(token, id);
          search.AwaitFinish();
          break;
        case 1:
          Unbind(token, absl::ZeroDuration());
          break;
        case 2:
          search.AwaitFinish();  // stalls until somebody has enough of it
          break;
        case 3:
          Abandon(token, id);
          [[fallthrough]];
        default:
          search.Cancel();
      }
      search.AwaitFinish();
    }
    if (dice.OneIn(4)) search.Cancel();  // after the end
    ends_.Update([&](auto& ends) { ++ends[search.code()]; });
    // A lease that is gone is nobody's any more.
    if (search.code() == 16) leases_.Update([&](auto& all) { std::erase(all, token); });
  }

  void RunPipeline(Dice& dice, const std::string& token) {
    StormPipeline pipeline(loop_, *manager_, token);
    uint64_t last_id = 0;
    int to_send = dice.Roll(5);
    const int leave_after = dice.OneIn(3) ? dice.Roll(8) : 1000;
    for (int step = 0; pipeline.AwaitTurn(); ++step) {
      if (step == leave_after) {
        const int way = dice.Roll(3);
        if (way == 0) Unbind(token, absl::ZeroDuration());
        if (way == 1) pipeline.Cancel();
        pipeline.AwaitFinish();  // else until somebody has enough of it
      } else if (pipeline.has_message()) {
        pipeline.TakeMessage();
      } else if (to_send-- > 0) {
        pipeline.Send(SomePipelineCalls(dice, last_id));
      } else {
        pipeline.HalfClose();
      }
    }
    if (dice.OneIn(4)) pipeline.Cancel();  // after the end
    pipeline_ends_.Update([&](auto& ends) { ++ends[pipeline.code()]; });
    if (pipeline.code() == 16) leases_.Update([&](auto& all) { std::erase(all, token); });
  }

  void RunCaller(int number) {
    Dice dice(seed_ + 1 + static_cast<uint32_t>(number));
    for (int step = 0; !over(); ++step) {
      callers_steps_.Update([](int& steps) { ++steps; });
      const std::string token = SomeLease(dice);
      if (token.empty()) continue;
      const std::string id = "caller-" + std::to_string(number);
      if (dice.OneIn(12)) {
        StormSearch unread(loop_, *manager_, token, id + "-b", kEntries);
        unread.Cancel();
      }
      if (dice.OneIn(3)) {
        RunPipeline(dice, token);
      } else {
        RunSearch(dice, token, id);
      }
      if (dice.OneIn(10)) Unbind(token, absl::Milliseconds(dice.Roll(30)));
    }
    // The other one's waiting must not outlast the callers.
    callers_steps_.Update([](int& steps) { steps += 1000; });
  }

  // What the directory saw, connection by connection: nothing abandoned twice or that was never
  // asked, one unbind and nothing after it, nothing half.
  static void CheckRequests(const FakeDirectory& directory) {
    for (size_t i = 0; i < directory.accepted_connections(); ++i) {
      std::set<int> asked, abandoned;
      int unbinds = 0;
      for (const DirectoryRequest& request : directory.Requests(i)) {
        EXPECT_EQ(unbinds, 0) << "a request after the unbind";
        if (request.kind == FakeDirectory::Kind::kUnbind) ++unbinds;
        if (request.kind != FakeDirectory::Kind::kAbandon) {
          EXPECT_TRUE(asked.insert(request.message_id).second);
          continue;
        }
        EXPECT_TRUE(asked.count(request.abandoned_id));
        EXPECT_TRUE(abandoned.insert(request.abandoned_id).second) << "abandoned twice";
      }
      EXPECT_LE(unbinds, 1);
      EXPECT_EQ(directory.HalfRequestOctets(i), 0u);
    }
  }

  const uint32_t seed_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  LeakCheck leaks_;
  FakeDirectory first_{Answers()};
  FakeDirectory second_{Answers()};
  SteadyClock clock_;
  EpollEventLoop loop_{"storm", clock_};
  TargetConnector connector_{loop_};
  Growth growth_;
  std::unique_ptr<SessionManager> manager_;
  Watched<std::vector<std::string>> leases_;
  Watched<int> callers_steps_;
  Watched<std::map<int, int>> ends_;  // of searches
  Watched<std::map<int, int>> pipeline_ends_;
};

TEST(StormBelowGrpc, EndsWithNothing) {
  Storm storm(StormSeed());
  storm.Run();
}

}  // namespace
}  // namespace dirlease::testing
