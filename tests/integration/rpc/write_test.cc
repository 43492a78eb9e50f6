// Every operation that changes a real directory, and what is read back; failures_test.cc has how they fail.
#include <gmock/gmock.h>

#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kNewDn[] = "uid=new,ou=people,dc=example,dc=com";

class WriteTest : public SlapdAdminTest {
 protected:
  void SetUp() override { Start({.people = 5}); }

  static v1::AddRequest NewPerson() {
    v1::AddRequest request = AddRequestOf(
        kNewDn, {{"objectClass", {"inetOrgPerson"}}, {"uid", {"new"}}, {"cn", {"New Person"}}, {"sn", {"Person"}}});
    v1::Attribute& photo = *request.add_attributes();
    photo.set_type("jpegPhoto");
    photo.add_values(std::string("\xff\xd8\x00\x01", 4));
    return request;
  }
  static v1::ModifyRequest Change(v1::Modification::Type type, const std::string& attribute,
                                  const std::vector<std::string>& values) {
    return ModifyRequestOf(PersonDn(1), type, attribute, values);
  }
  // The values of one attribute; empty also when there is no such entry.
  std::vector<std::string> ValuesOf(const std::string& dn, const std::string& attribute) {
    v1::GetEntryRequest request;
    request.set_dn(dn);
    request.add_attributes(attribute);
    v1::GetEntryResponse response;
    Call(request, &response);
    if (response.entry().attributes_size() != 1) return {};
    const auto& values = response.entry().attributes(0).values();
    return {values.begin(), values.end()};
  }
};

TEST_F(WriteTest, AnEntryIsAddedReadRenamedAndDeleted) {
  v1::AddResponse added;
  const CallEnd end = Call(NewPerson(), &added);
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(added.result().name(), "success");
  EXPECT_EQ(ValuesOf(kNewDn, "jpegPhoto"), std::vector<std::string>{std::string("\xff\xd8\x00\x01", 4)});

  v1::ModifyDnRequest rename;
  rename.set_dn(kNewDn);
  rename.set_new_rdn("uid=renamed");
  rename.set_delete_old_rdn(true);
  rename.set_new_superior("dc=example,dc=com");
  EXPECT_TRUE(Call(rename).ok());
  EXPECT_EQ(ValuesOf("uid=renamed,dc=example,dc=com", "uid"), std::vector<std::string>{"renamed"});

  v1::DeleteRequest remove;
  remove.set_dn("uid=renamed,dc=example,dc=com");
  EXPECT_TRUE(Call(remove).ok());
  v1::GetEntryRequest read;
  read.set_dn("uid=renamed,dc=example,dc=com");
  EXPECT_EQ(Call(read).code, Code::kNotFound);
}

TEST_F(WriteTest, ModificationsOfEveryKind) {
  EXPECT_TRUE(Call(Change(v1::Modification::TYPE_REPLACE, "description", {"one"})).ok());
  EXPECT_TRUE(Call(Change(v1::Modification::TYPE_ADD, "description", {"two"})).ok());
  EXPECT_EQ(ValuesOf(PersonDn(1), "description"), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(Call(Change(v1::Modification::TYPE_DELETE, "description", {"one"})).ok());
  EXPECT_EQ(ValuesOf(PersonDn(1), "description"), std::vector<std::string>{"two"});
  EXPECT_TRUE(Call(Change(v1::Modification::TYPE_DELETE, "description", {})).ok());
  EXPECT_TRUE(ValuesOf(PersonDn(1), "description").empty());
}

TEST_F(WriteTest, ANumberIsIncremented) {
  const v1::AddRequest pilot = AddRequestOf(
      "cn=pilot,dc=example,dc=com",
      {{"objectClass", {"pilotPerson"}}, {"cn", {"pilot"}}, {"sn", {"pilot"}}, {"mailPreferenceOption", {"1"}}});
  ASSERT_TRUE(Call(pilot).ok());
  const CallEnd end =
      Call(ModifyRequestOf(pilot.dn(), v1::Modification::TYPE_INCREMENT, "mailPreferenceOption", {"41"}));
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(ValuesOf(pilot.dn(), "mailPreferenceOption"), std::vector<std::string>{"42"});
}

TEST_F(WriteTest, AModifyIsAllOrNothing) {
  v1::ModifyRequest change = Change(v1::Modification::TYPE_REPLACE, "description", {"never"});
  change.MergeFrom(Change(v1::Modification::TYPE_DELETE, "sn", {}));
  EXPECT_EQ(Call(change).reason(), "OBJECT_CLASS_VIOLATION");
  EXPECT_NE(ValuesOf(PersonDn(1), "description"), std::vector<std::string>{"never"});
}

TEST_F(WriteTest, APasswordIsChangedAndAnotherMadeUp) {
  v1::ChangePasswordRequest change;
  change.set_user_identity(PersonDn(1));
  change.set_new_password("another secret");
  EXPECT_TRUE(Call(change).ok());
  client_->Unbind(OpenAs(PersonDn(1), "another secret"));

  v1::ChangePasswordRequest any;
  any.set_user_identity(PersonDn(1));
  v1::ChangePasswordResponse made_up;
  EXPECT_TRUE(Call(any, &made_up).ok());
  ASSERT_FALSE(made_up.generated_password().empty());
  client_->Unbind(OpenAs(PersonDn(1), made_up.generated_password()));
}

TEST_F(WriteTest, ExtendedOperationsGoRaw) {
  v1::ExtendedRequest who;
  who.set_oid("1.3.6.1.4.1.4203.1.11.3");
  v1::ExtendedResponse response;
  EXPECT_TRUE(Call(who, &response).ok());
  EXPECT_EQ(response.value(), "dn:" + Slapd::admin_dn());
  v1::ExtendedRequest unknown;
  unknown.set_oid("1.2.3.4");
  const CallEnd end = Call(unknown);
  EXPECT_EQ(end.code, Code::kUnimplemented);
  EXPECT_EQ(end.reason(), "PROTOCOL_ERROR");
  v1::ExtendedRequest start_tls;
  start_tls.set_oid("1.3.6.1.4.1.1466.20037");
  const LogMark mark = slapd_->Mark();
  EXPECT_EQ(Call(start_tls).code, Code::kInvalidArgument);
  EXPECT_EQ(slapd_->CountLog("STARTTLS", mark), 0u);
}

TEST_F(WriteTest, TheRootDseSaysWhatTheDirectoryCan) {
  v1::GetRootDseResponse response;
  EXPECT_TRUE(Call(v1::GetRootDseRequest(), &response).ok());
  EXPECT_THAT(response.naming_contexts(), ElementsAre("dc=example,dc=com"));
  EXPECT_THAT(response.supported_extensions(), Contains("1.3.6.1.4.1.4203.1.11.3"));
  EXPECT_EQ(response.subschema_subentry(), "cn=Subschema");
  EXPECT_GT(response.entry().attributes_size(), 5);
}

TEST_F(WriteTest, TheSchemaIsReadOnceAndThenFromMemory) {
  const LogMark mark = slapd_->Mark();
  v1::GetSchemaResponse first, second;
  EXPECT_TRUE(Call(v1::GetSchemaRequest(), &first).ok());
  EXPECT_TRUE(Call(v1::GetSchemaRequest(), &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_THAT(first.object_classes(), Contains(HasSubstr("NAME 'inetOrgPerson'")));
  EXPECT_THAT(first.attribute_types(), Contains(HasSubstr("NAME ( 'cn' 'commonName' )")));
  EXPECT_GT(first.matching_rules_size(), 10);
  EXPECT_GT(first.ldap_syntaxes_size(), 10);
  EXPECT_EQ(slapd_->WaitForLog("SRCH attr=modifyTimestamp", 2, mark).size(), 2u);
  EXPECT_EQ(slapd_->CountLog("SRCH attr=attributeTypes", mark), 1u);
}

TEST_F(WriteTest, AnEntryThatDoesNotMatchIsNotFound) {
  v1::GetEntryRequest request;
  request.set_dn(PersonDn(1));
  request.set_filter("(uid={0})");
  request.add_filter_args("user.1");
  EXPECT_TRUE(Call(request).ok());
  request.set_filter_args(0, "user.2");
  const CallEnd end = Call(request);
  EXPECT_EQ(end.code, Code::kNotFound);
  EXPECT_EQ(end.reason(), "FILTER_MISMATCH");
}

}  // namespace
}  // namespace dirlease::testing
