// A pipeline over a real directory: as many operations in slapd's log as there were calls, each answered right.
#include "integration/rpc/slapd_gateway_test.h"
#include "support/grpc/pipeline_client.h"
#include "support/scale.h"

namespace dirlease::testing {
namespace {

constexpr int kEntries = 1000;
constexpr int kLookups = 10'000 / kScale;
constexpr int kCallsPerMessage = 50;

class SlapdPipelineTest : public SlapdGatewayTest {
 protected:
  static v1::PipelineCall Lookup(uint64_t id, int person) {
    v1::PipelineCall call = PipelineCallOf(id);
    v1::SearchRequest& search = *call.mutable_search();
    search.set_base_dn(kPeopleDn);
    search.set_filter("(uid={0})");
    search.add_filter_args("user." + std::to_string(person));
    return call;
  }
  static int PersonOf(int number) { return number * 7 % kEntries; }
};

TEST_F(SlapdPipelineTest, TenThousandLookupsThroughOneStream) {
  Start({.people = kEntries});
  const std::string token = OpenAsAdmin();
  const LogMark mark = slapd_->Mark();
  PipelineClient pipeline(*client_, {.token = token});
  int sent = 0;
  const auto send_some = [&] {
    std::vector<v1::PipelineCall> calls;
    for (int i = 0; i < kCallsPerMessage && sent < kLookups; ++i, ++sent) {
      calls.push_back(Lookup(static_cast<uint64_t>(sent) + 1, PersonOf(sent)));
    }
    if (!calls.empty()) pipeline.Send(calls);
  };
  send_some();
  for (int id = 1; id <= kLookups; ++id) {
    if (sent - id < kCallsPerMessage) send_some();
    const v1::PipelineReply last = pipeline.AwaitLast(static_cast<uint64_t>(id));
    ASSERT_EQ(last.status().code(), 0) << EndOf(last);
    const v1::SearchResponse found = pipeline.SearchOf(static_cast<uint64_t>(id));
    ASSERT_EQ(found.entries_size(), 1) << id;
    ASSERT_EQ(found.entries(0).dn(), PersonDn(PersonOf(id - 1)));
    ASSERT_EQ(found.done().entry_count(), 1);
  }
  EXPECT_TRUE(pipeline.HalfCloseAndFinish().ok());
  slapd_->WaitForLog("SRCH base=\"ou=people,dc=example,dc=com\"", kLookups, mark);
  EXPECT_EQ(slapd_->CountLog("SRCH base=\"ou=people,dc=example,dc=com\"", mark), static_cast<size_t>(kLookups));
  EXPECT_EQ(slapd_->CountLog("ABANDON", mark), 0u);
  client_->Unbind(token);
}

TEST_F(SlapdPipelineTest, AllKindsOnOneStreamInOrderOfTheirReplies) {
  Start({.people = 5});
  PipelineClient pipeline(*client_, {.token = OpenAsAdmin()});
  const std::string dn = "cn=piped,ou=people,dc=example,dc=com";
  v1::PipelineCall add = PipelineCallOf(1);
  *add.mutable_add() = AddRequestOf(dn, {{"objectClass", {"person"}}, {"cn", {"piped"}}, {"sn", {"before"}}});
  pipeline.Send({add});
  ASSERT_EQ(pipeline.AwaitLast(1).status().code(), 0) << EndOf(pipeline.AwaitLast(1));
  // A call sent after a write's reply sees that write.
  v1::PipelineCall modify = PipelineCallOf(2);
  *modify.mutable_modify() = ModifyRequestOf(dn, v1::Modification::TYPE_REPLACE, "sn", {"after"});
  pipeline.Send({modify});
  ASSERT_EQ(pipeline.AwaitLast(2).status().code(), 0);
  v1::PipelineCall compare = PipelineCallOf(3);
  compare.mutable_compare()->set_dn(dn);
  compare.mutable_compare()->set_attribute_type("sn");
  compare.mutable_compare()->set_text_value("after");
  v1::PipelineCall get = PipelineCallOf(4);
  get.mutable_get_entry()->set_dn(dn);
  v1::PipelineCall who = PipelineCallOf(5);
  who.mutable_who_am_i();
  v1::PipelineCall missing = PipelineCallOf(6);
  missing.mutable_delete_entry()->set_dn("cn=nobody," + dn);
  pipeline.Send({compare, get, who, missing});
  EXPECT_TRUE(pipeline.AwaitLast(3).compare().matched());
  EXPECT_EQ(pipeline.AwaitLast(4).get_entry().entry().dn(), dn);
  EXPECT_EQ(pipeline.AwaitLast(5).who_am_i().authorization_id(), "dn:" + Slapd::admin_dn());
  EXPECT_EQ(EndOf(pipeline.AwaitLast(6)).reason(), "NO_SUCH_OBJECT");
  v1::PipelineCall remove = PipelineCallOf(7);
  remove.mutable_delete_entry()->set_dn(dn);
  pipeline.Send({remove});
  EXPECT_EQ(pipeline.AwaitLast(7).status().code(), 0);
  EXPECT_TRUE(pipeline.HalfCloseAndFinish().ok());
}

TEST_F(SlapdPipelineTest, CancelInTheMiddleLeavesNothingBehind) {
  Start({.people = 10'000});
  const std::string token = OpenAsAdmin();
  const LogMark mark = slapd_->Mark();
  {
    PipelineClient pipeline(*client_, {.token = token});
    std::vector<v1::PipelineCall> calls;
    for (uint64_t id = 1; id <= 4; ++id) {
      v1::PipelineCall call = PipelineCallOf(id);
      call.mutable_search()->set_base_dn(kPeopleDn);
      calls.push_back(call);
    }
    pipeline.Send(calls);
    slapd_->WaitForLog("SRCH base=\"ou=people,dc=example,dc=com\"", 4, mark);
    pipeline.Cancel();
    EXPECT_EQ(pipeline.Finish().code, Code::kCancelled);
  }
  gateway_->AwaitBudgetFree();
  // The lease lives on, and its connection is in order.
  v1::WhoAmIResponse me;
  EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), &me, {.token = token}).ok());
  EXPECT_EQ(me.authorization_id(), "dn:" + Slapd::admin_dn());
  EXPECT_LE(slapd_->CountLog("ABANDON", mark), 4u);
  client_->Unbind(token);
}

}  // namespace
}  // namespace dirlease::testing
