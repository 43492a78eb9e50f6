#include "rpc/convert_controls.h"

#include <gtest/gtest.h>

#include "model/paged_results.h"

namespace dirlease {
namespace {

class ConvertControlsTest : public ::testing::Test {
 protected:
  v1::Control& Add() { return *controls_.Add(); }
  std::vector<Control> Converted() {
    auto outcome = ControlsFromProto(controls_);
    EXPECT_TRUE(outcome.ok());
    return outcome.ok() ? outcome.value() : std::vector<Control>{};
  }
  std::string Field() {
    const auto outcome = ControlsFromProto(controls_);
    return outcome.ok() ? "" : outcome.failure().violations.at(0).field;
  }

  google::protobuf::RepeatedPtrField<v1::Control> controls_;
};

TEST_F(ConvertControlsTest, RawControlsAreSentAsTheyAre) {
  Add().mutable_raw()->set_oid("1.2.3");
  v1::Control& second = Add();
  second.set_critical(true);
  second.mutable_raw()->set_oid("1.2.4");
  second.mutable_raw()->set_value("");
  const auto controls = Converted();
  ASSERT_EQ(controls.size(), 2u);
  EXPECT_EQ(controls[0].oid, "1.2.3");
  EXPECT_FALSE(controls[0].critical);
  EXPECT_EQ(controls[0].value, std::nullopt);
  EXPECT_TRUE(controls[1].critical);
  EXPECT_EQ(controls[1].value, "");
}

TEST_F(ConvertControlsTest, PagedResultsAreEncoded) {
  Add().mutable_paged_results()->set_size(50);
  controls_[0].mutable_paged_results()->set_cookie("c");
  const auto controls = Converted();
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls[0].oid, kPagedResultsOid);
  EXPECT_EQ(DecodePagedResults(*controls[0].value)->size, 50);
  EXPECT_EQ(DecodePagedResults(*controls[0].value)->cookie, "c");
}

TEST_F(ConvertControlsTest, FlagsThatAreFalseAreNotSent) {
  Add().set_manage_dsa_it(true);
  Add().set_tree_delete(false);
  const auto controls = Converted();
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls[0].oid, "2.16.840.1.113730.3.4.2");
}

TEST_F(ConvertControlsTest, AnEmptyControlNamesItsField) {
  Add().mutable_raw()->set_oid("1.2.3");
  Add();
  EXPECT_EQ(Field(), "controls[1]");
}

TEST_F(ConvertControlsTest, AnOidThatIsNoneNamesItsField) {
  Add().mutable_raw()->set_oid("not.an.oid");
  EXPECT_EQ(Field(), "controls[0].raw.oid");
}

TEST_F(ConvertControlsTest, ANegativePageNamesItsField) {
  Add().mutable_paged_results()->set_size(-1);
  EXPECT_EQ(Field(), "controls[0].paged_results.size");
}

TEST_F(ConvertControlsTest, TheSameControlTwiceNamesItsField) {
  Add().set_manage_dsa_it(true);
  Add().mutable_raw()->set_oid("2.16.840.1.113730.3.4.2");
  EXPECT_EQ(Field(), "controls[1]");
}

TEST_F(ConvertControlsTest, TooManyAreRefused) {
  for (int i = 0; i <= kMostControls; ++i) Add().mutable_raw()->set_oid("1.2." + std::to_string(i));
  EXPECT_EQ(Field(), "controls");
}

TEST_F(ConvertControlsTest, TypedOnesThatAreNotBuiltSaySo) {
  Add().mutable_server_side_sort();
  const auto outcome = ControlsFromProto(controls_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, absl::StatusCode::kUnimplemented);
  EXPECT_EQ(Field(), "controls[0]");
}

}  // namespace
}  // namespace dirlease
