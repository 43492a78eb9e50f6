// The password policy control (draft-behera-ldap-password-policy) of a real slapd, beside results of code 0, 19 and 49.
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

constexpr char kLongAgo[] = "20200101000000Z";
constexpr char kAges[] = "2000000000";  // seconds, 63 years

class PasswordPolicyTest : public SlapdAdminTest {
 protected:
  void StartWith(TextAttributes policy) {
    Start({.people = 3,
           .global_config = "moduleload ppolicy\n",
           .database_config = "overlay ppolicy\nppolicy_default \"cn=policy,dc=example,dc=com\"\nppolicy_use_lockout\n"
                              "access to attrs=userPassword by self write by anonymous auth by * none\n"
                              "access to * by self write by * read"});
    policy.insert(policy.end(), {{"objectClass", {"organizationalRole", "pwdPolicy"}},
                                 {"cn", {"policy"}},
                                 {"pwdAttribute", {"userPassword"}}});
    const CallEnd end = Call(AddRequestOf("cn=policy,dc=example,dc=com", policy));
    ASSERT_TRUE(end.ok()) << end;
  }
  // What only who manages the entry may write.
  void Set(const std::string& type, const std::string& value) {
    v1::ModifyRequest change = ModifyRequestOf(PersonDn(1), v1::Modification::TYPE_REPLACE, type, {value});
    v1::Control& relax = *change.add_controls();
    relax.set_critical(true);
    relax.set_relax(true);
    const CallEnd end = Call(change);
    EXPECT_TRUE(end.ok()) << end;
  }
  static v1::OpenSessionRequest Bind(const std::string& password = PersonPassword(1)) {
    v1::OpenSessionRequest open = SimpleBindRequest(PersonDn(1), password);
    open.add_controls()->set_password_policy(true);
    return open;
  }
  static v1::PasswordPolicyResult PolicyOf(const v1::LdapResult& result) {
    for (const v1::ResponseControl& control : result.controls()) {
      if (control.has_password_policy()) return control.password_policy();
    }
    ADD_FAILURE() << "no password policy control";
    return {};
  }
  // Of a bind that succeeds; its lease is `opened_`.
  v1::PasswordPolicyResult Opened() {
    opened_ = client_->Open(Bind());
    return PolicyOf(opened_.bind().result());
  }
  v1::PasswordPolicyResult Refused(const CallEnd& end, int code) {
    if (!end.ldap_result) {
      ADD_FAILURE() << end;
      return {};
    }
    EXPECT_EQ(end.ldap_result->code(), code) << end;
    return PolicyOf(*end.ldap_result);
  }

  v1::OpenSessionResponse opened_;
};

TEST_F(PasswordPolicyTest, LockedIsToldWithTheRefusal) {
  StartWith({{"pwdLockout", {"TRUE"}}, {"pwdMaxFailure", {"1"}}});
  EXPECT_EQ(client_->Call(Bind("wrong"), nullptr).code, Code::kUnauthenticated);
  EXPECT_EQ(Refused(client_->Call(Bind(), nullptr), 49).error_name(), "accountLocked");
}

TEST_F(PasswordPolicyTest, ExpiringIsToldWithTheSuccess) {
  StartWith({{"pwdMaxAge", {kAges}}, {"pwdExpireWarning", {"1999999999"}}});
  Set("pwdChangedTime", kLongAgo);
  const v1::PasswordPolicyResult policy = Opened();
  EXPECT_GT(policy.time_before_expiration().seconds(), 0);
  EXPECT_FALSE(policy.has_error());
  client_->Unbind(opened_.token());
}

TEST_F(PasswordPolicyTest, ExpiredIsToldWithGraceAndThenWithTheRefusal) {
  StartWith({{"pwdMaxAge", {"1"}}, {"pwdGraceAuthnLimit", {"1"}}});
  Set("pwdChangedTime", kLongAgo);
  const v1::PasswordPolicyResult policy = Opened();
  EXPECT_TRUE(policy.has_grace_logins_remaining());
  EXPECT_EQ(policy.grace_logins_remaining(), 0);
  client_->Unbind(opened_.token());
  EXPECT_EQ(Refused(client_->Call(Bind(), nullptr), 49).error_name(), "passwordExpired");
}

// The lease may do nothing but change the password.
TEST_F(PasswordPolicyTest, MustChangeIsToldWithTheSuccess) {
  StartWith({{"pwdMustChange", {"TRUE"}}});
  Set("pwdReset", "TRUE");
  EXPECT_EQ(Opened().error_name(), "changeAfterReset");
  EXPECT_EQ(Search(SearchUnder(kPeopleDn), opened_.token()).end.reason(), "INSUFFICIENT_ACCESS_RIGHTS");
  v1::ChangePasswordRequest change;
  change.set_old_password(PersonPassword(1));
  change.set_new_password("another one");
  const CallEnd end = client_->Call(change, nullptr, {.token = opened_.token()});
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_TRUE(Search(SearchUnder(kPeopleDn), opened_.token()).end.ok());
  client_->Unbind(opened_.token());
}

TEST_F(PasswordPolicyTest, APasswordOfPoorQualityIsToldWithTheWrite) {
  StartWith({{"pwdCheckQuality", {"2"}}, {"pwdMinLength", {"10"}}});
  const std::string person = OpenAs(PersonDn(1), PersonPassword(1));
  v1::ModifyRequest change = ModifyRequestOf(PersonDn(1), v1::Modification::TYPE_REPLACE, "userPassword", {"short"});
  change.add_controls()->set_password_policy(true);
  EXPECT_EQ(Refused(client_->Call(change, nullptr, {.token = person}), 19).error_name(), "passwordTooShort");
  change.mutable_modifications(0)->mutable_attribute()->set_text_values(0, "long enough by far");
  const CallEnd end = client_->Call(change, nullptr, {.token = person});
  EXPECT_TRUE(end.ok()) << end;
  client_->Unbind(person);
}

}  // namespace
}  // namespace dirlease::testing
