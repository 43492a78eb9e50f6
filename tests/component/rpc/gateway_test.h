// The fixture of the tests through gRPC over a fake directory.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "ldap/input_pace.h"
#include "support/grpc/client.h"
#include "support/grpc/gateway_harness.h"
#include "support/grpc/scripted_directory.h"

namespace dirlease::testing {

inline v1::SearchRequest SubtreeSearch(const std::string& operation_id = "") {
  v1::SearchRequest request;
  request.set_base_dn("dc=example");
  request.set_operation_id(operation_id);
  return request;
}

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() : GatewayTest(GatewayHarness::Options()) {}
  explicit GatewayTest(GatewayHarness::Options options)
      : gateway_(std::move(options)),
        directory_(gateway_.connector()),
        client_(std::make_unique<Client>(gateway_.address())) {}

  // Opens the first lease and starts a search on it, which has reached the directory.
  void StartSearch(const v1::SearchRequest& request = SubtreeSearch(), CallOptions options = {}) {
    if (token_.empty()) token_ = client_->Open().token();
    options.token = token_;
    call_ = client_->Start(request, options);
    message_id_ = directory_.AwaitSearch(++searches_);
  }
  void Send(std::vector<FakeMessage> messages) {
    directory_.connection().Queue(std::move(messages));
  }
  // Late messages of an ended operation, and proof that they were taken and dropped: an operation
  // after them is answered.
  void SendLateEntries() {
    Send(Entries(message_id_, 1000, 3));
    AwaitTaken();
    EXPECT_TRUE(client_->Call(v1::WhoAmIRequest(), nullptr, {.token = token_}).ok());
  }
  // Reads that many entries, fewer when the stream ends.
  int ReadEntries(int count) {
    int read = 0;
    for (v1::SearchResponse message; read < count && call_->Read(message);) {
      read += message.entries_size();
    }
    return read;
  }
  // Until so many run or wait on the first lease.
  void AwaitOperations(int count) {
    gateway_.AwaitOnLoop([&](SessionManager& manager) {
      return manager.Describe(**manager.Find({}, token_)).active_operations == count;
    });
  }
  // Until the directory has more to send than the gateway takes. A write that is still on its way
  // to the caller may make room once more after that.
  void AwaitPaused() {
    size_t fills = 0;
    int turns = 0;
    gateway_.AwaitOnLoop([&](SessionManager&) {
      const FakeLdapPeer& peer = directory_.connection();
      turns = peer.queued_chunks() > 0 && peer.fills() == fills ? turns + 1 : 0;
      fills = peer.fills();
      return turns == 20;
    });
  }
  // What the directory had sent of a search before it heard of the Abandon is read, with the rests between.
  void AwaitTaken() {
    while (directory_.connection().queued_chunks() > 0) gateway_.Advance(InputPace::kLongestRest);
    gateway_.Advance(InputPace::kLongestRest);
  }
  CallEnd KeepAlive(const std::string& token) {
    return client_->Call(v1::KeepAliveRequest(), nullptr, {.token = token});
  }

  GatewayHarness gateway_;
  ScriptedDirectory directory_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<ClientCall> call_;
  std::string token_;
  int message_id_ = 0;
  size_t searches_ = 0;
};

}  // namespace dirlease::testing
