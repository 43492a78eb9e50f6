// What a write has to say, and what is refused before anything reaches a directory.
#include <gtest/gtest.h>

#include <functional>

#include "rpc/convert_request.h"
#include "rpc/password_modify.h"

namespace dirlease {
namespace {

// "" = accepted, else the field that is wrong.
template <typename T>
std::string WrittenFieldOf(const Outcome<T>& outcome) {
  if (outcome.ok()) return "";
  EXPECT_EQ(outcome.failure().code, absl::StatusCode::kInvalidArgument);
  if (outcome.failure().violations.size() != 1) return "no violation";
  return outcome.failure().violations[0].field;
}

v1::AddRequest Add() {
  v1::AddRequest request;
  request.set_dn("cn=a");
  v1::Attribute& attribute = *request.add_attributes();
  attribute.set_type("cn");
  attribute.add_values("a");
  return request;
}
v1::ModifyRequest Modify(v1::Modification::Type type, int values = 1) {
  v1::ModifyRequest request;
  request.set_dn("cn=a");
  v1::Modification& modification = *request.add_modifications();
  modification.set_type(type);
  modification.mutable_attribute()->set_type("description");
  for (int i = 0; i < values; ++i) modification.mutable_attribute()->add_text_values("1");
  return request;
}
v1::ModifyDnRequest Rename() {
  v1::ModifyDnRequest request;
  request.set_dn("cn=a,dc=b");
  request.set_new_rdn("cn=c");
  return request;
}

TEST(AddFromProto, NamesTheFieldThatIsWrong) {
  const auto field_after = [](const std::function<void(v1::AddRequest&)>& change) {
    v1::AddRequest request = Add();
    change(request);
    return WrittenFieldOf(AddFromProto(request));
  };
  EXPECT_EQ(field_after([](auto&) {}), "");
  EXPECT_EQ(field_after([](auto& add) { add.clear_dn(); }), "dn");
  EXPECT_EQ(field_after([](auto& add) { add.set_dn("no dn"); }), "dn");
  EXPECT_EQ(field_after([](auto& add) { add.clear_attributes(); }), "attributes");
  EXPECT_EQ(field_after([](auto& add) { add.mutable_attributes(0)->set_type("c n"); }), "attributes[0].type");
  EXPECT_EQ(field_after([](auto& add) { add.mutable_attributes(0)->clear_values(); }), "attributes[0]");
  EXPECT_EQ(field_after([](auto& add) { add.add_attributes()->set_type("cn;"); }), "attributes[1].type");
  EXPECT_EQ(field_after([](auto& add) { add.set_operation_id("a b"); }), "operation_id");
}

TEST(AddFromProto, WritesTheUnionOfBothLists) {
  v1::AddRequest request = Add();
  request.mutable_attributes(0)->add_text_values("b");
  auto converted = AddFromProto(request);
  EXPECT_EQ(std::get<AddRequest>(converted->body).attributes[0].values, (std::vector<std::string>{"a", "b"}));
  WipeValues(request);
  EXPECT_EQ(request.attributes(0).values(0) + request.attributes(0).text_values(0), "");
}

TEST(AddFromProto, CountsWhatCostsMemory) {
  v1::AddRequest request = Add();
  for (size_t i = 2; i < kMostWrittenValues; ++i) request.mutable_attributes(0)->add_values("");
  EXPECT_EQ(WrittenFieldOf(AddFromProto(request)), "");
  request.mutable_attributes(0)->add_values("");
  EXPECT_EQ(WrittenFieldOf(AddFromProto(request)), "attributes");
}

TEST(ModifyFromProto, EachKindHasItsNumberOfValues) {
  using v1::Modification;
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_ADD))), "");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_ADD, 0))), "modifications[0].attribute");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_DELETE, 0))), "");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_REPLACE, 0))), "");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_INCREMENT, 1))), "");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_INCREMENT, 2))), "modifications[0].attribute");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(Modification::TYPE_UNSPECIFIED))), "modifications[0].type");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(Modify(static_cast<Modification::Type>(9)))), "modifications[0].type");
  v1::ModifyRequest empty;
  empty.set_dn("cn=a");
  EXPECT_EQ(WrittenFieldOf(ModifyFromProto(empty)), "modifications");
}

TEST(ModifyFromProto, KeepsTheOrder) {
  v1::ModifyRequest request = Modify(v1::Modification::TYPE_DELETE, 0);
  request.MergeFrom(Modify(v1::Modification::TYPE_ADD));
  auto converted = ModifyFromProto(request);
  const auto& modifications = std::get<ModifyRequest>(converted->body).modifications;
  ASSERT_EQ(modifications.size(), 2u);
  EXPECT_EQ(modifications[0].type, Modification::Type::kDelete);
  EXPECT_EQ(modifications[1].type, Modification::Type::kAdd);
}

TEST(ModifyDnFromProto, AnAbsentAndAnEmptyParentDiffer) {
  const auto superior_of = [](const v1::ModifyDnRequest& request) {
    return std::get<ModifyDnRequest>(ModifyDnFromProto(request)->body).new_superior;
  };
  v1::ModifyDnRequest request = Rename();
  EXPECT_FALSE(superior_of(request).has_value());
  request.set_new_superior("");
  EXPECT_EQ(superior_of(request), "");
  request.set_new_superior("no dn");
  EXPECT_EQ(WrittenFieldOf(ModifyDnFromProto(request)), "new_superior");
  request = Rename();
  for (const char* const wrong : {"", " ", "cn", "cn=a,dc=b", "cn=a;dc=b", "<GUID=1>"}) {
    request.set_new_rdn(wrong);
    EXPECT_EQ(WrittenFieldOf(ModifyDnFromProto(request)), "new_rdn") << wrong;
  }
  for (const char* const right : {"cn=a", "cn=a+sn=b", R"(cn=a\,b)", R"(cn=a\2cb)", "cn=\"a,b\""}) {
    request.set_new_rdn(right);
    EXPECT_EQ(WrittenFieldOf(ModifyDnFromProto(request)), "") << right;
  }
}

TEST(DeleteFromProto, NeedsADn) {
  EXPECT_EQ(WrittenFieldOf(DeleteFromProto({})), "dn");
}

TEST(ExtendedFromProto, StartTlsIsTheGatewaysBusiness) {
  v1::ExtendedRequest request;
  EXPECT_EQ(WrittenFieldOf(ExtendedFromProto(request)), "oid");
  for (const char* const refused : {kStartTlsOid, "1.3.6.1.1.19", "1.2.840.113556.1.4.1781", "no oid"}) {
    request.set_oid(refused);
    EXPECT_EQ(WrittenFieldOf(ExtendedFromProto(request)), "oid");
  }
  request.set_oid("1.2.3");
  EXPECT_FALSE(std::get<ExtendedRequest>(ExtendedFromProto(request)->body).value.has_value());
  request.set_value("");
  EXPECT_EQ(std::get<ExtendedRequest>(ExtendedFromProto(request)->body).value->Reveal(), "");
  request.set_value("secret");
  WipeValues(request);
  EXPECT_EQ(request.value(), "");
}

TEST(ChangePasswordFromProto, WipesThePasswordsWhateverComesOfIt) {
  v1::ChangePasswordRequest request;
  request.set_old_password("old");
  request.set_new_password("new");
  auto converted = ChangePasswordFromProto(request);
  EXPECT_TRUE(request.old_password().empty() && request.new_password().empty());
  EXPECT_EQ(std::get<ExtendedRequest>(converted->body).value->Reveal(), "\x30\x0a\x81\x03old\x82\x03new");
  EXPECT_EQ(SubjectOf(*converted), kModifyPasswordOid);
  request.Clear();
  request.set_user_identity("cn=a");
  EXPECT_EQ(SubjectOf(*ChangePasswordFromProto(request)), "cn=a");

  request.set_new_password(std::string(5000, 'x'));
  EXPECT_EQ(WrittenFieldOf(ChangePasswordFromProto(request)), "new_password");
  EXPECT_TRUE(request.new_password().empty());
  request.set_new_password("");
  EXPECT_EQ(WrittenFieldOf(ChangePasswordFromProto(request)), "new_password");
}

TEST(PasswordModify, NothingSetIsNoValue) {
  EXPECT_FALSE(EncodePasswordModify({}).has_value());
  EXPECT_EQ(EncodePasswordModify({.user_identity = "u", .old_password = {}, .new_password = {}})->Reveal(),
            "\x30\x03\x80\x01u");
}

TEST(PasswordModify, TheMadeUpPasswordIsReadAndNothingElse) {
  std::optional<Secret> password;
  EXPECT_TRUE(DecodeGeneratedPassword(std::nullopt, password));
  EXPECT_TRUE(DecodeGeneratedPassword(std::string("\x30\0", 2), password));
  EXPECT_FALSE(password.has_value());
  for (const char* const malformed :
       {"", "\x30", "\x30\x05\x80\x09pwd", "\x04\x03pwd", "\x30\x05\x81\x03pwd", "\x30\x03\x80\x01\xff"}) {
    EXPECT_FALSE(DecodeGeneratedPassword(malformed, password));
    EXPECT_FALSE(password.has_value());
  }
  EXPECT_TRUE(DecodeGeneratedPassword("\x30\x05\x80\x03pwd", password));
  EXPECT_EQ(password->Reveal(), "pwd");
}

}  // namespace
}  // namespace dirlease
