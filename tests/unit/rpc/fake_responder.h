// Where a unary call's answer goes in tests without gRPC.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rpc/call.h"

namespace dirlease::testing {

class FakeResponder final : public Responder {
 public:
  void AddHeader(std::string_view key, std::string_view value) override {
    if (status) ADD_FAILURE() << "a header after the end";
    headers.emplace_back(key, value);
  }
  void Finish(const RpcStatus& end) override {
    if (status) ADD_FAILURE() << "a second finish";
    status = end;
  }

  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<RpcStatus> status;
};

}  // namespace dirlease::testing
