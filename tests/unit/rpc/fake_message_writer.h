// Keeps what goes out of a MessageStream, and fails the test on what gRPC would not survive.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rpc/message_stream.h"

namespace dirlease::testing {

// `Writer`: MessageWriter, or what adds to it.
template <typename Response, typename Writer = MessageWriter>
class FakeMessageWriter : public Writer {
 public:
  void AddHeader(std::string_view key, std::string_view value) override {
    if (!messages.empty() || status) ADD_FAILURE() << "a header after the first message";
    headers.emplace_back(key, value);
  }
  void Write(WireMessage message) override {
    if (outstanding || status) ADD_FAILURE() << "a write while one is outstanding, or after the end";
    outstanding = true;
    Take(message);
  }
  void WriteAndFinish(WireMessage message, const RpcStatus& end) override {
    if (outstanding) ADD_FAILURE() << "the last write while one is outstanding";
    Take(message);
    Finish(end);
  }
  void CutOff() override { ++cut_offs; }
  void Finish(const RpcStatus& end) override {
    if (status) ADD_FAILURE() << "a second finish";
    status = end;
  }
  bool cancelled() const override { return is_cancelled; }

  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<Response> messages;
  std::optional<RpcStatus> status;
  bool outstanding = false;
  bool is_cancelled = false;
  int cut_offs = 0;

 private:
  void Take(const WireMessage& message) {
    Response& response = messages.emplace_back();
    EXPECT_TRUE(response.ParseFromArray(message.octets().data(), static_cast<int>(message.size())));
  }
};

}  // namespace dirlease::testing
