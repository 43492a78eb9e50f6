// Figures of tests/bench/README.md: the gateway beside libldap without it, in one run, in turns. Nothing is asserted;
// whoever runs it reads the table. Run it on an idle machine. With words as arguments only these: streams, points,
// cancels, idle, readers.
#include <atomic>
#include <cstdio>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "bench/contender.h"
#include "bench/figures.h"
#include "bench/process_cost.h"
#include "support/daemon.h"
#include "support/grpc/client.h"
#include "support/sample_people.h"
#include "support/slapd.h"

namespace dirlease::bench {
namespace {

constexpr int kPeople = 10'000;
constexpr int kRounds = 9;
constexpr int kPointSearches = 1000;
constexpr int kCancels = 200;
constexpr int kIdleLeases = 1000;
constexpr size_t kSlowReaders = 64;

const std::string kAll = "(objectClass=inetOrgPerson)";

// One side of a comparison: how fast, and what it cost the gateway and the directory.
struct Side {
  Figures rate, gateway_us, directory_us;
};

class Bench {
 public:
  // Empty = everything.
  void Run(const std::set<std::string>& wanted) {
    const auto wants = [&wanted](const char* name) { return wanted.empty() || wanted.count(name) > 0; };
    std::printf("| what | figure |\n| --- | --- |\n");
    if (wants("streams")) CompareStreams();
    if (wants("points")) ComparePointSearches();
    if (wants("cancels")) MeasureCancels();
    if (wants("idle")) MeasureIdleLeases(daemon_, "plaintext");
    if (wants("idle")) MeasureIdleLeasesOverTls();
    if (wants("readers")) MeasureSlowReaders();
    daemon_.Drain();
  }

 private:
  static std::unique_ptr<Contender> Direct(const testing::Slapd& slapd) {
    return DirectLibldap(slapd.uri(), testing::Slapd::admin_dn(), testing::Slapd::admin_password());
  }
  static std::unique_ptr<Contender> Through(const testing::Daemon& daemon) {
    return ThroughGateway(daemon.address(), testing::Slapd::admin_dn(),
                          testing::Slapd::admin_password());
  }

  // `count` things done by `work`, which returns how many were done.
  template <typename Work>
  void Measure(Side& side, Work work) {
    const double gateway = CpuMicroseconds(daemon_.pid());
    const double directory = CpuMicroseconds(slapd_.pid());
    const Stopwatch watch;
    const double done = work();
    side.rate.Add(done / watch.Seconds());
    side.gateway_us.Add((CpuMicroseconds(daemon_.pid()) - gateway) / done);
    side.directory_us.Add((CpuMicroseconds(slapd_.pid()) - directory) / done);
  }

  template <typename Work>
  void Compare(const char* thing, Work work) {
    const auto direct = Direct(slapd_);
    const auto through = Through(daemon_);
    work(*direct);
    work(*through);
    Side without, with;
    for (int round = 0; round < kRounds; ++round) {
      Measure(without, [&] { return work(*direct); });
      Measure(with, [&] { return work(*through); });
    }
    std::printf("| %s/s, libldap itself | %.0f (%.0f to %.0f) |\n", thing, without.rate.median(),
                without.rate.At(0), without.rate.At(1));
    std::printf("| %s/s, through the gateway | %.0f (%.0f to %.0f) |\n", thing, with.rate.median(),
                with.rate.At(0), with.rate.At(1));
    std::printf("| ratio | %.2f |\n", with.rate.median() / without.rate.median());
    std::printf("| gateway CPU per one, us | %.2f (%.2f to %.2f) |\n", with.gateway_us.median(),
                with.gateway_us.At(0), with.gateway_us.At(1));
    std::printf("| directory CPU per one, us: libldap itself, gateway | %.2f, %.2f |\n",
                without.directory_us.median(), with.directory_us.median());
  }

  void CompareStreams() {
    Compare("entries of a search of 10,000", [](Contender& contender) {
      return static_cast<double>(contender.Search(testing::kPeopleDn, kAll));
    });
  }

  void ComparePointSearches() {
    Compare("point searches, one at a time,", [](Contender& contender) {
      double found = 0;
      for (int i = 0; i < kPointSearches; ++i) {
        found += contender.Search(testing::kPeopleDn, "(uid=user." + std::to_string(i * 7) + ")");
      }
      return found;
    });
  }

  // While another lease streams without end.
  void MeasureCancels() {
    testing::Client loud(daemon_.address()), client(daemon_.address());
    const std::string loud_token = loud.Open(Admin()).token(), token = client.Open(Admin()).token();
    std::atomic<bool> over = false;
    std::thread load([&] {
      while (!over) testing::RunSearch(loud, SearchOfAll(), loud_token);
    });
    v1::SearchRequest request = SearchOfAll();
    request.set_auto_page_size(0);  // so that a request is always unanswered
    const testing::LogMark mark = slapd_.Mark();
    Figures milliseconds;
    for (size_t i = 1; i <= kCancels; ++i) {
      const auto call = client.Start(request, {.token = token, .deadline = {}});
      for (v1::SearchResponse first; first.entries_size() == 0 && call->Read(first);) {
      }
      const Stopwatch watch;
      call->Cancel();
      slapd_.WaitForLog("ABANDON msg=", i, mark);
      milliseconds.Add(watch.Seconds() * 1000);
      call->Finish();
    }
    over = true;
    load.join();
    client.Unbind(token);
    loud.Unbind(loud_token);
    std::printf("| %d cancels under load: ABANDONs in slapd's log | %zu |\n", kCancels,
                slapd_.CountLog("ABANDON msg=", mark));
    PrintMilliseconds("from a cancel to that line", milliseconds);
  }

  static void MeasureIdleLeases(const testing::Daemon& daemon, const char* kind) {
    testing::Client client(daemon.address());
    client.Unbind(client.Open(Admin()).token());
    const double before = ResidentKibibytes(daemon.pid());
    std::vector<std::string> tokens;
    for (int i = 0; i < kIdleLeases; ++i) tokens.push_back(client.Open(Admin()).token());
    const double after = ResidentKibibytes(daemon.pid());
    std::printf("| memory per idle %s lease of %d, KiB | %.1f |\n", kind, kIdleLeases,
                (after - before) / kIdleLeases);
    for (const std::string& token : tokens) client.Unbind(token);
  }
  static void MeasureIdleLeasesOverTls() {
    testing::Slapd slapd({.people = 1, .tls = true});
    testing::Daemon daemon({"--target=ldaps://127.0.0.1:" + std::to_string(slapd.ldaps_port()),
                            "--target-ca=" + slapd.ca_file()});
    MeasureIdleLeases(daemon, "TLS");
    daemon.Drain();
  }

  void MeasureSlowReaders() {
    testing::Slapd slapd({.people = 100'000});
    testing::Daemon daemon({"--target=" + slapd.uri()});
    auto point = Through(daemon);
    PrintMilliseconds("point search beside nobody", PointSearches(*point));
    const double before = ResidentKibibytes(daemon.pid());
    testing::Client slow(daemon.address());
    std::vector<std::unique_ptr<testing::ClientCall>> calls;
    for (size_t i = 0; i < kSlowReaders; ++i) {
      calls.push_back(slow.Start(SearchOfAll(), {.token = slow.Open(Admin()).token(), .deadline = {}}));
      v1::SearchResponse first;
      calls.back()->Read(first);
    }
    PrintMilliseconds("point search beside 64 readers of 100,000 entries who do not read",
                      PointSearches(*point));
    std::printf("| growth of the gateway with those readers, MiB | %.1f |\n",
                (ResidentKibibytes(daemon.pid()) - before) / 1024);
    for (const auto& call : calls) call->Cancel();
    calls.clear();
    point.reset();
    daemon.Drain();
  }

  static Figures PointSearches(Contender& contender) {
    Figures milliseconds;
    for (int i = 0; i < kPointSearches; ++i) {
      const Stopwatch watch;
      contender.Search(testing::kPeopleDn, "(uid=user." + std::to_string(i * 7) + ")");
      milliseconds.Add(watch.Seconds() * 1000);
    }
    return milliseconds;
  }

  static void PrintMilliseconds(const char* what, const Figures& figures) {
    std::printf("| %s, ms: median, p99, most | %.2f, %.2f, %.2f |\n", what, figures.median(),
                figures.At(0.99), figures.At(1));
  }

  static v1::OpenSessionRequest Admin() {
    return testing::SimpleBindRequest(testing::Slapd::admin_dn(), testing::Slapd::admin_password());
  }
  static v1::SearchRequest SearchOfAll() {
    v1::SearchRequest request;
    request.set_base_dn(testing::kPeopleDn);
    request.set_filter(kAll);
    return request;
  }

  testing::Slapd slapd_{{.people = kPeople}};
  testing::Daemon daemon_{{"--target=" + slapd_.uri()}};
};

}  // namespace
}  // namespace dirlease::bench

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  dirlease::bench::Bench().Run({argv + 1, argv + argc});
}
