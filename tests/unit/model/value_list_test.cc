#include "model/value_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/ber_writer.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr size_t kMany = 1000;

std::string Elements(const std::vector<std::string>& values) {
  std::string elements;
  for (const std::string& value : values) elements += BerElement(kBerOctetString, value);
  return elements;
}

std::vector<std::string> ReadAll(const ValueList& list) { return {list.begin(), list.end()}; }

TEST(ValueListTest, ReadsWhatStandsThere) {
  const std::vector<std::string> values = {"a", "", std::string(127, 'b'), "c"};
  const std::string elements = Elements(values);
  const auto list = ValueList::Of(elements, kMany);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 4u);
  EXPECT_EQ(list->octets(), 129u);
  EXPECT_EQ(list->front(), "a");
  EXPECT_TRUE(list->short_headed());
  EXPECT_THAT(ReadAll(*list), ElementsAreArray(values));
}

TEST(ValueListTest, NothingIsAListToo) {
  const auto list = ValueList::Of("", 0);
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
  EXPECT_TRUE(list->short_headed());
  EXPECT_THAT(ReadAll(*list), ElementsAre());
}

TEST(ValueListTest, OneLongHeaderIsSeen) {
  const std::string elements = Elements({"a", std::string(128, 'b')});
  EXPECT_FALSE(ValueList::Of(elements, kMany)->short_headed());
}

TEST(ValueListTest, WhatIsCutOffIsNoList) {
  const std::string elements = Elements({"a", "bc"});
  for (size_t octets = 1; octets < elements.size(); ++octets) {
    const auto list = ValueList::Of(std::string_view(elements).substr(0, octets), kMany);
    EXPECT_EQ(list.has_value(), octets == 3) << octets;  // only behind "a"
  }
}

TEST(ValueListTest, MoreThanTheMostIsNoList) {
  const std::string elements = Elements({"a", "b"});
  EXPECT_TRUE(ValueList::Of(elements, 2));
  EXPECT_FALSE(ValueList::Of(elements, 1));
}

TEST(ValueListTest, APartIsAListOfItsOwn) {
  const std::string elements = Elements({"a", "b", std::string(200, 'c'), "d"});
  const auto list = ValueList::Of(elements, kMany);
  const auto second = ++list->begin();
  const auto third = ++ValueList::iterator(second);
  const ValueList part = list->Between(second, third);
  EXPECT_THAT(ReadAll(part), ElementsAre("b"));
  EXPECT_TRUE(part.short_headed());
  EXPECT_THAT(ReadAll(list->Between(third, list->end())), ElementsAre(std::string(200, 'c'), "d"));
  EXPECT_TRUE(list->Between(second, second).empty());
}

}  // namespace
}  // namespace dirlease
