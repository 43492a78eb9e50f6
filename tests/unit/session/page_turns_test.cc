// Whose next page the directory is asked for.
#include "session/page_turns.h"

#include <gtest/gtest.h>

#include <array>

#include "support/manual_event_loop.h"

namespace dirlease {
namespace {

class PageTurnsTest : public ::testing::Test {
 protected:
  struct Search final : PageTurns::Taker {
    void OnTurn() override {
      ++asked;
      if (takes) {
        EXPECT_TRUE(turns->Take(*this));
      }
    }
    PageTurns* turns = nullptr;
    bool takes = true;
    int asked = 0;
  };

  PageTurnsTest() {
    for (Search& search : searches_) search.turns = &turns_;
  }
  ~PageTurnsTest() override {
    for (Search& search : searches_) turns_.Leave(search);
    EXPECT_EQ(turns_.taken() + turns_.waiting(), 0u);
    loop_.RunUntilIdle();
  }
  bool Take(int search) { return turns_.Take(searches_.at(search)); }
  void Leave(int search) {
    turns_.Leave(searches_.at(search));
    loop_.RunUntilIdle();
  }
  int asked(int search) const { return searches_.at(search).asked; }

  testing::ManualEventLoop loop_;
  PageTurns turns_{loop_, 2};
  std::array<Search, 5> searches_;
};

TEST_F(PageTurnsTest, SoManyAtOnceAndTheOthersInTheirOrder) {
  EXPECT_TRUE(Take(0));
  EXPECT_TRUE(Take(1));
  EXPECT_FALSE(Take(2));
  EXPECT_FALSE(Take(3));
  Leave(1);
  EXPECT_EQ(asked(2), 1);
  EXPECT_EQ(asked(3), 0);
  Leave(0);
  EXPECT_EQ(asked(3), 1);
  EXPECT_EQ(turns_.taken(), 2u);
}

TEST_F(PageTurnsTest, WhoHadOneGoesBehindThoseWhoWait) {
  for (int search = 0; search < 3; ++search) Take(search);
  turns_.Leave(searches_[0]);
  loop_.Post([this] { EXPECT_FALSE(Take(0)) << "as a search asks for its next page"; });
  loop_.RunUntilIdle();
  EXPECT_EQ(asked(2), 1);
}

TEST_F(PageTurnsTest, WhoDoesNotTakeItIsPassedOver) {
  for (int search = 0; search < 4; ++search) Take(search);
  searches_[2].takes = false;
  Leave(0);
  EXPECT_EQ(asked(3), 1);
  EXPECT_EQ(turns_.waiting(), 0u);
}

TEST_F(PageTurnsTest, AskingTwiceIsWaitingOnce) {
  for (int search = 0; search < 3; ++search) Take(search);
  EXPECT_FALSE(Take(2));
  EXPECT_EQ(turns_.waiting(), 1u);
}

TEST_F(PageTurnsTest, WhoLeavesIsNotAsked) {
  for (int search = 0; search < 4; ++search) Take(search);
  Leave(2);
  Leave(0);
  EXPECT_EQ(asked(2), 0);
  EXPECT_EQ(asked(3), 1);
}

TEST_F(PageTurnsTest, LongPagesDoNotHoldUpTheOthers) {
  Take(0);
  loop_.Advance(PageTurns::kLongestTurn / 2);
  for (int search = 1; search < 5; ++search) Take(search);
  loop_.Advance(PageTurns::kLongestTurn / 2);
  EXPECT_EQ(asked(2), 1);
  EXPECT_EQ(asked(3), 0);
  loop_.Advance(PageTurns::kLongestTurn / 2);
  EXPECT_EQ(asked(3), 1);
  EXPECT_EQ(asked(4), 0) << "the one that came in between has half of its time left";
  Leave(0);
  EXPECT_EQ(turns_.taken(), 2u) << "it had none any more";
}

}  // namespace
}  // namespace dirlease
