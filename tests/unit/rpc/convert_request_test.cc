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

TEST(OpenFromProto, TakesRelayedSasl) {
  v1::OpenSessionRequest request;
  v1::SaslBind& sasl = *request.mutable_credentials()->mutable_sasl();
  sasl.set_mechanism("OAUTHBEARER");
  EXPECT_FALSE(OpenFromProto(request)->bind.sasl->credentials.has_value());
  sasl.set_credentials("");
  EXPECT_TRUE(OpenFromProto(request)->bind.sasl->credentials.has_value());
  sasl.set_credentials("a token");
  auto open = OpenFromProto(request);
  EXPECT_EQ(open->bind.sasl->credentials->Reveal(), "a token");
  EXPECT_FALSE(open->bind.sasl->identity.has_value());
  EXPECT_EQ(sasl.credentials(), "");
}

TEST(OpenFromProto, NamesTheSaslFieldThatIsWrong) {
  const auto relayed = [](const std::string& mechanism, size_t octets) {
    return FieldOfOpen([&](auto& r) {
      r.mutable_credentials()->mutable_sasl()->set_mechanism(mechanism);
      r.mutable_credentials()->mutable_sasl()->set_credentials(std::string(octets, 'x'));
    });
  };
  EXPECT_EQ(relayed("GSS-SPNEGO", 65536), "");
  for (const char* mechanism : {"", "plain", "A B", "AAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(relayed(mechanism, 1), "credentials.sasl.mechanism") << mechanism;
  }
  EXPECT_EQ(relayed("PLAIN", 65537), "credentials.sasl.credentials");
}

TEST(OpenFromProto, TakesManagedSaslAndWipesThePasswordInTheMessage) {
  v1::OpenSessionRequest request;
  v1::ManagedSaslBind& sasl = *request.mutable_credentials()->mutable_managed_sasl();
  sasl.set_mechanism("SCRAM-SHA-256");
  sasl.set_authentication_id("alice");
  sasl.set_password("secret");
  sasl.set_authorization_id("u:bob");
  auto open = OpenFromProto(request);
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->bind.sasl->identity->password.Reveal(), "secret");
  EXPECT_EQ(open->bind.sasl->identity->authorization_id, "u:bob");
  EXPECT_EQ(sasl.password(), "");
}

TEST(OpenFromProto, NamesTheManagedSaslFieldThatIsWrong) {
  const auto managed = [](const std::string& mechanism, const std::string& user, const std::string& password,
                          const std::string& realm = "") {
    return FieldOfOpen([&](auto& r) {
      v1::ManagedSaslBind& sasl = *r.mutable_credentials()->mutable_managed_sasl();
      sasl.set_mechanism(mechanism);
      sasl.set_authentication_id(user);
      sasl.set_password(password);
      sasl.set_realm(realm);
    });
  };
  const std::string field = "credentials.managed_sasl.";
  EXPECT_EQ(managed("DIGEST-MD5", "alice", "secret"), field + "mechanism");
  EXPECT_EQ(managed("PLAIN", "", "secret"), field + "authentication_id");
  EXPECT_EQ(managed("PLAIN", "alice", ""), field + "password");
  EXPECT_EQ(managed("GSSAPI", "alice", ""), field + "authentication_id");
  EXPECT_EQ(managed("EXTERNAL", "", ""), "");
  EXPECT_EQ(managed("PLAIN", "alice", "secret", std::string(1025, 'x')), field + "realm");
  EXPECT_EQ(managed("PLAIN", std::string("a\0b", 3), "secret"), field + "authentication_id");
}

TEST(OpenFromProto, TakesProfilesAndNamesTheFieldThatIsWrong) {
  const auto profile = [](const std::string& name, const std::string& authorization_id) {
    return FieldOfOpen([&](auto& r) {
      r.mutable_credentials()->mutable_profile()->set_profile(name);
      r.mutable_credentials()->mutable_profile()->set_authorization_id(authorization_id);
    });
  };
  EXPECT_EQ(profile("reader", ""), "");
  EXPECT_EQ(profile("reader", "dn:"), "");
  EXPECT_EQ(profile("", ""), "credentials.profile.profile");
  EXPECT_EQ(profile("reader", "uid=alice"), "credentials.profile.authorization_id");
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
