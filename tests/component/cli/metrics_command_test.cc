// `dirlease metrics` against one answer over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <thread>

#include "cli/metrics/exposition.h"
#include "component/cli/run_client.h"
#include "support/loopback.h"

namespace dirlease::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kMetrics[] = R"(# HELP dirlease_sessions Leases, by state.
# TYPE dirlease_sessions gauge
dirlease_sessions{state="opening"} 0
dirlease_sessions{state="active"} 12
dirlease_operations{state="running"} 3
dirlease_paused_connections 1
dirlease_memory_used_bytes{purpose="streams"} 1310720
dirlease_memory_limit_bytes 268435456
dirlease_draining 1
dirlease_build_info{version="0.1.0"} 1
dirlease_opens_total{outcome="ok",target="default"} 20
dirlease_opens_total{outcome="invalidCredentials",target="default"} 2
dirlease_lease_endings_total{reason="unbind"} 7
dirlease_abandons_total{cause="cancelled"} 4
dirlease_entries_total 12345
dirlease_entry_bytes_total 1048576
dirlease_rpcs_total{code="OK",method="Search"} 95
dirlease_rpcs_total{code="CANCELLED",method="Search"} 5
dirlease_rpc_seconds_bucket{method="Search",le="0.001"} 50
dirlease_rpc_seconds_bucket{method="Search",le="0.005"} 98
dirlease_rpc_seconds_bucket{method="Search",le="0.01"} 100
dirlease_rpc_seconds_bucket{method="Search",le="+Inf"} 100
)";

// Answers one request, whatever it asks, with `answer`.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : listener_(dirlease::testing::ListenOnLoopback()),
        thread_([this, answer = std::move(answer)] {
          const int connection = accept(listener_.get(), nullptr, nullptr);
          char request[4096];
          const ssize_t size = read(connection, request, sizeof request);
          if (size > 0) request_.assign(request, static_cast<size_t>(size));
          for (size_t sent = 0; sent < answer.size();) {
            const ssize_t count =
                send(connection, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) break;
            sent += static_cast<size_t>(count);
          }
          close(connection);
        }) {}
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
  }

  std::string address() const {
    return "127.0.0.1:" + std::to_string(dirlease::testing::LocalPort(listener_.get()));
  }
  // After the answer.
  const std::string& request() {
    thread_.join();
    return request_;
  }

 private:
  const UniqueFd listener_;
  std::string request_;
  std::thread thread_;
};

std::string Http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\n\r\n" + body;
}

TEST(MetricsCommand, PrintsATable) {
  OneAnswer gateway(Http("200 OK", kMetrics));
  const ClientRun run = RunClient({"metrics", gateway.address()});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_EQ(
      run.out,
      "dirlease       0.1.0\n"
      "draining       yes\n"
      "leases         active 12, opening 0\n"
      "operations     running 3\n"
      "paused         1 connections\n"
      "memory budget  1.2 MiB of 256.0 MiB used (0.5 %)\n"
      "\nsince the start\n"
      "opens          ok 20, invalidCredentials 2\n"
      "lease endings  unbind 7\n"
      "abandons       cancelled 4\n"
      "entries        12345, 1.0 MiB\n"
      "\nRPCs                     calls   not OK   p50 ms   p99 ms   codes\n"
      "Search                     100    5.0 %        1      7.5   OK 95, CANCELLED 5\n"
      "(p50 and p99 are estimates from the histogram's buckets, of all calls since the start)\n");
  EXPECT_THAT(gateway.request(), ::testing::StartsWith("GET /metrics HTTP/1.1\r\n"));
}

TEST(MetricsCommand, RawIsTheTextAndAUrlIsTakenWhole) {
  OneAnswer gateway(Http("200 OK", kMetrics));
  const ClientRun run = RunClient({"metrics", "--raw", "http://" + gateway.address() + "/x"});
  EXPECT_EQ(run.out, kMetrics);
  EXPECT_THAT(gateway.request(), ::testing::StartsWith("GET /x HTTP/1.1\r\n"));
}

TEST(MetricsCommand, RefusesWhatIsNoAnswer) {
  OneAnswer refusing(Http("404 Not Found", ""));
  const ClientRun refused = RunClient({"metrics", refusing.address()});
  EXPECT_EQ(refused.exit_status, 214);
  EXPECT_THAT(refused.err, HasSubstr("HTTP status 404"));
  OneAnswer chatty(Http("200 OK", std::string((16 << 20) + 1, '#')));
  EXPECT_THAT(RunClient({"metrics", chatty.address()}).err,
              HasSubstr("longer than 16777216 octets"));
  OneAnswer odd(Http("200 OK", "<html>\n"));
  EXPECT_EQ(RunClient({"metrics", odd.address()}).exit_status, 1);
  OneAnswer moving(Http("302 Found\r\nLocation: http://127.0.0.1:1/", ""));
  EXPECT_THAT(RunClient({"metrics", moving.address()}).err, HasSubstr("HTTP status 302"));
}

TEST(MetricsCommand, GivesUpAtItsDeadlineAndOnCtrlC) {
  const UniqueFd silent = dirlease::testing::ListenOnLoopback();
  const std::string address =
      "127.0.0.1:" + std::to_string(dirlease::testing::LocalPort(silent.get()));
  EXPECT_EQ(RunClient({"metrics", address, "--timeout", "1ms"}).exit_status, 204);
  Interrupts interrupts;
  interrupts.Raise(SIGINT);
  EXPECT_EQ(RunClient({"metrics", address}, interrupts).exit_status, 128 + SIGINT);
}

TEST(MetricsCommand, NeedsAnAddressAndTakesNoOtherScheme) {
  EXPECT_THAT(RunClient({"metrics"}).err, HasSubstr("DIRLEASE_METRICS"));
  EXPECT_NE(RunClient({"metrics", "file:///etc/hostname"}).exit_status, 0);
  EXPECT_EQ(RunClient({"metrics", "127.0.0.1:1"}).exit_status, 214);
}

TEST(ExpositionParse, KnowsQuotesEscapesNumbersAndTimestamps) {
  const auto metrics =
      Exposition::Parse("a{x=\"1,}\\\"\\\\\\n\", y=\"\",} +Inf 1700000000\n\n#c\nb 1e3\r\nc{} NaN");
  ASSERT_TRUE(metrics);
  ASSERT_EQ(metrics->samples().size(), 3u);
  EXPECT_EQ(metrics->samples()[0].label("x"), "1,}\"\\\n");
  EXPECT_TRUE(std::isinf(metrics->samples()[0].value));
  EXPECT_EQ(metrics->samples()[1].value, 1000);
  EXPECT_EQ(metrics->samples()[2].name, "c");
  for (const char* text : {"a{x=\"1} 2", "a{x} 2", "a", "a x", "{x=\"1\"} 2", "a{", "a{x=\"\\"})
    EXPECT_FALSE(Exposition::Parse(text)) << text;
}

TEST(ExpositionQuantile, IsLinearWithinItsBucketAndHonestBeyondTheLast) {
  const auto metrics = Exposition::Parse(
      "h_bucket{m=\"a\",le=\"1\"} 0\nh_bucket{m=\"a\",le=\"2\"} 10\nh_bucket{m=\"a\",le=\"+Inf\"} "
      "20\n"
      "h_bucket{m=\"b\",le=\"+Inf\"} 0\n");
  EXPECT_DOUBLE_EQ(*metrics->Quantile(0.25, "h", "m", "a"), 1.5);
  EXPECT_TRUE(std::isinf(*metrics->Quantile(0.99, "h", "m", "a")));
  EXPECT_FALSE(metrics->Quantile(0.5, "h", "m", "b"));
  EXPECT_FALSE(metrics->Quantile(0.5, "none", "m", "b"));
}

}  // namespace
}  // namespace dirlease::cli
