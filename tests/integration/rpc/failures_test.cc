// Each operation's likeliest failures at a real slapd: the canonical code, the directory's own code and the reason.
// tests/README.md has the matrix, with where each one's success is.
#include "integration/rpc/expected_failure.h"
#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

constexpr char kNobodyDn[] = "uid=nobody,ou=people,dc=example,dc=com";

class FailuresTest : public SlapdAdminTest {
 protected:
  void SetUp() override {
    Start({.people = 5,
           .global_config = "moduleload syncprov\n"
                            "referral ldap://elsewhere.example/\n"
                            "access to dn.base=\"\" by anonymous none by * read\n"
                            "access to dn.base=\"cn=Subschema\" by anonymous none by * read\n"
                            "access to * by * read\n",
           .database_config = "index entryCSN eq\noverlay syncprov\nsyncprov-reloadhint TRUE\n"
                              "sizelimit size.unchecked=4\n"
                              "access to dn.subtree=\"ou=odd,dc=example,dc=com\" by * search\n"
                              "access to dn.subtree=\"ou=groups,dc=example,dc=com\" by * disclose\n"});
    person_ = OpenAs(PersonDn(1), PersonPassword(1));
    anonymous_ = client_->Open().token();
  }

  // As the administrator unless another lease is named.
  void Fails(const google::protobuf::Message& request, const ExpectedFailure& expected, const std::string& token = "",
             int line = __builtin_LINE()) {
    ExpectFailure(client_->Call(request, nullptr, {.token = token.empty() ? token_ : token}), expected, line);
  }

  template <typename Request>
  static Request To(const std::string& dn) {
    Request request;
    request.set_dn(dn);
    return request;
  }
  static v1::AddRequest Person(const std::string& dn, TextAttributes more = {{"sn", {"New"}}}) {
    more.insert(more.end(), {{"objectClass", {"inetOrgPerson"}}, {"cn", {"new"}}});
    return AddRequestOf(dn, more);
  }
  static v1::ModifyDnRequest Rename(const std::string& dn, const std::string& new_rdn) {
    auto request = To<v1::ModifyDnRequest>(dn);
    request.set_new_rdn(new_rdn);
    return request;
  }
  static v1::ModifyDnRequest Move(const std::string& dn, const std::string& new_rdn, const std::string& new_superior) {
    v1::ModifyDnRequest request = Rename(dn, new_rdn);
    request.set_new_superior(new_superior);
    return request;
  }
  static v1::CompareRequest Compare(const std::string& dn, const std::string& type, const std::string& value) {
    auto request = To<v1::CompareRequest>(dn);
    request.set_attribute_type(type);
    request.set_text_value(value);
    return request;
  }
  static v1::ChangePasswordRequest Password(const std::string& dn, const std::string& old_password = "") {
    v1::ChangePasswordRequest request;
    request.set_user_identity(dn);
    request.set_new_password("new");
    if (!old_password.empty()) request.set_old_password(old_password);
    return request;
  }
  static v1::ExtendedRequest Extended(const std::string& oid, const std::string& value = "") {
    v1::ExtendedRequest request;
    request.set_oid(oid);
    if (!value.empty()) request.set_value(value);
    return request;
  }
  static v1::SyncRequest Sync(const std::string& base_dn, const std::string& cookie = "") {
    v1::SyncRequest request;
    request.set_base_dn(base_dn);
    request.set_mode(v1::SyncRequest::MODE_REFRESH_ONLY);
    request.set_cookie(cookie);
    return request;
  }
  static v1::GetSchemaRequest Schema(const std::string& subschema_subentry) {
    v1::GetSchemaRequest request;
    request.set_subschema_subentry(subschema_subentry);
    return request;
  }
  template <typename Request>
  static Request WithUnknownControl(Request request) {
    v1::Control& control = *request.add_controls();
    control.set_critical(true);
    control.mutable_raw()->set_oid("1.2.3.4");
    return request;
  }
  template <typename Request>
  static Request For(const std::string& authorization_id, Request request) {
    v1::Control& control = *request.add_controls();
    control.set_critical(true);
    control.set_proxied_authorization_id(authorization_id);
    return request;
  }

  // Until so many have been sent, unanswered.
  void AwaitOperations(const std::string& token, size_t count) {
    v1::GetSessionResponse session;
    while (static_cast<size_t>(session.operations_size()) < count) {
      ASSERT_TRUE(client_->Call(v1::GetSessionRequest(), &session, {.token = token}).ok());
    }
  }

  std::string person_;
  std::string anonymous_;
};

TEST_F(FailuresTest, OfWrites) {
  Fails(Person(PersonDn(1)), kEntryAlreadyExists);
  Fails(Person("cn=new,ou=nowhere,dc=example,dc=com"), kNoSuchObject);
  Fails(Person("cn=new,dc=example,dc=com", {}), kObjectClassViolation);
  Fails(Person("cn=new,dc=example,dc=com", {{"sn", {"New"}}, {"nonesuch", {"x"}}}), kUndefinedAttributeType);
  Fails(Person("cn=new,dc=example,dc=com", {{"sn", {"New"}}, {"seeAlso", {kUnknownTypeDn}}}), kInvalidAttributeSyntax);
  Fails(Person("cn=new,dc=example,dc=com"), kInsufficientAccess, person_);
  Fails(Person("cn=new,dc=example,dc=com"), kStrongerAuthRequired, anonymous_);
  Fails(Person("cn=new,dc=elsewhere"), kReferral);

  const auto modify = [](v1::Modification::Type type, const std::string& attribute, const std::vector<std::string>& values) {
    return ModifyRequestOf(PersonDn(1), type, attribute, values);
  };
  Fails(ModifyRequestOf(kNobodyDn, v1::Modification::TYPE_ADD, "sn", {"x"}), kNoSuchObject);
  Fails(modify(v1::Modification::TYPE_DELETE, "description", {"never there"}), kNoSuchAttribute);
  Fails(modify(v1::Modification::TYPE_ADD, "uid", {"user.1"}), kAttributeOrValueExists);
  Fails(modify(v1::Modification::TYPE_REPLACE, "uid", {"other"}), kNamingViolation);
  Fails(modify(v1::Modification::TYPE_DELETE, "sn", {}), kObjectClassViolation);
  Fails(modify(v1::Modification::TYPE_ADD, "nonesuch", {"x"}), kUndefinedAttributeType);
  Fails(modify(v1::Modification::TYPE_ADD, "seeAlso", {kUnknownTypeDn}), kInvalidAttributeSyntax);
  Fails(modify(v1::Modification::TYPE_ADD, "displayName", {"one", "two"}), kConstraintViolation);
  Fails(modify(v1::Modification::TYPE_REPLACE, "structuralObjectClass", {"person"}), kConstraintViolation);
  Fails(modify(v1::Modification::TYPE_INCREMENT, "description", {"1"}), kConstraintViolation);
  Fails(modify(v1::Modification::TYPE_REPLACE, "objectClass", {"device"}), kObjectClassModsProhibited);
  Fails(ModifyRequestOf(PersonDn(2), v1::Modification::TYPE_ADD, "sn", {"x"}), kInsufficientAccess, person_);

  Fails(To<v1::DeleteRequest>(kNobodyDn), kNoSuchObject);
  Fails(To<v1::DeleteRequest>(kPeopleDn), kNotAllowedOnNonLeaf);
  Fails(To<v1::DeleteRequest>(PersonDn(2)), kInsufficientAccess, person_);
  Fails(To<v1::DeleteRequest>(kUnknownTypeDn), kInvalidDnSyntax);

  Fails(Rename(kNobodyDn, "uid=other"), kNoSuchObject);
  Fails(Rename(PersonDn(1), "uid=user.2"), kEntryAlreadyExists);
  Fails(Move(PersonDn(1), "uid=user.1", kNobodyDn), kNoSuchObject);
  Fails(Move(PersonDn(1), "uid=user.1", "dc=elsewhere"), kAffectsMultipleDsas);
  Fails(Rename(PersonDn(1), "nonesuch=x"), kInvalidDnSyntax);
  Fails(Rename(PersonDn(2), "uid=other"), kInsufficientAccess, person_);
}

TEST_F(FailuresTest, OfPasswordsAndExtendedOperations) {
  Fails(Password(kNobodyDn), kNoSuchObject);
  Fails(Password(PersonDn(1), "wrong"), kUnwillingToPerform);
  Fails(Password(PersonDn(2)), kInsufficientAccess, person_);
  Fails(Password(PersonDn(2)), kStrongerAuthRequired, anonymous_);

  Fails(Extended("1.2.3.4"), kLacksExtension);
  Fails(Extended("1.3.6.1.4.1.4203.1.11.1", "no BER"), kLacksExtension);
  Fails(Extended("1.3.6.1.1.8", "\x30\x03\x02\x01\x7f"), kNoSuchOperation);
  Fails(WithUnknownControl(Extended("1.3.6.1.4.1.4203.1.11.3")), kLacksControl);

  Fails(WithUnknownControl(v1::WhoAmIRequest()), kLacksControl);
  Fails(For("dn:" + PersonDn(2), v1::WhoAmIRequest()), kAuthorizationDenied, person_);
}

TEST_F(FailuresTest, OfReads) {
  Fails(To<v1::GetEntryRequest>(kNobodyDn), kNoSuchObject);
  Fails(To<v1::GetEntryRequest>("dc=elsewhere"), kReferral);
  Fails(To<v1::GetEntryRequest>(kOddDn), {Code::kNotFound, 0, "ENTRY_NOT_SHOWN"}, person_);
  Fails(To<v1::GetEntryRequest>("ou=groups,dc=example,dc=com"), kInsufficientAccess, person_);
  Fails(To<v1::GetEntryRequest>(kUnknownTypeDn), kInvalidDnSyntax);

  Fails(Compare(kNobodyDn, "uid", "x"), kNoSuchObject);
  Fails(Compare(PersonDn(1), "seeAlso", kSuffix), kNoSuchAttribute);
  Fails(Compare(PersonDn(1), "nonesuch", "x"), kUndefinedAttributeType);
  Fails(Compare(PersonDn(1), "seeAlso", kUnknownTypeDn), kInvalidAttributeSyntax);
  Fails(Compare(PersonDn(1), "jpegPhoto", "x"), kInappropriateMatching);
  Fails(Compare("ou=groups,dc=example,dc=com", "ou", "groups"), kInsufficientAccess, person_);

  Fails(SearchUnder(kNobodyDn), kNoSuchObject);
  Fails(SearchUnder("dc=elsewhere"), kReferral);
  Fails(SearchUnder(kPeopleDn, "(description=*x*)"), kAdminLimitExceeded, person_);
  Fails(SearchUnder("ou=groups,dc=example,dc=com"), kInsufficientAccess, person_);
  v1::SearchRequest few = SearchUnder(kPeopleDn);
  few.set_size_limit(1);
  Fails(few, kSizeLimitExceeded);

  Fails(Sync(kNobodyDn), kNoSuchObject);
  Fails(Sync(kPeopleDn, "rid=000,csn=20000101000000.000000Z#000000#000#000000"), kSyncRefreshRequired);
  Fails(Sync(kPeopleDn, "rid=000,csn=20990101000000.000000Z#000000#000#000000"), kUnwillingToPerform);
  Fails(Sync("dc=elsewhere"), kReferral);

  Fails(v1::GetRootDseRequest(), {Code::kNotFound, 0, "ENTRY_NOT_SHOWN"}, anonymous_);
  Fails(v1::GetSchemaRequest(), {Code::kNotFound, 0, "ENTRY_NOT_SHOWN"}, anonymous_);
  Fails(Schema("cn=Subschema"), {Code::kNotFound, 0, "ENTRY_NOT_SHOWN"}, anonymous_);
  Fails(Schema(kNobodyDn), kNoSuchObject);
  Fails(Schema(kPeopleDn), {Code::kNotFound, 0, "ENTRY_NOT_SHOWN"});
  Fails(Schema(kUnknownTypeDn), kInvalidDnSyntax);

  const v1::AddRequest alias =
      AddRequestOf("cn=alias,dc=example,dc=com",
                   {{"objectClass", {"alias", "extensibleObject"}}, {"cn", {"alias"}}, {"aliasedObjectName", {kNobodyDn}}});
  ASSERT_TRUE(Call(alias).ok());
  v1::SearchRequest dangling = SearchUnder(alias.dn());
  dangling.set_deref_aliases(v1::DEREF_ALIASES_ALWAYS);
  Fails(dangling, kAliasProblem);
}

// What they are answered when the directory dies while they run: reads may be repeated, writes may have happened.
TEST_F(FailuresTest, OfADirectoryThatDies) {
  const std::string writer = OpenAsAdmin();
  std::vector<std::unique_ptr<ClientCall>> reads, writes;
  const auto read = [&](const google::protobuf::Message& request) {
    reads.push_back(client_->Start(request, {.token = token_}));
  };
  const auto write = [&](const google::protobuf::Message& request) {
    writes.push_back(client_->Start(request, {.token = writer}));
  };
  slapd_->Freeze();
  read(SearchUnder(kPeopleDn));
  read(To<v1::GetEntryRequest>(PersonDn(1)));
  read(Compare(PersonDn(1), "uid", "user.1"));
  read(Sync(kPeopleDn));
  read(v1::WhoAmIRequest());
  read(v1::GetRootDseRequest());
  read(v1::GetSchemaRequest());
  write(Person("cn=new,dc=example,dc=com"));
  write(ModifyRequestOf(PersonDn(1), v1::Modification::TYPE_ADD, "description", {"x"}));
  write(To<v1::DeleteRequest>(PersonDn(1)));
  write(Rename(PersonDn(1), "uid=other"));
  write(Password(PersonDn(1)));
  write(Extended("1.2.3.4"));
  AwaitOperations(token_, reads.size());
  AwaitOperations(writer, writes.size());
  v1::RebindRequest rebind;
  *rebind.mutable_credentials() = SimpleBindRequest(PersonDn(1), PersonPassword(1)).credentials();
  for (const std::string& token : {token_, writer}) {
    Fails(rebind, {Code::kFailedPrecondition, 0, "OPERATIONS_OUTSTANDING"}, token);
  }
  slapd_->Kill();
  for (const auto& call : reads) ExpectFailure(call->Finish(), kServerDown, __LINE__);
  for (const auto& call : writes) ExpectFailure(call->Finish(), kOutcomeUnknown, __LINE__);
  const ExpectedFailure lost = {Code::kUnauthenticated, 0, "SESSION_LOST"};
  Fails(v1::WhoAmIRequest(), lost);
  Fails(v1::GetRootDseRequest(), lost);
  Fails(v1::GetSchemaRequest(), lost);
  slapd_->Start();
  token_ = OpenAsAdmin();
}

}  // namespace
}  // namespace dirlease::testing
