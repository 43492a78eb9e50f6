// What becomes of a write whose caller leaves or whose lease ends, through gRPC.
#include "component/rpc/gateway_test.h"

namespace dirlease::testing {
namespace {

class WriteTest : public GatewayTest {
 protected:
  // A Delete that has reached the directory, which does not answer.
  void StartDelete(CallOptions options = {}) {
    token_ = client_->Open().token();
    options.token = token_;
    v1::DeleteRequest request;
    request.set_dn("cn=a");
    call_ = client_->Start(request, options);
    directory_.connection().AwaitCountOf("delete", 1);
  }
};

TEST_F(WriteTest, ACancelIsAnAbandonAndTheStatusSaysSo) {
  StartDelete();
  call_->Cancel();
  EXPECT_EQ(call_->Finish().code, Code::kCancelled);
  directory_.connection().AwaitCountOf("abandon", 1);
}

TEST_F(WriteTest, SoIsADeadline) {
  StartDelete({.token = {}, .deadline = absl::Milliseconds(200)});
  EXPECT_EQ(call_->Finish().code, Code::kDeadlineExceeded);
  directory_.connection().AwaitCountOf("abandon", 1);
}

TEST_F(WriteTest, SoIsACallersConnectionThatDies) {
  StartDelete();
  client_->BreakConnection();
  directory_.connection().AwaitCountOf("abandon", 1);
}

TEST_F(WriteTest, UnbindLeavesItsOutcomeUnknown) {
  StartDelete();
  client_->Unbind(token_);
  const CallEnd& end = call_->Finish();
  EXPECT_EQ(end.code, Code::kUnknown);
  EXPECT_EQ(end.reason(), "OUTCOME_UNKNOWN");
}

TEST_F(WriteTest, OctetsArriveAsTheyWereSent) {
  token_ = client_->Open().token();
  const std::string octets("\0\xff\xfe=\n", 5);
  v1::ModifyRequest request;
  request.set_dn("cn=a");
  for (const auto type : {v1::Modification::TYPE_DELETE, v1::Modification::TYPE_ADD}) {
    v1::Modification& modification = *request.add_modifications();
    modification.set_type(type);
    modification.mutable_attribute()->set_type("photo;binary");
    if (type == v1::Modification::TYPE_ADD) modification.mutable_attribute()->add_values(octets);
  }
  const auto call = client_->Start(request, {.token = token_});
  directory_.connection().AwaitCountOf("modify", 1);
  const SentRequest sent = directory_.connection().last_request();
  const auto& modifications = std::get<ModifyRequest>(sent.body).modifications;
  ASSERT_EQ(modifications.size(), 2u);
  EXPECT_TRUE(modifications[0].attribute.values.empty());
  EXPECT_EQ(modifications[1].attribute.values, std::vector{octets});
  Send({ResultMessage(sent.message_id)});
  EXPECT_TRUE(call->Finish().ok());
}

}  // namespace
}  // namespace dirlease::testing
