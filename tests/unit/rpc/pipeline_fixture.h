// One Pipeline over a scripted directory, without gRPC. Its end asserts that nothing of it lives any more.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "rpc/pipeline.h"
#include "support/requests.h"
#include "unit/rpc/fake_message_writer.h"
#include "unit/session/manager_fixture.h"

namespace dirlease::testing {

class FakePipelineCaller final : public FakeMessageWriter<v1::PipelineResponse, PipelineCaller> {
 public:
  void Read() override {
    if (reading || status) ADD_FAILURE() << "a read while one is outstanding, or after the end";
    reading = true;
  }
  bool reading = false;
};

class PipelineFixture : public ManagerFixture {
 protected:
  using Code = absl::StatusCode;

  ~PipelineFixture() override {
    if (pipeline_ == nullptr) return;
    pipeline_->Cancel();
    loop_.RunUntilIdle();
    if (caller_.outstanding) CompleteWrite();
    EXPECT_TRUE(pipeline_->finished());
    pipeline_.reset();
  }

  // On a new lease, that the metadata names.
  void StartPipeline() {
    peer_ = Open(opening_);
    info_.token = opening_.token;
    StartOn(info_);
  }
  void StartOn(const CallInfo& info) {
    pipeline_ = std::make_unique<Pipeline>(manager(), info, caller_);
    pipeline_->Start();
    loop_.RunUntilIdle();
  }
  // Fails the test when nobody reads.
  void SendOctets(const std::string& octets) {
    ASSERT_TRUE(std::exchange(caller_.reading, false)) << "nobody reads";
    pipeline_->OnMessage(ReadPipelineMessage(octets, manager(), info_));
    loop_.RunUntilIdle();
  }
  void Send(const v1::PipelineRequest& request) { SendOctets(request.SerializeAsString()); }
  void Send(const std::vector<v1::PipelineCall>& calls) {
    v1::PipelineRequest request;
    for (const v1::PipelineCall& call : calls) *request.add_calls() = call;
    Send(request);
  }
  // The message id of what it became at the directory.
  int Run(const v1::PipelineCall& call) {
    Send(std::vector{call});
    return peer_->last_request().message_id;
  }
  void HalfClose() {
    caller_.reading = false;
    pipeline_->OnHalfClose();
    loop_.RunUntilIdle();
  }
  void CompleteWrite(bool ok = true) {
    caller_.outstanding = false;
    pipeline_->OnWriteDone(ok);
    loop_.RunUntilIdle();
  }
  void CompleteAllWrites() {
    while (caller_.outstanding) CompleteWrite();
  }
  void Answer(std::vector<FakeMessage> messages) { ManagerFixture::Answer(peer_, std::move(messages)); }
  size_t Abandons() const { return peer_->CountOf("abandon"); }

  static v1::PipelineCall Search(uint64_t id) {
    v1::PipelineCall call = PipelineCallOf(id);
    call.mutable_search()->set_base_dn("dc=example");
    return call;
  }
  static v1::PipelineCall Compare(uint64_t id) {
    v1::PipelineCall call = PipelineCallOf(id);
    call.mutable_compare()->set_dn("cn=a");
    call.mutable_compare()->set_attribute_type("cn");
    call.mutable_compare()->set_text_value("a");
    return call;
  }
  static v1::PipelineCall Delete(uint64_t id) {
    v1::PipelineCall call = PipelineCallOf(id);
    call.mutable_delete_entry()->set_dn("cn=a,dc=example");
    return call;
  }
  static v1::PipelineCall Abandon(uint64_t id) {
    v1::PipelineCall call;
    call.set_abandon(id);
    return call;
  }
  static FakeMessage Yes(int id) { return ResultMessage(id, ldap_code::kCompareTrue); }

  std::vector<v1::PipelineReply> Replies() const {
    std::vector<v1::PipelineReply> replies;
    for (const auto& message : caller_.messages) {
      replies.insert(replies.end(), message.replies().begin(), message.replies().end());
    }
    return replies;
  }
  std::vector<uint64_t> RepliedIds() const {
    std::vector<uint64_t> ids;
    for (const v1::PipelineReply& reply : Replies()) ids.push_back(reply.id());
    return ids;
  }
  // The last reply of `id`; fails the test unless it is there, once.
  v1::PipelineReply LastOf(uint64_t id) const {
    std::optional<v1::PipelineReply> last;
    for (const v1::PipelineReply& reply : Replies()) {
      if (reply.id() != id || !reply.has_status()) continue;
      EXPECT_FALSE(last.has_value()) << "a second last reply of " << id;
      last = reply;
    }
    EXPECT_TRUE(last.has_value()) << "no last reply of " << id;
    return last.value_or(v1::PipelineReply());
  }
  Code CodeOf(uint64_t id) const { return static_cast<Code>(LastOf(id).status().code()); }
  std::string ReasonOf(uint64_t id) const { return DetailOf<google::rpc::ErrorInfo>(id).reason(); }
  std::string ViolationOf(uint64_t id) const {
    const auto bad = DetailOf<google::rpc::BadRequest>(id);
    return bad.field_violations_size() == 0 ? "" : bad.field_violations(0).field();
  }
  template <typename Detail>
  Detail DetailOf(uint64_t id) const {
    Detail detail;
    const v1::PipelineReply last = LastOf(id);
    for (const auto& any : last.status().details()) {
      if (any.UnpackTo(&detail)) break;
    }
    return detail;
  }
  void ExpectEnd(Code code, const std::string& reason = "") {
    ASSERT_TRUE(caller_.status.has_value());
    EXPECT_EQ(caller_.status->code, static_cast<int>(code));
    EXPECT_THAT(caller_.status->details, ::testing::HasSubstr(reason));
  }

  CallInfo info_;
  FakePipelineCaller caller_;
  std::shared_ptr<FakeLdapPeer> peer_;
  std::unique_ptr<Pipeline> pipeline_;
};

}  // namespace dirlease::testing
