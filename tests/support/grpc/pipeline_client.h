// One Pipeline RPC for tests: sends calls, keeps replies. One thread uses it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/grpc/client.h"
#include "support/requests.h"

namespace dirlease::testing {

// How the RPC of its name would have ended.
inline CallEnd EndOf(const v1::PipelineReply& last) {
  return DecodeCallEnd(last.status().code(), last.status().message(), last.status().SerializeAsString());
}

class PipelineClient {
 public:
  PipelineClient(Client& client, const CallOptions& options)
      : call_(client.StartMethod("/dirlease.v1.DirectoryService/Pipeline", options)) {}

  // In one message.
  void Send(const std::vector<v1::PipelineCall>& calls) {
    v1::PipelineRequest request;
    for (const v1::PipelineCall& call : calls) *request.add_calls() = call;
    call_->Write(request);
  }
  // Reads until the last reply of `id` has come; fails the test when the stream ends before.
  v1::PipelineReply AwaitLast(uint64_t id) {
    while (!last_.contains(id) && ReadOne()) {
    }
    EXPECT_TRUE(last_.contains(id)) << "no last reply of " << id;
    return last_[id];
  }
  // All that was read of it.
  v1::SearchResponse SearchOf(uint64_t id) { return searches_[id]; }
  // Reads to the end.
  const CallEnd& Finish() {
    while (ReadOne()) {
    }
    return call_->Finish();
  }
  const CallEnd& HalfCloseAndFinish() {
    call_->WritesDone();
    return Finish();
  }
  void Cancel() { call_->Cancel(); }

  int messages() const { return messages_; }
  size_t replied() const { return last_.size(); }

 private:
  bool ReadOne() {
    v1::PipelineResponse message;
    if (!call_->Read(message)) return false;
    ++messages_;
    for (const v1::PipelineReply& reply : message.replies()) {
      EXPECT_FALSE(last_.contains(reply.id())) << "a reply after the last of " << reply.id();
      searches_[reply.id()].MergeFrom(reply.search());
      if (reply.has_status()) last_[reply.id()] = reply;
    }
    return true;
  }

  std::unique_ptr<ClientCall> call_;
  int messages_ = 0;
  std::map<uint64_t, v1::PipelineReply> last_;
  std::map<uint64_t, v1::SearchResponse> searches_;
};

}  // namespace dirlease::testing
