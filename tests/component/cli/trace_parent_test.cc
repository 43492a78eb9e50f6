#include "cli/trace_parent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"

namespace dirlease::cli {
namespace {

using ::testing::Each;

class TraceParentTest : public ::testing::Test {
 protected:
  ~TraceParentTest() override { unsetenv("TRACEPARENT"); }
};

TEST_F(TraceParentTest, GoesWithEachCall) {
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  setenv("TRACEPARENT", parent.c_str(), 1);
  FakeGateway gateway;
  const ClientRun run =
      RunClient({"--address", gateway.address, "--lease", "1.token", "lease", "keep"});
  EXPECT_EQ(run.exit_status, 0) << run.err;
  EXPECT_FALSE(gateway.trace_parents.empty());
  EXPECT_THAT(gateway.trace_parents, Each(parent));
}

// gRPC ends a process that sends what no header may hold.
TEST_F(TraceParentTest, WhatIsMalformedStaysHere) {
  EXPECT_EQ(TraceParent(), "");
  for (const char* value : {"", "x\ny", "00-short-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n"}) {
    setenv("TRACEPARENT", value, 1);
    EXPECT_EQ(TraceParent(), "") << value;
  }
}

}  // namespace
}  // namespace dirlease::cli
