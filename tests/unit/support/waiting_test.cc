#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "base/unique_fd.h"
#include "support/gate.h"
#include "support/leak_check.h"
#include "support/wait_for.h"

namespace dirlease::testing {
namespace {

TEST(Gate, HoldsASideUntilItIsOpened) {
  Gate gate("test");
  Watched<bool> through(false);
  std::thread side([&] {
    gate.Pass();
    through.Update([](bool& value) { value = true; });
  });
  gate.AwaitArrivals();
  EXPECT_FALSE(through.Get());
  gate.Open();
  EXPECT_TRUE(through.WaitFor([](bool value) { return value; }));
  side.join();
  gate.Pass();
}

TEST(LeakCheck, NamesADescriptorLeftOpen) {
  UniqueFd left;
  EXPECT_NONFATAL_FAILURE(
      {
        LeakCheck check;
        left.Reset(dup(STDERR_FILENO));
      },
      "new:\n");
}

TEST(LeakCheck, AllowsWhatIsClosedInTime) {
  LeakCheck check;
  const UniqueFd closed(dup(STDERR_FILENO));
}

}  // namespace
}  // namespace dirlease::testing
