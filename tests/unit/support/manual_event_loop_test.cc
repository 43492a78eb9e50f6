#include "support/manual_event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dirlease::testing {
namespace {

using ::testing::ElementsAre;

TEST(ManualEventLoop, RunsTasksInOrderAndOneRoundAtATime) {
  ManualEventLoop loop;
  std::vector<int> ran;
  loop.Post([&] {
    ran.push_back(1);
    loop.Post([&] { ran.push_back(3); });
  });
  loop.Post([&] { ran.push_back(2); });
  EXPECT_EQ(loop.RunPosted(), 2u);
  EXPECT_THAT(ran, ElementsAre(1, 2));
  loop.RunUntilIdle();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(ManualEventLoop, AdvanceFiresTimersInOrderEachAtItsMoment) {
  ManualEventLoop loop;
  const absl::Time start = loop.Now();
  std::vector<absl::Duration> fired;
  const auto note = [&] { fired.push_back(loop.Now() - start); };
  const auto late = loop.NewTimer(note);
  const auto early = loop.NewTimer(note);
  late->ArmAt(start + absl::Seconds(2));
  early->ArmAt(start + absl::Seconds(1));
  loop.Advance(absl::Seconds(5));
  EXPECT_THAT(fired, ElementsAre(absl::Seconds(1), absl::Seconds(2)));
  EXPECT_EQ(loop.Now() - start, absl::Seconds(5));
}

TEST(ManualEventLoop, AReArmedTimerFiresAtItsLaterMomentOnly) {
  ManualEventLoop loop;
  int fired = 0;
  const auto timer = loop.NewTimer([&] { ++fired; });
  timer->ArmAt(loop.Now() + absl::Seconds(1));
  timer->ArmAt(loop.Now() + absl::Seconds(3));
  loop.Advance(absl::Seconds(2));
  EXPECT_EQ(fired, 0);
  loop.Advance(absl::Seconds(1));
  EXPECT_EQ(fired, 1);
}

TEST(ManualEventLoop, ADisarmedTimerStaysSilent) {
  ManualEventLoop loop;
  const auto timer = loop.NewTimer([] { ADD_FAILURE(); });
  timer->ArmAt(loop.Now() + absl::Seconds(1));
  timer->Disarm();
  loop.Advance(absl::Seconds(2));
  EXPECT_EQ(loop.NextTimer(), absl::InfiniteFuture());
}

TEST(ManualEventLoop, ATimerMayDestroyItself) {
  ManualEventLoop loop;
  std::unique_ptr<Timer> timer;
  timer = loop.NewTimer([&] { timer.reset(); });
  timer->ArmAt(loop.Now());
  loop.RunUntilIdle();
  EXPECT_EQ(loop.live_timers(), 0u);
}

TEST(ManualEventLoop, SignalTellsOnlyWhatTheWatchIsInterestedIn) {
  ManualEventLoop loop;
  std::vector<uint32_t> told;
  const auto watch = loop.Watch(7, EPOLLIN, [&](uint32_t events) { told.push_back(events); });
  EXPECT_TRUE(loop.Signal(7, EPOLLIN | EPOLLOUT));
  EXPECT_FALSE(loop.Signal(7, EPOLLOUT));
  EXPECT_FALSE(loop.Signal(8, EPOLLIN));
  watch->SetInterest(0);
  EXPECT_FALSE(loop.Signal(7, EPOLLIN));
  EXPECT_TRUE(loop.Signal(7, EPOLLHUP));
  EXPECT_EQ(loop.InterestOf(7), 0u);
  EXPECT_THAT(told, ElementsAre(uint32_t{EPOLLIN}, uint32_t{EPOLLHUP}));
}

TEST(ManualEventLoop, AWatchMayDestroyItself) {
  ManualEventLoop loop;
  std::unique_ptr<FdWatch> watch;
  watch = loop.Watch(7, EPOLLIN, [&](uint32_t) { watch.reset(); });
  EXPECT_TRUE(loop.Signal(7, EPOLLIN));
  EXPECT_FALSE(loop.InterestOf(7).has_value());
}

TEST(ManualEventLoop, ForgottenTasksFailTheTest) {
  EXPECT_NONFATAL_FAILURE(
      {
        ManualEventLoop loop;
        loop.Post([] {});
      },
      "1 tasks were posted and never run");
}

TEST(ManualEventLoopDeathTest, ATimerThatOutlivesTheLoopEndsTheProcess) {
  EXPECT_DEATH(
      {
        std::unique_ptr<Timer> timer;
        ManualEventLoop loop;
        timer = loop.NewTimer([] {});
      },
      "a Timer outlives its loop");
}

}  // namespace
}  // namespace dirlease::testing
