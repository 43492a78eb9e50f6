// GET /metrics as a scraper sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "component/app/running_gateway.h"

namespace dirlease {
namespace {

using testing::Get;
using ::testing::HasSubstr;

class MetricsTest : public testing::RunningGatewayTest {};

TEST_F(MetricsTest, CountsWhatHappens) {
  testing::Client client(gateway_->address());
  const std::string token = client.Open().token();
  testing::RunSearch(client, v1::SearchRequest(), token);
  const std::string held = Scrape();
  EXPECT_THAT(held, HasSubstr("dirlease_sessions{state=\"active\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_rpcs_total{code=\"OK\",method=\"OpenSession\"} 1"));
  EXPECT_THAT(held, HasSubstr("method=\"Search\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_opens_total{outcome=\"ok\",target=\"default\"} 1"));
  client.Unbind(token);
  const std::string after = Scrape();
  EXPECT_THAT(after, HasSubstr("dirlease_sessions{state=\"active\"} 0"));
  EXPECT_THAT(after, HasSubstr("dirlease_lease_endings_total{reason=\"unbind\"} 1"));
}

TEST_F(MetricsTest, TellsWhatIsHeldAtThisMoment) {
  testing::Client client(gateway_->address());
  const std::string token = client.Open().token();
  v1::HoldSessionRequest untied, tied;
  tied.set_tether(true);
  const auto first = client.Start(untied, {.token = token});
  const auto second = client.Start(tied, {.token = token});
  v1::HoldSessionResponse event;
  ASSERT_TRUE(first->Read(event) && second->Read(event));
  const std::string held = Scrape();
  EXPECT_THAT(held, HasSubstr("dirlease_holds{kind=\"tethered\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_holds{kind=\"untethered\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_connects_total{outcome=\"ok\",target=\"default\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_connect_seconds_count{target=\"default\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_target_reachable{target=\"default\"} 1"));
  EXPECT_THAT(held, HasSubstr("dirlease_sessions_limit 10000"));
  EXPECT_THAT(held, HasSubstr("dirlease_memory_limit_bytes 268435456"));
  EXPECT_THAT(held, HasSubstr("dirlease_memory_used_bytes{purpose=\"streams\"} 0"));
  EXPECT_THAT(held, HasSubstr("dirlease_abandons_total{cause=\"slow_consumer\"} 0"));
  client.Unbind(token);
  EXPECT_THAT(Scrape(), HasSubstr("dirlease_holds{kind=\"tethered\"} 0"));
}

// Entries that their reader leaves lying show, and are gone with him.
TEST_F(MetricsTest, TellsWhatWaitsForReaders) {
  // More than any HTTP/2 window grows to: nothing would wait here if the caller's gRPC took it all.
  directory_.SetAutoAnswers(testing::AutoAnswers::All(5'000'000));
  testing::Client client(gateway_->address());
  const std::string token = client.Open().token();
  {
    const auto search = client.Start(v1::SearchRequest(), {.token = token});
    const std::regex queued("dirlease_memory_used_bytes\\{purpose=\"streams\"\\} [1-9]");
    while (!std::regex_search(Scrape(), queued)) std::this_thread::yield();
  }
  while (Scrape().find("dirlease_memory_used_bytes{purpose=\"streams\"} 0") == std::string::npos) {
    std::this_thread::yield();
  }
  EXPECT_THAT(Scrape(), HasSubstr("dirlease_abandons_total{cause=\"cancelled\"} "));
  client.Unbind(token);
}

TEST_F(MetricsTest, TellsOfFurtherConnectionsOfALease) {
  testing::Client client(gateway_->address());
  const std::string token = client.Open().token();
  EXPECT_THAT(Scrape(), HasSubstr("dirlease_connections{target=\"default\"} 1"));
  Grow(client, token);
  EXPECT_THAT(Scrape(), HasSubstr("dirlease_connections{target=\"default\"} 2"));
  client.Unbind(token);
  EXPECT_THAT(Scrape(), HasSubstr("dirlease_connections{target=\"default\"} 0"));
}

TEST_F(MetricsTest, TellsHowConnectsEnd) {
  directory_.StopListening();
  testing::Client client(gateway_->address());
  EXPECT_FALSE(client.Call(v1::OpenSessionRequest(), nullptr).ok());
  const std::string scraped = Scrape();
  EXPECT_THAT(scraped,
              HasSubstr("dirlease_connects_total{outcome=\"unreachable\",target=\"default\"} 1"));
  EXPECT_THAT(
      scraped,
      HasSubstr("dirlease_opens_total{outcome=\"LDAP_CONNECT_ERROR\",target=\"default\"} 1"));
  EXPECT_THAT(scraped, HasSubstr("dirlease_target_reachable{target=\"default\"} 0"));
}

TEST_F(MetricsTest, TellsOfTheProcess) {
  std::istringstream lines(Scrape());
  std::map<std::string, double> process;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("process_")) continue;
    process[line.substr(0, line.find(' '))] = std::stod(line.substr(line.find(' ')));
  }
  EXPECT_GE(process["process_open_fds"], 5);
  EXPECT_LT(process["process_open_fds"], process["process_max_fds"]);
  EXPECT_GT(process["process_threads"], 2);
  EXPECT_GT(process["process_resident_memory_bytes"], 1e6);
  EXPECT_GT(process["process_virtual_memory_bytes"], process["process_resident_memory_bytes"]);
  EXPECT_GT(process["process_cpu_seconds_total"], 0);
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_LE(process["process_start_time_seconds"], now + 1);
  EXPECT_GT(process["process_start_time_seconds"], now - 3600);
}

// Labels are few and ours: nothing of a caller or an entry is ever one.
TEST_F(MetricsTest, LabelsHoldNothingOfCallers) {
  testing::Client client(gateway_->address());
  const std::string token =
      client.Open(testing::SimpleBindRequest("cn=somebody", "a-password")).token();
  v1::SearchRequest search;
  search.set_base_dn("dc=somewhere");
  search.set_filter("(uid=something)");
  testing::RunSearch(client, search, token);
  client.Unbind(token);
  const std::string scraped = Scrape();
  for (const char* text : {"somebody", "somewhere", "something", "password", "127.0.0.1", "s-"}) {
    EXPECT_THAT(scraped, ::testing::Not(HasSubstr(text)));
  }
  EXPECT_THAT(scraped, ::testing::Not(HasSubstr(token.substr(2))));
}

TEST_F(MetricsTest, NothingElseIsServed) {
  EXPECT_THAT(Get(gateway_->metrics_address(), "/"), HasSubstr("404"));
}

}  // namespace
}  // namespace dirlease
