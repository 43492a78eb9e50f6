#include "base/byte_budget.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

class FakeReader final : public ByteBudget::Reader {
 public:
  void OnBudgetFree() override { ++wakes; }
  int wakes = 0;
};

class ByteBudgetTest : public ::testing::Test {
 protected:
  // Each test ends with nothing charged: the budget's own assertions check the rest.
  void RefundAll() { budget_.Refund(budget_.used()); }

  ByteBudget budget_{100};
  FakeReader first_, second_;
};

TEST_F(ByteBudgetTest, LetsEverybodyReadUpToItsLimit) {
  budget_.Charge(100);
  EXPECT_TRUE(budget_.MayRead(&first_, false));
  RefundAll();
}

TEST_F(ByteBudgetTest, ParksReadersAboveTheLimitAndWakesThemInOrderOnce) {
  budget_.Charge(101);
  EXPECT_FALSE(budget_.MayRead(&first_, false));
  EXPECT_FALSE(budget_.MayRead(&first_, false));
  EXPECT_FALSE(budget_.MayRead(&second_, false));
  RefundAll();
  EXPECT_EQ(first_.wakes, 1);
  EXPECT_EQ(second_.wakes, 1);
}

TEST_F(ByteBudgetTest, WakesNobodyWhileStillAboveTheLimit) {
  budget_.Charge(150);
  EXPECT_FALSE(budget_.MayRead(&first_, false));
  budget_.Refund(10);
  EXPECT_EQ(first_.wakes, 0);
  RefundAll();
}

TEST_F(ByteBudgetTest, OneReaderInTheMiddleOfAMessageGoesOn) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&first_, true));
  EXPECT_FALSE(budget_.MayRead(&second_, true));
  EXPECT_TRUE(budget_.MayRead(&first_, true));
  budget_.Forget(&first_);
  budget_.Forget(&second_);
  RefundAll();
}

TEST_F(ByteBudgetTest, ThePrivilegeGoesToAnotherReaderInTheMiddleOfAMessage) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&first_, true));
  EXPECT_FALSE(budget_.MayRead(&second_, true));
  budget_.Forget(&first_);
  EXPECT_EQ(second_.wakes, 1);
  EXPECT_TRUE(budget_.MayRead(&second_, true));
  budget_.Forget(&second_);
  RefundAll();
}

TEST_F(ByteBudgetTest, AForgottenReaderIsNotWoken) {
  budget_.Charge(101);
  EXPECT_FALSE(budget_.MayRead(&first_, false));
  budget_.Forget(&first_);
  RefundAll();
  EXPECT_EQ(first_.wakes, 0);
}

}  // namespace
}  // namespace dirlease
