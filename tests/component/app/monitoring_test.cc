// What deploy/ holds for Prometheus and Grafana, against promtool and against what the gateway
// really exports.
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "component/app/running_gateway.h"
#include "support/certificates.h"
#include "support/child_process.h"
#include "support/places.h"

namespace dirlease {
namespace {

using google::protobuf::Value;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kDeploy = testing::SourceFile("deploy");
const std::string kAlerts = kDeploy + "/prometheus/alerts.yaml";
const std::string kDashboard = kDeploy + "/grafana/dirlease.json";

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Fails the test when promtool is missing, or finds something.
void ExpectPromtoolTakes(const std::string& arguments) {
  const auto run = testing::RunProgram({"/bin/sh", "-c", "promtool " + arguments});
  ASSERT_NE(run.status, 127) << "promtool is missing: deploy/install-packages --tests, or apt-get "
                                "install prometheus";
  EXPECT_EQ(run.status, 0) << run.output;
}

// The names of metrics in PromQL, without the suffixes of a histogram's series.
std::set<std::string> NamesIn(const std::string& text) {
  static const std::regex name("\\b((dirlease|process)_[a-z_]+?)(_bucket|_sum|_count)?\\b");
  std::set<std::string> names;
  for (std::sregex_iterator one(text.begin(), text.end(), name), end; one != end; ++one) {
    names.insert((*one)[1]);
  }
  return names;
}

// Each value of `key`, wherever it stands.
void Collect(const Value& value, const std::string& key, std::vector<std::string>& found) {
  for (const Value& item : value.list_value().values()) Collect(item, key, found);
  for (const auto& [name, field] : value.struct_value().fields()) {
    if (name == key) found.push_back(field.string_value());
    Collect(field, key, found);
  }
}

std::vector<std::string> OfDashboard(const std::string& key) {
  Value dashboard;
  const auto status = google::protobuf::util::JsonStringToMessage(Contents(kDashboard), &dashboard);
  EXPECT_TRUE(status.ok()) << status.ToString();
  std::vector<std::string> found;
  Collect(dashboard, key, found);
  return found;
}

// One that has a certificate.
Gateway::Listener OperatorsListener() {
  static testing::Certificates authority;
  const testing::CertificateFiles files = authority.IssueForLoopback();
  return {
      .listen = "127.0.0.1:0",
      .tls = PemFiles{
          .certificate = files.certificate, .key = files.key, .authorities = authority.ca_file()}};
}

class MonitoringTest : public testing::RunningGatewayTest {
 protected:
  MonitoringTest() : RunningGatewayTest(OperatorsListener()) {}
  // A family without samples is not exported.
  void CauseSamples() {
    testing::Client client(gateway_->address());
    const std::string token = client.Open().token();
    testing::RunSearch(client, v1::SearchRequest(), token);
    client.Call(v1::WhoAmIRequest(), nullptr, {.token = token});
    client.Call(v1::WhoAmIRequest(), nullptr, {.token = "1.unknown"});
    Grow(client, token);
    client.Unbind(token);
  }
  std::set<std::string> Exported() {
    std::set<std::string> names;
    std::istringstream lines(Scrape());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# TYPE ")) names.insert(line.substr(7, line.find(' ', 7) - 7));
    }
    return names;
  }
  std::set<std::string> Unknown(const std::set<std::string>& used) {
    const std::set<std::string> exported = Exported();
    std::set<std::string> unknown;
    for (const std::string& name : used) {
      if (!exported.contains(name)) unknown.insert(name);
    }
    return unknown;
  }
};

TEST_F(MonitoringTest, PromtoolTakesWhatIsScraped) {
  CauseSamples();
  const std::string file = folder_.File("metrics");
  std::ofstream(file) << Scrape();
  ExpectPromtoolTakes("check metrics <" + file);
}

TEST_F(MonitoringTest, RulesAndDashboardNameOnlyWhatIsExported) {
  CauseSamples();
  const auto in_rules = NamesIn(Contents(kAlerts));
  EXPECT_GT(in_rules.size(), 12u);
  EXPECT_THAT(Unknown(in_rules), IsEmpty());
  std::set<std::string> in_dashboard;
  for (const std::string& expression : OfDashboard("expr")) in_dashboard.merge(NamesIn(expression));
  EXPECT_GT(in_dashboard.size(), 20u);
  EXPECT_THAT(Unknown(in_dashboard), IsEmpty());
  EXPECT_THAT(Unknown({"dirlease_no_such_thing"}), SizeIs(1));
}

// What nobody looks at need not be counted.
TEST_F(MonitoringTest, TheDashboardShowsWhatIsExported) {
  CauseSamples();
  std::set<std::string> shown;
  for (const std::string& expression : OfDashboard("expr")) shown.merge(NamesIn(expression));
  for (const std::string& name : Exported()) {
    EXPECT_TRUE(!name.starts_with("dirlease_") || shown.contains(name)) << name;
  }
}

TEST(AlertsTest, PromtoolTakesThemAndTheirTests) {
  ExpectPromtoolTakes("check rules " + kAlerts);
  ExpectPromtoolTakes("test rules " + kDeploy + "/prometheus/alerts_test.yaml");
}

TEST(AlertsTest, EachSaysWhatToDo) {
  const std::string text = Contents(kAlerts);
  const auto count = [&](const std::string& key) {
    size_t found = 0;
    for (size_t at = 0; (at = text.find(key, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  const size_t alerts = count("- alert: ");
  EXPECT_GT(alerts, 8u);
  for (const char* key : {"severity: ", " summary: ", " description: ", " action: "}) {
    EXPECT_EQ(count(key), alerts) << key;
  }
}

// As a recording rule each expression can be checked without a server.
TEST(DashboardTest, EachExpressionIsPromQl) {
  const testing::TempDir folder;
  std::ofstream rules(folder.File("rules.yaml"));
  rules << "groups:\n- name: dashboard\n  rules:\n";
  int number = 0;
  for (const std::string& expression : OfDashboard("expr")) {
    const std::string plain =
        std::regex_replace(expression, std::regex("\\$__rate_interval"), "5m");
    const std::string quoted = std::regex_replace(plain, std::regex("'"), "''");
    rules << "  - record: expression:" << ++number << "\n    expr: '" << quoted << "'\n";
  }
  rules.close();
  EXPECT_GT(number, 30);
  ExpectPromtoolTakes("check rules " + folder.File("rules.yaml"));
}

TEST(DashboardTest, ItsDataSourceIsChosenInGrafana) {
  for (const std::string& uid : OfDashboard("uid")) {
    EXPECT_TRUE(uid == "${datasource}" || uid == "dirlease") << uid;
  }
}

}  // namespace
}  // namespace dirlease
