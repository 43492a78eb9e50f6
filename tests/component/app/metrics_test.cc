// GET /metrics as a scraper sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>
#include <string>

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

// What Prometheus's own check asks for: a help text and a type for each family, names in its style, labels of ours.
TEST_F(MetricsTest, AreWellFormed) {
  const std::regex sample("^(dirlease_[a-z_]+?)(_bucket|_sum|_count)?(\\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*\\})? [-+0-9.e]+$");
  std::set<std::string> described;
  std::istringstream lines(Scrape());
  int samples = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# HELP ")) described.insert(line.substr(7, line.find(' ', 7) - 7));
    if (line.starts_with("#") || line.starts_with("exposer_")) continue;
    std::smatch match;
    ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
    EXPECT_TRUE(described.contains(match[1].str()) || described.contains(match[1].str() + match[2].str())) << line;
    ++samples;
  }
  EXPECT_GT(samples, 8);
}

TEST_F(MetricsTest, NothingElseIsServed) {
  EXPECT_THAT(Get(gateway_->metrics_address(), "/"), HasSubstr("404"));
}

}  // namespace
}  // namespace dirlease
