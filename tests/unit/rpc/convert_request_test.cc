// Each bad input names its field, before anything reaches a directory; each good one arrives as it was meant.
#include "rpc/convert_request.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace dirlease {
namespace {

// The one field a failure names; "" when there is no failure.
template <typename T>
std::string FieldOf(const Outcome<T>& outcome) {
  if (outcome.ok()) return "";
  EXPECT_EQ(outcome.failure().violations.size(), 1u);
  EXPECT_FALSE(outcome.failure().violations[0].description.empty());
  return outcome.failure().violations[0].field;
}

template <typename T>
absl::StatusCode CodeOf(const Outcome<T>& outcome) {
  return outcome.ok() ? absl::StatusCode::kOk : outcome.failure().code;
}

v1::CompareRequest GoodCompare() {
  v1::CompareRequest request;
  request.set_dn("cn=a");
  request.set_attribute_type("cn");
  request.set_text_value("a");
  return request;
}

v1::OpenSessionRequest GoodOpen() {
  v1::OpenSessionRequest request;
  request.mutable_credentials()->mutable_simple()->set_dn("cn=a");
  request.mutable_credentials()->mutable_simple()->set_password("secret");
  return request;
}

std::string FieldOfOpen(const std::function<void(v1::OpenSessionRequest&)>& spoil) {
  v1::OpenSessionRequest request = GoodOpen();
  spoil(request);
  return FieldOf(OpenFromProto(request));
}

std::string FieldOfCompare(const std::function<void(v1::CompareRequest&)>& spoil) {
  v1::CompareRequest request = GoodCompare();
  spoil(request);
  return FieldOf(CompareFromProto(request));
}

TEST(OpenFromProto, TakesASimpleBindAndWipesThePasswordInTheMessage) {
  v1::OpenSessionRequest request = GoodOpen();
  request.set_label("job");
  request.mutable_ttl()->set_seconds(30);
  auto open = OpenFromProto(request);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->bind.name, "cn=a");
  EXPECT_EQ(open->bind.password.Reveal(), "secret");
  EXPECT_EQ(open->ttl, absl::Seconds(30));
  EXPECT_EQ(open->label, "job");
  EXPECT_EQ(request.credentials().simple().password(), "");
}

TEST(OpenFromProto, TakesAPasswordInOctets) {
  v1::OpenSessionRequest request = GoodOpen();
  request.mutable_credentials()->mutable_simple()->clear_password();
  request.mutable_credentials()->mutable_simple()->set_password_octets("\xff\x01");
  auto open = OpenFromProto(request);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->bind.password.Reveal(), "\xff\x01");
  EXPECT_EQ(request.credentials().simple().password_octets(), "");
}

TEST(OpenFromProto, NoCredentialsAreTheAnonymousBind) {
  v1::OpenSessionRequest request;
  auto open = OpenFromProto(request);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->bind.name, "");
  EXPECT_TRUE(open->bind.password.empty());
  EXPECT_FALSE(open->ttl.has_value());
}

TEST(OpenFromProto, BadInputNamesItsField) {
  const std::string kPassword = "credentials.simple.password";
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.mutable_credentials()->mutable_simple()->clear_password(); }),
            kPassword);
  EXPECT_EQ(FieldOfOpen([](auto& r) {
              r.mutable_credentials()->mutable_simple()->set_password(std::string(4097, 'x'));
            }),
            kPassword);
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.mutable_credentials()->mutable_simple()->clear_dn(); }),
            "credentials.simple.dn");
  EXPECT_EQ(FieldOfOpen([](auto& r) {
              r.mutable_credentials()->mutable_simple()->set_dn(std::string("cn=a\0b", 6));
            }),
            "credentials.simple.dn");
  EXPECT_EQ(FieldOfOpen([](auto& r) {
              r.mutable_credentials()->mutable_simple()->set_dn(std::string(8193, 'x'));
            }),
            "credentials.simple.dn");
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.mutable_ttl()->set_seconds(0); }), "ttl");
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.mutable_ttl()->set_seconds(-1); }), "ttl");
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.mutable_ttl()->set_nanos(2'000'000'000); }), "ttl");
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.set_label(std::string(129, 'x')); }), "label");
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.set_request_id("not-a-uuid"); }), "request_id");
  EXPECT_EQ(FieldOfOpen([](auto& r) { r.add_controls(); }), "controls[0]");
}

TEST(OpenFromProto, BindMethodsThatAreNotBuiltSaySo) {
  v1::OpenSessionRequest request;
  request.mutable_credentials()->mutable_managed_sasl()->set_password("secret");
  EXPECT_EQ(CodeOf(OpenFromProto(request)), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(request.credentials().managed_sasl().password(), "");
  request.mutable_credentials()->mutable_sasl();
  EXPECT_EQ(FieldOf(OpenFromProto(request)), "credentials.sasl");
  request.mutable_credentials()->mutable_profile();
  EXPECT_EQ(FieldOf(OpenFromProto(request)), "credentials.profile");
}

TEST(OpenFromProto, NoFailureTellsThePassword) {
  v1::OpenSessionRequest request = GoodOpen();
  request.set_request_id("bad");
  const auto open = OpenFromProto(request);
  EXPECT_EQ(open.failure().violations[0].description.find("secret"), std::string::npos);
  EXPECT_EQ(open.failure().message.find("secret"), std::string::npos);
}

TEST(CompareFromProto, TakesTextAndOctets) {
  v1::CompareRequest request = GoodCompare();
  EXPECT_EQ(std::get<CompareRequest>(CompareFromProto(request)->body).value, "a");
  request.set_value("\xff");
  EXPECT_EQ(std::get<CompareRequest>(CompareFromProto(request)->body).value, "\xff");
}

TEST(CompareFromProto, AnEmptyValueIsAValue) {
  v1::CompareRequest request = GoodCompare();
  request.set_text_value("");
  EXPECT_TRUE(CompareFromProto(request).ok());
}

TEST(CompareFromProto, BadInputNamesItsField) {
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.clear_assertion(); }), "assertion");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.set_text_value(std::string(1024 * 1024 + 1, 'x')); }),
            "assertion");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.set_dn("no dn"); }), "dn");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.clear_attribute_type(); }), "attribute_type");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.set_attribute_type("a b"); }), "attribute_type");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.set_operation_id("a/b"); }), "operation_id");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.set_operation_id(std::string(65, 'x')); }), "operation_id");
  EXPECT_EQ(FieldOfCompare([](auto& r) { r.add_controls(); }), "controls[0]");
}

TEST(WhoAmIFromProto, BadInputNamesItsField) {
  v1::WhoAmIRequest request;
  EXPECT_TRUE(WhoAmIFromProto(request).ok());
  request.set_operation_id(" ");
  EXPECT_EQ(FieldOf(WhoAmIFromProto(request)), "operation_id");
}

TEST(WaitFromProto, TakesWhatIsNotNegative) {
  v1::UnbindRequest request;
  EXPECT_EQ(*WaitFromProto(request), absl::ZeroDuration());
  request.mutable_wait()->set_seconds(3);
  EXPECT_EQ(*WaitFromProto(request), absl::Seconds(3));
  request.mutable_wait()->set_seconds(-3);
  EXPECT_EQ(FieldOf(WaitFromProto(request)), "wait");
}

TEST(ChooseToken, TakesTheOneThereIs) {
  EXPECT_EQ(*ChooseToken("t", ""), "t");
  EXPECT_EQ(*ChooseToken("", "t"), "t");
  EXPECT_EQ(*ChooseToken("t", "t"), "t");
}

TEST(ChooseToken, RefusesNoneAndTwo) {
  EXPECT_EQ(ChooseToken("", "").failure().reason, "SESSION_MISSING");
  EXPECT_EQ(ChooseToken("a", "b").failure().reason, "SESSION_CONFLICT");
  EXPECT_EQ(FieldOf(ChooseToken("a", "b")), "session");
}

TEST(ChooseToken, NeverRepeatsAToken) {
  const auto conflict = ChooseToken("1.first", "1.second");
  EXPECT_EQ(conflict.failure().violations[0].description.find("1."), std::string::npos);
}

}  // namespace
}  // namespace dirlease
