// What VerifyCredentials tells of a bind's result, and what it keeps to itself.
#include "rpc/verify_call.h"

#include <gtest/gtest.h>

#include "rpc/convert_request.h"

namespace dirlease {
namespace {

constexpr char kPasswordPolicy[] = "1.3.6.1.4.1.42.2.27.8.5.1";

v1::VerifyCredentialsRequest Simple(const std::string& name, const std::string& password) {
  v1::VerifyCredentialsRequest request;
  request.mutable_credentials()->mutable_simple()->set_dn(name);
  request.mutable_credentials()->mutable_simple()->set_password(password);
  return request;
}

std::string FieldOf(v1::VerifyCredentialsRequest request) {
  const auto bind = VerifyFromProto(request);
  return bind.ok() ? "" : bind.failure().violations.at(0).field;
}

LdapResult Refusal(int code, std::optional<std::string> policy = {}) {
  LdapResult result;
  result.code = code;
  result.matched_dn = "ou=people";
  result.diagnostic_message = "80090308: LdapErr: data 525";
  result.referrals = {"ldap://elsewhere"};
  if (policy) result.controls.push_back({.oid = kPasswordPolicy, .critical = false, .value = std::move(policy)});
  result.controls.push_back({.oid = "1.2.3", .critical = false, .value = "told"});
  return result;
}

TEST(VerifyCallTest, AnUnknownNameLooksLikeAWrongPassword) {
  for (const int code : {16, 19, 32, 33, 36, 48, 49, 50, 53}) {
    EXPECT_TRUE(SaysInvalid(code)) << code;
    const LdapResult told = ToldOfInvalid(Refusal(code));
    EXPECT_EQ(told.code, 49);
    EXPECT_EQ(told.matched_dn + told.diagnostic_message, "");
    EXPECT_TRUE(told.referrals.empty() && told.controls.empty());
  }
}

TEST(VerifyCallTest, OtherResultsAreNoAnswerToTheQuestion) {
  for (const int code : {0, 1, 5, 6, 10, 14, 34, 51, 52, 80, -1}) EXPECT_FALSE(SaysInvalid(code)) << code;
}

TEST(VerifyCallTest, OtherResultsTellTheirCodeAlone) {
  for (const int code : {8, 10, 51, 80}) {
    const auto told = std::get<OperationEnd>(ToldOfNoAnswer(OperationEnd{.result = Refusal(code, "\x30")}));
    EXPECT_EQ(told.result.code, code);
    EXPECT_EQ(told.result.matched_dn + told.result.diagnostic_message, "");
    EXPECT_TRUE(told.result.referrals.empty() && told.result.controls.empty());
  }
  const OperationEnd notice{.cause = EndCause::kLost, .result = Refusal(52)};
  EXPECT_EQ(std::get<OperationEnd>(ToldOfNoAnswer(notice)).result.diagnostic_message, "");
}

TEST(VerifyCallTest, WhatTheGatewayItselfSaysIsTold) {
  OperationEnd lost{.cause = EndCause::kLost};
  lost.result.code = ldap_code::kServerDown;
  lost.result.diagnostic_message = "the directory closed the connection";
  EXPECT_EQ(std::get<OperationEnd>(ToldOfNoAnswer(lost)).result.diagnostic_message,
            "the directory closed the connection");
  EXPECT_EQ(std::get<Failure>(ToldOfNoAnswer(Failure{.reason = "DRAINING"})).reason, "DRAINING");
}

TEST(VerifyCallTest, AnExpiredPasswordIsToldButNotThatThereIsAnAccount) {
  const std::string expired("\x30\x03\x81\x01\x00", 5), locked("\x30\x03\x81\x01\x01", 5), nothing("\x30\x00", 2);
  const std::string grace("\x30\x05\xa0\x03\x81\x01\x02", 7);  // a warning: its own tags do not count
  const LdapResult told = ToldOfInvalid(Refusal(49, expired));
  ASSERT_EQ(told.controls.size(), 1u);
  EXPECT_EQ(told.controls[0].oid, kPasswordPolicy);
  EXPECT_EQ(told.controls[0].value, expired);
  for (const std::string& silent : {locked, nothing, grace, std::string(), std::string("\x30\x7f\x81", 3)}) {
    EXPECT_TRUE(ToldOfInvalid(Refusal(49, silent)).controls.empty());
  }
}

TEST(VerifyCallTest, TheRequestNamesWhoAndThePasswordIsWiped) {
  v1::VerifyCredentialsRequest request = Simple("cn=a", "secret");
  const auto bind = VerifyFromProto(request);
  ASSERT_TRUE(bind.ok());
  EXPECT_EQ(bind.value().name, "cn=a");
  EXPECT_EQ(bind.value().password.Reveal(), "secret");
  EXPECT_EQ(request.credentials().simple().password(), "");
  EXPECT_EQ(FieldOf({}), "credentials");
  EXPECT_EQ(FieldOf(Simple("", "secret")), "credentials.simple.dn");
  EXPECT_EQ(FieldOf(Simple("cn=a", "")), "credentials.simple.password");
  request = Simple("cn=a", "secret");
  request.add_controls();
  EXPECT_EQ(FieldOf(request), "controls[0]");
  request = Simple("cn=a", "secret");
  for (int i = 0; i < 17; ++i) {
    v1::RawControl& control = *request.add_controls()->mutable_raw();
    control.set_oid("1.2." + std::to_string(i));
    control.set_value(std::string(64 * 1024, 'x'));
    EXPECT_EQ(FieldOf(request), i < 16 ? "" : "controls");
    request.mutable_credentials()->mutable_simple()->set_password("secret");
  }
}

}  // namespace
}  // namespace dirlease
