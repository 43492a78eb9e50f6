#include "ldap/worker_pool.h"

#include <gtest/gtest.h>

#include "support/gate.h"
#include "support/wait_for.h"

namespace dirlease {
namespace {

using testing::Gate;
using testing::Watched;

TEST(WorkerPoolTest, OneKeyLeavesHalfOfTheThreadsToOthers) {
  Gate stalled("stalled");
  Watched<int> done;
  WorkerPool pool("test", 4);
  for (int i = 0; i < 4; ++i) {
    pool.Submit("slow", [&] {
      stalled.Pass();
      done.Update([](int& count) { ++count; });
    });
  }
  stalled.AwaitArrivals(2);
  for (int i = 0; i < 10; ++i) {
    pool.Submit("quick", [&] { done.Update([](int& count) { ++count; }); });
  }
  EXPECT_TRUE(done.WaitFor([](int count) { return count == 10; }));
  stalled.Open();
  EXPECT_TRUE(done.WaitFor([](int count) { return count == 14; }));
}

TEST(WorkerPoolTest, OneThreadServesEveryKey) {
  Watched<int> done;
  WorkerPool pool("test", 1);
  for (const char* key : {"a", "a", "b"}) {
    pool.Submit(key, [&] { done.Update([](int& count) { ++count; }); });
  }
  EXPECT_TRUE(done.WaitFor([](int count) { return count == 3; }));
}

TEST(WorkerPoolTest, StopFinishesWhatRunsAndDropsWhatWaits) {
  Gate running("running");
  Watched<int> done;
  auto held = std::make_shared<int>();
  WorkerPool pool("test", 1);
  pool.Submit("a", [&] {
    running.Pass();
    done.Update([](int& count) { ++count; });
  });
  running.AwaitArrivals();
  pool.Submit("a", [&done, held] { done.Update([](int& count) { ++count; }); });
  running.Open();
  pool.Stop();
  EXPECT_LE(done.Get(), 2);
  EXPECT_GE(done.Get(), 1);
  EXPECT_EQ(held.use_count(), 1);
  pool.Submit("a", [held] {});
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace dirlease
