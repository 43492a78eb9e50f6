// `dirlease bench` against a scripted gateway: what it calls and what it says, never how fast.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "cli/bench/latencies.h"
#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class BenchCommand : public ::testing::Test {
 protected:
  ClientRun Run(std::vector<std::string> arguments) {
    Interrupts interrupts;
    return Run(std::move(arguments), interrupts);
  }
  ClientRun Run(std::vector<std::string> arguments, Interrupts& interrupts) {
    arguments.insert(arguments.begin(), {"--address", gateway_.address, "bench"});
    return RunClient(std::move(arguments), interrupts);
  }

  FakeGateway gateway_;
};

TEST_F(BenchCommand, MakesTheCallsOnItsLeasesAndUnbindsThem) {
  gateway_.token_in_header = "token";
  const ClientRun run = Run({"--leases", "3", "--count", "50", "-D", "cn=me", "-w", "s3cret!"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("whoami: 8 calls at once on 3 leases\n"), HasSubstr("no warm-up"),
                    HasSubstr("calls           50   "), HasSubstr("latency ms      p50 "),
                    HasSubstr("   p99.9 "), HasSubstr("   max "), HasSubstr("\n  50 OK\n")));
  EXPECT_THAT(run.out, Not(HasSubstr("entries")));
  EXPECT_THAT(gateway_.opened, SizeIs(3));
  for (const auto& opened : gateway_.opened)
    EXPECT_EQ(opened.credentials().simple().password(), "s3cret!");
  EXPECT_THAT(gateway_.unbound, SizeIs(3));
  EXPECT_THAT(gateway_.leases, SizeIs(53));
}

TEST_F(BenchCommand, CountsEntriesOfSearches) {
  gateway_.search_script = [](grpc::ServerWriter<v1::SearchResponse>& writer) {
    v1::SearchResponse message;
    message.add_entries()->set_continued(true);
    message.add_entries();
    message.add_entries();
    message.mutable_done();
    writer.Write(message);
    return grpc::Status::OK;
  };
  const ClientRun run = Run({"--kind=stream", "--count=10", "--concurrency=2", "-b", "dc=x",
                             "(cn=a)", "sn", "--output=json"});
  EXPECT_THAT(run.out, ::testing::MatchesRegex(
                           R"(\{"kind":"stream","leases":1,"concurrency":2,"seconds":[0-9.]+,)"
                           R"("calls":10,"calls_per_second":[0-9.]+,"entries":20,)"
                           R"("entries_per_second":[0-9.]+,"latency_ms":\{"p50":[0-9.]+,"p90":.*,)"
                           R"("max":[0-9.]+\},"first_entry_ms":\{.*\},"statuses":\{"OK":10\},)"
                           R"("cut_off":0\})"
                           "\n"));
  EXPECT_EQ(gateway_.search.base_dn(), "dc=x");
  EXPECT_EQ(gateway_.search.filter(), "(cn=a)");
  EXPECT_THAT(Run({"--kind=search", "--count=1"}).out,
              AllOf(HasSubstr("entries         2 "), Not(HasSubstr("first entry"))));
}

TEST_F(BenchCommand, SearchesThroughOneStreamOfEachLease) {
  const ClientRun run =
      Run({"--kind=pipeline", "--count=100", "--concurrency=8", "--leases=2", "-b", "dc=x", "(cn=a)"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("pipeline: 8 calls at once on 2 leases\n"), HasSubstr("\n  100 OK\n"),
                             HasSubstr("entries         100 ")));
  EXPECT_THAT(gateway_.unbound, SizeIs(2));
}

TEST_F(BenchCommand, SaysWhyAStreamFailed) {
  gateway_.status = LdapFailure(grpc::StatusCode::UNAVAILABLE, "BUSY", 51, "busy");
  const ClientRun run = Run({"--kind=pipeline", "--count=10"});
  EXPECT_EQ(run.exit_status, 51);
  EXPECT_THAT(run.out, HasSubstr("\n  8 UNAVAILABLE BUSY\n"));
}

TEST_F(BenchCommand, ComparesWhatItIsTold) {
  EXPECT_EQ(Run({"--kind=compare", "--count=1", "cn=a", "sn:b"}).exit_status, 0);
  EXPECT_EQ(gateway_.compare.dn(), "cn=a");
  EXPECT_EQ(gateway_.compare.value(), "b");
  EXPECT_EQ(Run({"--kind=compare", "--count=1", "cn=a"}).exit_status, 2);
}

TEST_F(BenchCommand, OpensAndUnbindsEachTime) {
  const ClientRun run = Run({"--kind=open", "--count=7", "--concurrency=2"});
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("each unbound after its latency was taken"), HasSubstr("  7 OK\n")));
  EXPECT_THAT(gateway_.opened, SizeIs(7));
  EXPECT_THAT(gateway_.unbound, SizeIs(7));
}

TEST_F(BenchCommand, SaysFailuresByStatusAndGivesUpOnAGatewayInTrouble) {
  gateway_.status = LdapFailure(grpc::StatusCode::UNAVAILABLE, "BUSY", 51, "busy");
  const ClientRun run = Run({"--concurrency=1", "--count=1000"});
  EXPECT_EQ(run.exit_status, 51);
  EXPECT_THAT(run.out, AllOf(HasSubstr("\n  100 UNAVAILABLE BUSY\n"), Not(HasSubstr("latency")),
                             HasSubstr("1 of 1 callers gave up")));
  EXPECT_THAT(run.err, HasSubstr("a call failed: it did not work"));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(BenchCommand, CtrlCEndsItWithAReportAndUnbinds) {
  Interrupts interrupts;
  gateway_.search_script = [&interrupts](grpc::ServerWriter<v1::SearchResponse>& writer) {
    interrupts.Raise(SIGINT);
    while (writer.Write(v1::SearchResponse())) {
    }
    return grpc::Status::CANCELLED;
  };
  const ClientRun run = Run({"--kind=search", "--concurrency=1", "--count=1000"}, interrupts);
  EXPECT_EQ(run.exit_status, 128 + SIGINT);
  EXPECT_THAT(run.out, AllOf(HasSubstr("calls           0 "),
                             HasSubstr("not counted: 1 calls that Ctrl-C cut off")));
  EXPECT_THAT(gateway_.unbound, SizeIs(1));
}

TEST_F(BenchCommand, NamedLeaseIsKeptAndIsTheOnlyOne) {
  EXPECT_EQ(Run({"--lease", "mine", "--count=2"}).exit_status, 0);
  EXPECT_THAT(gateway_.opened, IsEmpty());
  EXPECT_THAT(gateway_.unbound, IsEmpty());
  EXPECT_EQ(Run({"--lease", "mine", "--leases", "2"}).exit_status, 2);
  EXPECT_EQ(Run({"--lease", "mine", "--kind=open"}).exit_status, 2);
}

TEST(LatenciesPercentile, IsTheNearestRank) {
  Latencies latencies;
  for (int i = 1000; i >= 1; --i) latencies.Add(std::chrono::microseconds(i * 10));
  latencies.Sort();
  EXPECT_DOUBLE_EQ(latencies.Percentile(50), 5.0);
  EXPECT_DOUBLE_EQ(latencies.Percentile(99), 9.9);
  EXPECT_DOUBLE_EQ(latencies.Percentile(99.9), 9.99);
  EXPECT_DOUBLE_EQ(latencies.Percentile(100), 10.0);
  Latencies one;
  one.Add(std::chrono::milliseconds(3));
  one.Add(std::chrono::hours(100));
  one.Sort();
  EXPECT_DOUBLE_EQ(one.Percentile(50), 3.0);
  EXPECT_GT(one.Percentile(99.9), 4'000'000.0);
}

}  // namespace
}  // namespace dirlease::cli
