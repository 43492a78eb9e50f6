// Leases of several connections in the log of a real directory: grown under a pipeline, each bound and unbound once,
// and what one writes the others see.
#include <set>

#include "integration/rpc/slapd_gateway_test.h"
#include "support/grpc/pipeline_client.h"
#include "support/scale.h"

namespace dirlease::testing {
namespace {

constexpr size_t kConnections = 3;
constexpr int kSearches = 60;
constexpr int kReaders = 30;
constexpr int kWrites = 200 / kScale;

class SeveralConnectionsTest : public SlapdGatewayTest {
 protected:
  // Searches of `slow_dn` take a second, of one of so many threads that 24 of them hold up nobody.
  static SlapdOptions SlowSlapd() {
    return {.people = 10,
            .threads = 64,
            .global_config = "moduleload retcode\n",
            .database_config = "overlay retcode\nretcode-parent ou=codes,dc=example,dc=com\n"
                               "retcode-item \"cn=slow\" 0 sleeptime=1\n"};
  }
  void StartWith(SlapdOptions options) {
    slapd_.emplace(std::move(options));
    GatewayHarness::Options gateway;
    gateway.targets = {TargetAt({slapd_->uri()})};
    gateway.targets[0].most_connections = kConnections;
    gateway_.emplace(std::move(gateway));
    client_ = std::make_unique<Client>(gateway_->address());
  }
  static v1::PipelineCall SlowSearch(uint64_t id) {
    v1::PipelineCall call = PipelineCallOf(id);
    call.mutable_search()->set_base_dn("cn=slow,ou=codes,dc=example,dc=com");
    call.mutable_search()->set_scope(v1::SCOPE_BASE);
    return call;
  }
  // Of all lines that match, the connections.
  std::set<std::string> ConnectionsIn(const std::vector<std::string>& lines) {
    std::set<std::string> connections;
    for (const std::string& line : lines) {
      const size_t start = line.find("conn=");
      connections.insert(line.substr(start, line.find(' ', start) - start));
    }
    return connections;
  }
};

TEST_F(SeveralConnectionsTest, APipelineOfSlowSearchesGrowsTheLeaseAndItsEndUnbindsEachOnce) {
  StartWith(SlowSlapd());
  const LogMark mark = slapd_->Mark();
  const std::string token = OpenAsAdmin();
  {
    PipelineClient pipeline(*client_, {.token = token});
    std::vector<v1::PipelineCall> calls;
    for (uint64_t id = 1; id <= kSearches; ++id) calls.push_back(SlowSearch(id));
    pipeline.Send(calls);
    for (uint64_t id = 1; id <= kSearches; ++id) EXPECT_EQ(pipeline.AwaitLast(id).status().code(), 0);
    EXPECT_TRUE(pipeline.HalfCloseAndFinish().ok());
  }
  const std::string bind = " BIND dn=\"" + Slapd::admin_dn() + "\" method=128";
  EXPECT_EQ(ConnectionsIn(slapd_->WaitForLog(bind, kConnections, mark)).size(), kConnections);
  EXPECT_EQ(ConnectionsIn(slapd_->WaitForLog(" SRCH base=\"cn=slow", kSearches, mark)).size(), kConnections);
  EXPECT_EQ(slapd_->CountLog(" UNBIND", mark), 0u);
  client_->Unbind(token);
  slapd_->AssertNoOpenConnections();
  slapd_->SyncLog();
  EXPECT_EQ(slapd_->CountLog(bind, mark), kConnections);
  EXPECT_EQ(slapd_->CountLog(" UNBIND", mark), kConnections);
  EXPECT_EQ(ConnectionsIn(slapd_->WaitForLog(" UNBIND", kConnections, mark)).size(), kConnections);
}

TEST_F(SeveralConnectionsTest, ACallSentAfterAWritesReplySeesThatWriteOnEveryConnection) {
  StartWith({.people = 10});
  const std::string token = OpenAsAdmin();
  PipelineClient pipeline(*client_, {.token = token});
  uint64_t id = 0;
  for (int i = 0; i < kWrites; ++i) {
    v1::PipelineCall write = PipelineCallOf(++id);
    const std::string value = "written " + std::to_string(i);
    *write.mutable_modify() = ModifyRequestOf(PersonDn(1), v1::Modification::TYPE_REPLACE, "description", {value});
    pipeline.Send({write});
    ASSERT_EQ(pipeline.AwaitLast(id).status().code(), 0);
    std::vector<v1::PipelineCall> readers;
    for (int reader = 0; reader < kReaders; ++reader) {
      v1::PipelineCall& compare = readers.emplace_back(PipelineCallOf(++id));
      compare.mutable_compare()->set_dn(PersonDn(1));
      compare.mutable_compare()->set_attribute_type("description");
      compare.mutable_compare()->set_text_value(value);
    }
    pipeline.Send(readers);
    for (uint64_t reader = id - kReaders + 1; reader <= id; ++reader) {
      ASSERT_TRUE(pipeline.AwaitLast(reader).compare().matched()) << value;
    }
  }
  EXPECT_TRUE(pipeline.HalfCloseAndFinish().ok());
  EXPECT_GT(ConnectionsIn(slapd_->WaitForLog(" CMP dn=")).size(), 1u);
  client_->Unbind(token);
}

}  // namespace
}  // namespace dirlease::testing
