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

  static constexpr size_t kLarge = ByteBudget::kSmallOctets;

  ByteBudget budget_{100};
  FakeReader privileged_;
  FakeReader first_, second_;
};

TEST_F(ByteBudgetTest, LetsEverybodyReadUpToItsLimit) {
  budget_.Charge(100);
  EXPECT_TRUE(budget_.MayRead(&first_, kLarge));
  RefundAll();
}

TEST_F(ByteBudgetTest, SmallMessagesAlwaysPass) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&first_, 0));
  EXPECT_TRUE(budget_.MayRead(&second_, kLarge - 1));
  RefundAll();
}

TEST_F(ByteBudgetTest, ParksReadersAboveTheLimitAndWakesThemInOrderOnce) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&privileged_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&first_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&first_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&second_, kLarge));
  RefundAll();
  EXPECT_EQ(first_.wakes, 1);
  EXPECT_EQ(second_.wakes, 1);
  budget_.Forget(&privileged_);
}

TEST_F(ByteBudgetTest, WakesNobodyWhileStillAboveTheLimit) {
  budget_.Charge(150);
  EXPECT_TRUE(budget_.MayRead(&privileged_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&first_, kLarge));
  budget_.Refund(10);
  EXPECT_EQ(first_.wakes, 0);
  RefundAll();
  budget_.Forget(&privileged_);
}

TEST_F(ByteBudgetTest, OneReaderInTheMiddleOfAMessageGoesOn) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&first_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&second_, kLarge));
  EXPECT_TRUE(budget_.MayRead(&first_, kLarge));
  budget_.Forget(&first_);
  budget_.Forget(&second_);
  RefundAll();
}

TEST_F(ByteBudgetTest, ThePrivilegeGoesToAnotherReaderInTheMiddleOfAMessage) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&first_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&second_, kLarge));
  budget_.Forget(&first_);
  EXPECT_EQ(second_.wakes, 1);
  EXPECT_TRUE(budget_.MayRead(&second_, kLarge));
  budget_.Forget(&second_);
  RefundAll();
}

TEST_F(ByteBudgetTest, AForgottenReaderIsNotWoken) {
  budget_.Charge(101);
  EXPECT_TRUE(budget_.MayRead(&privileged_, kLarge));
  EXPECT_FALSE(budget_.MayRead(&first_, kLarge));
  budget_.Forget(&first_);
  RefundAll();
  EXPECT_EQ(first_.wakes, 0);
  budget_.Forget(&privileged_);
}

TEST(ByteBudgetPurposes, AreCountedApart) {
  ByteBudget budget(100);
  budget.Charge(30, ByteBudget::Purpose::kStreams);
  budget.Charge(5, ByteBudget::Purpose::kMessages);
  const BudgetCharge request(budget, 1);
  EXPECT_EQ(budget.used(), 36u);
  EXPECT_EQ(budget.used(ByteBudget::Purpose::kStreams), 30u);
  EXPECT_EQ(budget.used(ByteBudget::Purpose::kMessages), 5u);
  EXPECT_EQ(budget.used(ByteBudget::Purpose::kRequests), 1u);
  budget.Refund(30, ByteBudget::Purpose::kStreams);
  budget.Refund(5, ByteBudget::Purpose::kMessages);
  EXPECT_EQ(budget.used(), 1u);
}

}  // namespace
}  // namespace dirlease
