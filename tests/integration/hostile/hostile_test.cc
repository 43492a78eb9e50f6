#include "integration/hostile/hostile_test.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "support/limits.h"
#include "support/sample_people.h"
#include "support/timing.h"

namespace dirlease::testing {

namespace {

constexpr int kCallsAlone = 100;
constexpr int kCallsBeside = 50;  // at least

double Part(std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

std::string Summary(std::vector<double> milliseconds) {
  std::sort(milliseconds.begin(), milliseconds.end());
  char text[100];
  std::snprintf(text, sizeof text, "%.2f, %.2f, %.2f", Part(milliseconds, 0.5),
                Part(milliseconds, 0.99), milliseconds.back());
  return text;
}

double CpuMilliseconds(pid_t pid) {
  double nanoseconds = 0;
  const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
    double run = 0;
    std::ifstream(task.path() / "schedstat") >> run;
    nanoseconds += run;
  }
  return nanoseconds / 1e6;
}

size_t DescriptorsOf(pid_t pid) {
  std::error_code gone;
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd", gone);
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

// Each of his calls must bring its one entry. Call is thread-safe.
class HostileTest::Victim {
 public:
  Victim(const std::string& address, int people)
      : address_(address),
        client_(std::make_unique<Client>(address)),
        token_(client_->Open(SimpleBindRequest(Slapd::admin_dn(), Slapd::admin_password())).token()),
        people_(people) {}
  ~Victim() {
    if (!token_.empty()) client_->Unbind(token_);
  }

  // Nobody may be calling.
  void Reconnect() { client_ = std::make_unique<Client>(address_); }
  double Call() {
    const int person = next_++ % people_;
    v1::SearchRequest request;
    request.set_base_dn(kPeopleDn);
    request.set_filter("(uid=user." + std::to_string(person) + ")");
    const Moment start = Now();
    const SearchOutcome outcome = RunSearch(*client_, request, token_);
    const double milliseconds = MillisecondsSince(start);
    EXPECT_TRUE(outcome.end.ok()) << "the victim's call failed: " << outcome.end;
    EXPECT_EQ(outcome.all.entries_size(), 1);
    return milliseconds;
  }
  std::vector<double> Calls(int count) {
    std::vector<double> milliseconds;
    while (count-- > 0) milliseconds.push_back(Call());
    return milliseconds;
  }
  // As long as `attack` lasts, and some more if that was too short.
  std::vector<double> CallsBeside(const std::function<void()>& attack) {
    std::atomic<bool> over = false;
    std::vector<double> milliseconds;
    std::thread thread([&] {
      while (!over || milliseconds.size() < kCallsBeside) milliseconds.push_back(Call());
    });
    attack();
    over = true;
    thread.join();
    return milliseconds;
  }

 private:
  const std::string address_;
  std::unique_ptr<Client> client_;
  const std::string token_;
  const int people_;
  std::atomic<int> next_ = 0;
};

HostileTest::HostileTest() = default;
HostileTest::~HostileTest() = default;

void HostileTest::Start(std::vector<std::string> flags, int people) {
  slapd_.emplace(SlapdOptions{.people = people});
  flags.insert(flags.begin(), "--target=" + slapd_->uri());
  daemon_.emplace(flags);
  victim_ = std::make_unique<Victim>(address(), people);
  victim_->Calls(kCallsAlone);
  descriptors_ = Descriptors();
}

void HostileTest::UnderAttack(const char* name, const std::function<void()>& attack) {
  const std::vector<double> alone = victim_->Calls(kCallsAlone);
  const double memory = daemon_->ResidentMegabytes();
  const double cpu = CpuMilliseconds(daemon_->pid());
  const Moment start = Now();
  const std::vector<double> beside = victim_->CallsBeside(attack);
  const double milliseconds = MillisecondsSince(start);
  std::printf("| %s | %s | %s (%zu) | %.0f | %.0f | %+.1f |\n", name, Summary(alone).c_str(),
              Summary(beside).c_str(), beside.size(), milliseconds,
              CpuMilliseconds(daemon_->pid()) - cpu, daemon_->ResidentMegabytes() - memory);
  std::fflush(stdout);
}

void HostileTest::ReconnectVictim() { victim_->Reconnect(); }

size_t HostileTest::Descriptors() const { return DescriptorsOf(daemon_->pid()); }

std::string HostileTest::OpenLease(Client& client, const std::string& target) {
  v1::OpenSessionRequest request =
      SimpleBindRequest(Slapd::admin_dn(), Slapd::admin_password());
  request.set_target(target);
  return client.Open(request).token();
}

void HostileTest::Await(const char* what, const std::function<bool()>& condition) {
  const Moment limit = Now() + kSafetyLimit;
  while (!condition()) {
    if (Now() > limit) FAIL() << what << " did not come";
    victim_->Call();
  }
}

void HostileTest::ExpectNothingLeft() {
  // gRPC closes some a moment later.
  Await("the descriptors' end", [this] { return Descriptors() <= descriptors_ + 2; });
  std::printf("descriptors %zu, then %zu; resident at the end %.1f MB\n", descriptors_,
              Descriptors(), daemon_->ResidentMegabytes());
  victim_.reset();
  EXPECT_EQ(daemon_->Drain(), 0);
  const LogLines& log = daemon_->log();
  EXPECT_EQ(log.Matching("\"event\":\"lease opened\"").size(),
            log.Matching("\"event\":\"lease ended\"").size());
  slapd_->AssertNoOpenConnections();
}

std::string SearchMessage(const std::string& filter, const std::string& base_dn) {
  v1::SearchRequest request;
  request.set_base_dn(base_dn.empty() ? kPeopleDn : base_dn);
  request.set_filter(filter);
  return request.SerializeAsString();
}

}  // namespace dirlease::testing
