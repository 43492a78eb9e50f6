#include "base/timer_heap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace dirlease {
namespace {

absl::Time At(int second) { return absl::UnixEpoch() + absl::Seconds(second); }

TEST(TimerHeap, EmptyOneNeverWakes) {
  TimerHeap heap;
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(heap.NextWake(), absl::InfiniteFuture());
  EXPECT_EQ(heap.PopDue(absl::InfiniteFuture()), nullptr);
}

TEST(TimerHeap, PopsInOrderOfTimeAndOnlyWhatIsDue) {
  TimerHeap heap;
  TimerHeap::Alarm a, b, c;
  heap.Arm(b, At(2));
  heap.Arm(c, At(3));
  heap.Arm(a, At(1));
  EXPECT_EQ(heap.NextWake(), At(1));
  EXPECT_EQ(heap.PopDue(At(0)), nullptr);
  EXPECT_EQ(heap.PopDue(At(2)), &a);
  EXPECT_EQ(heap.PopDue(At(2)), &b);
  EXPECT_EQ(heap.PopDue(At(2)), nullptr);
  EXPECT_EQ(heap.PopDue(At(3)), &c);
  EXPECT_TRUE(heap.empty());
}

TEST(TimerHeap, ArmingLaterMovesTheAlarmOnlyWhenItsOldTimeComes) {
  TimerHeap heap;
  TimerHeap::Alarm alarm;
  heap.Arm(alarm, At(1));
  heap.Arm(alarm, At(9));
  EXPECT_EQ(heap.NextWake(), At(1));
  EXPECT_EQ(heap.PopDue(At(5)), nullptr);
  EXPECT_EQ(heap.NextWake(), At(9));
  EXPECT_EQ(heap.PopDue(At(9)), &alarm);
}

TEST(TimerHeap, ArmingEarlierMovesTheAlarmAtOnce) {
  TimerHeap heap;
  TimerHeap::Alarm first, second;
  heap.Arm(first, At(5));
  heap.Arm(second, At(9));
  heap.Arm(second, At(1));
  EXPECT_EQ(heap.NextWake(), At(1));
  EXPECT_EQ(heap.PopDue(At(1)), &second);
}

// Later, then earlier, but still after the place in the heap: the last word counts.
TEST(TimerHeap, LastArmingCounts) {
  TimerHeap heap;
  TimerHeap::Alarm alarm;
  heap.Arm(alarm, At(1));
  heap.Arm(alarm, At(9));
  heap.Arm(alarm, At(4));
  EXPECT_EQ(heap.PopDue(At(3)), nullptr);
  EXPECT_EQ(heap.NextWake(), At(4));
  EXPECT_EQ(heap.PopDue(At(4)), &alarm);
}

TEST(TimerHeap, RemovedAlarmsStaySilent) {
  TimerHeap heap;
  TimerHeap::Alarm a, b, c;
  heap.Arm(a, At(1));
  heap.Arm(b, At(2));
  heap.Arm(c, At(3));
  heap.Remove(b);
  heap.Remove(b);
  EXPECT_EQ(heap.PopDue(At(9)), &a);
  EXPECT_EQ(heap.PopDue(At(9)), &c);
  EXPECT_EQ(heap.PopDue(At(9)), nullptr);
}

TEST(TimerHeap, PoppedAlarmCanBeArmedAgain) {
  TimerHeap heap;
  TimerHeap::Alarm alarm;
  heap.Arm(alarm, At(1));
  ASSERT_EQ(heap.PopDue(At(1)), &alarm);
  heap.Arm(alarm, At(2));
  EXPECT_EQ(heap.PopDue(At(2)), &alarm);
}

// The same random walk on the heap and on a plain map from alarm to time.
class Walk {
 public:
  explicit Walk(uint32_t seed) : random_(seed), alarms_(64) {}

  void Step() {
    TimerHeap::Alarm& alarm = alarms_[random_() % alarms_.size()];
    switch (random_() % 4) {
      case 0:
        heap_.Remove(alarm);
        model_.erase(&alarm);
        break;
      case 1:
        Advance();
        break;
      default:
        const absl::Time due = now_ + absl::Seconds(random_() % 50);
        heap_.Arm(alarm, due);
        model_[&alarm] = due;
    }
  }
  void DrainAll() {
    now_ += absl::Hours(1);
    Advance();
    EXPECT_TRUE(heap_.empty());
    EXPECT_TRUE(model_.empty());
  }

 private:
  void Advance() {
    now_ += absl::Seconds(random_() % 10);
    while (TimerHeap::Alarm* alarm = heap_.PopDue(now_)) {
      ASSERT_EQ(model_.count(alarm), 1u);
      EXPECT_LE(model_[alarm], now_);
      model_.erase(alarm);
    }
    absl::Time next = absl::InfiniteFuture();
    for (const auto& [alarm, due] : model_) next = std::min(next, due);
    EXPECT_GT(next, now_) << "an alarm that was due stayed silent";
    EXPECT_LE(heap_.NextWake(), next) << "the loop would oversleep";
    EXPECT_GT(heap_.NextWake(), now_) << "the loop would spin";
  }

  std::mt19937 random_;
  std::vector<TimerHeap::Alarm> alarms_;
  TimerHeap heap_;
  std::map<TimerHeap::Alarm*, absl::Time> model_;
  absl::Time now_ = absl::UnixEpoch();
};

TEST(TimerHeap, AgreesWithAPlainMapOnARandomWalk) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Walk walk(seed);
    for (int i = 0; i < 2000; ++i) walk.Step();
    walk.DrainAll();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace dirlease
