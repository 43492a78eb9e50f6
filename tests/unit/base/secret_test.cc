#include "base/secret.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <new>
#include <type_traits>

namespace dirlease {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);

constexpr char kShort[] = "hunter2";  // lives inside the std::string itself
constexpr char kLong[] = "a password that is too long for any small-string buffer";

// Memory that outlives the object in it, to look at what the object left behind.
struct Room {
  alignas(Secret) std::byte octets[sizeof(Secret)] = {};
  bool Holds(std::string_view text) const {
    const std::string_view all(reinterpret_cast<const char*>(octets), sizeof(octets));
    return all.find(text) != std::string_view::npos;
  }
};

TEST(Secret, RevealsWhatItHolds) {
  EXPECT_EQ(Secret(kLong).Reveal(), kLong);
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, LeavesNothingBehindWhenDestroyed) {
  Room room;
  auto* secret = new (room.octets) Secret(kShort);
  ASSERT_TRUE(room.Holds(kShort));
  secret->~Secret();
  EXPECT_FALSE(room.Holds(kShort));
}

TEST(Secret, LeavesNothingBehindWhenMovedFrom) {
  Room room;
  auto* source = new (room.octets) Secret(kShort);
  const Secret target(std::move(*source));
  EXPECT_FALSE(room.Holds(kShort));
  EXPECT_TRUE(source->empty());
  EXPECT_EQ(target.Reveal(), kShort);
  source->~Secret();
}

TEST(Secret, WipesLongTextsWhereTheyWere) {
  std::string text = kLong;
  const char* where = text.data();
  Wipe(text);
  EXPECT_TRUE(text.empty());
  // Still the string's own memory: clear() keeps the capacity.
  ASSERT_EQ(text.data(), where);
  for (size_t i = 0; i < sizeof(kLong) - 1; ++i) EXPECT_EQ(where[i], '\0');
}

TEST(Secret, AssignmentWipesBothSides) {
  Secret target(kShort);
  Secret source(kLong);
  target = std::move(source);
  EXPECT_EQ(target.Reveal(), kLong);
  EXPECT_TRUE(source.empty());
  target.Clear();
  EXPECT_TRUE(target.empty());
}

TEST(Secret, SurvivesAssignmentToItself) {
  Secret secret(kShort);
  Secret& alias = secret;
  secret = std::move(alias);
  EXPECT_EQ(secret.Reveal(), kShort);
}

TEST(Secret, CloneIsASecondHolder) {
  Secret secret(kShort);
  const Secret clone = secret.Clone();
  secret.Clear();
  EXPECT_EQ(clone.Reveal(), kShort);
}

}  // namespace
}  // namespace dirlease
