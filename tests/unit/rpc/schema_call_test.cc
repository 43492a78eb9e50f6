// GetSchema over a scripted directory: which searches it makes, and what it keeps.
#include "rpc/schema_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/names.h"
#include "unit/rpc/fake_responder.h"
#include "unit/session/manager_fixture.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::EntryMessage;
using testing::FakeAttributes;
using testing::ResultMessage;

constexpr char kNoon[] = "20261123120000Z";

class SchemaCallTest : public testing::ManagerFixture {
 protected:
  struct Reply {
    testing::FakeResponder responder;
    v1::GetSchemaRequest request;
    v1::GetSchemaResponse response;
    std::shared_ptr<SchemaCall> call;

    int code() const { return responder.status ? responder.status->code : -1; }
  };

  void OpenLease(Opening& opening, OpenRequest request = Request()) {
    peer_ = Open(opening, std::move(request));
    info_.token = opening.token;
  }
  void Call(Reply& reply) {
    reply.call = std::make_shared<SchemaCall>(manager(), info_, reply.responder, reply.request, reply.response, cache_);
    reply.call->Start();
    loop_.RunUntilIdle();
  }
  // Answers the search that waits with one entry, or none.
  void Answer(const FakeAttributes& attributes) {
    const int id = peer_->last_request().message_id;
    std::vector<testing::FakeMessage> messages;
    if (!attributes.empty()) messages.push_back(EntryMessage(id, "cn=Subschema", attributes));
    messages.push_back(ResultMessage(id));
    testing::ManagerFixture::Answer(peer_, std::move(messages));
  }
  SearchRequest LastSearch() { return std::get<SearchRequest>(peer_->last_request().body); }
  size_t Searches() { return peer_->CountOf("search"); }
  // A whole reading, root DSE first.
  void Read(Reply& reply, const char* modified) {
    Call(reply);
    Answer({{"subschemaSubentry", {"cn=Subschema"}}});
    Answer(modified == nullptr ? FakeAttributes{{"cn", {"x"}}} : FakeAttributes{{"modifyTimestamp", {modified}}});
    if (!reply.responder.status) Answer({{"attributeTypes", {"( 2.5.4.3 NAME 'cn' )"}}});
  }

  CallInfo info_;
  std::shared_ptr<testing::FakeLdapPeer> peer_;
  const std::shared_ptr<SchemaCache> cache_ = std::make_shared<SchemaCache>();
  Reply first_, second_;
};

TEST_F(SchemaCallTest, ReadsTheSubentryThatTheRootDseNames) {
  OpenLease(opening_);
  Call(first_);
  EXPECT_EQ(LastSearch().base_dn, "");
  EXPECT_EQ(LastSearch().scope, Scope::kBase);
  Answer({{"SubschemaSubentry", {"cn=Subschema"}}});
  EXPECT_EQ(LastSearch().base_dn, "cn=Subschema");
  EXPECT_EQ(LastSearch().filter, "(objectClass=subschema)");
  EXPECT_THAT(LastSearch().attributes, ElementsAre("modifyTimestamp"));
  Answer({{"modifyTimestamp", {kNoon}}});
  Answer({{"attributeTypes", {"(a)", "(b)"}},
          {"objectClasses", {"(c)"}},
          {"ldapSyntaxes", {"(d)"}},
          {"matchingRules", {"(e\xff)"}},
          {"matchingRuleUse", {"(f)"}},
          {"nameForms", {"(g)"}},
          {"cn", {"Subschema"}}});
  ASSERT_EQ(first_.code(), 0);
  EXPECT_EQ(first_.response.subschema_subentry(), "cn=Subschema");
  EXPECT_THAT(first_.response.attribute_types(), ElementsAre("(a)", "(b)"));
  EXPECT_THAT(first_.response.object_classes(), ElementsAre("(c)"));
  EXPECT_THAT(first_.response.ldap_syntaxes(), ElementsAre("(d)"));
  EXPECT_THAT(first_.response.matching_rules(), ElementsAre("(e\xef\xbf\xbd)"));
  EXPECT_THAT(first_.response.other_definitions(), ElementsAre("(f)", "(g)"));
}

TEST_F(SchemaCallTest, AnUnchangedOneIsNotReadAgain) {
  OpenLease(opening_);
  Read(first_, kNoon);
  const size_t searches = Searches();
  Read(second_, kNoon);
  EXPECT_EQ(Searches(), searches + 2);
  EXPECT_EQ(second_.response.SerializeAsString(), first_.response.SerializeAsString());
  EXPECT_EQ(second_.response.attribute_types_size(), 1);
}

TEST_F(SchemaCallTest, AChangedOrOldOneIs) {
  OpenLease(opening_);
  Read(first_, kNoon);
  size_t searches = Searches();
  Read(second_, "20261123120001Z");
  EXPECT_EQ(Searches(), searches + 3);
  manager().Renew(*opening_.session);
  Reply third;
  loop_.Advance(absl::Seconds(59));
  for (absl::Duration age = absl::Seconds(59); age < SchemaCache::kMostAge; age += absl::Seconds(59)) {
    manager().Renew(*opening_.session);
    loop_.Advance(absl::Seconds(59));
  }
  searches = Searches();
  Read(third, "20261123120001Z");
  EXPECT_EQ(Searches(), searches + 3);
}

TEST_F(SchemaCallTest, WithoutATimestampItsAgeDecides) {
  OpenLease(opening_);
  Read(first_, nullptr);
  const size_t searches = Searches();
  Read(second_, nullptr);
  EXPECT_EQ(Searches(), searches + 2);
}

TEST_F(SchemaCallTest, AnotherIdentityReadsItsOwn) {
  OpenLease(opening_);
  Read(first_, kNoon);
  Opening another;
  OpenRequest request = Request();
  request.bind.name = "cn=other";
  OpenLease(another, std::move(request));
  const size_t searches = Searches();
  Read(second_, kNoon);
  EXPECT_EQ(Searches(), searches + 3);
}

TEST_F(SchemaCallTest, ANamedSubentryNeedsNoRootDse) {
  OpenLease(opening_);
  first_.request.set_subschema_subentry("cn=schema");
  Call(first_);
  EXPECT_EQ(LastSearch().base_dn, "cn=schema");
  Answer({});
  EXPECT_EQ(first_.code(), static_cast<int>(absl::StatusCode::kNotFound));
  EXPECT_THAT(first_.responder.status->details, HasSubstr("ENTRY_NOT_SHOWN"));
  second_.request.set_subschema_subentry("no dn");
  Call(second_);
  EXPECT_EQ(second_.code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
}

TEST_F(SchemaCallTest, ARootDseThatNamesNoneOrNonsenseIsAnError) {
  OpenLease(opening_);
  Call(first_);
  Answer({{"vendorName", {"x"}}});
  EXPECT_EQ(first_.code(), static_cast<int>(absl::StatusCode::kNotFound));
  Call(second_);
  Answer({{"subschemaSubentry", {"no dn"}}});
  EXPECT_EQ(second_.code(), static_cast<int>(absl::StatusCode::kNotFound));
}

TEST_F(SchemaCallTest, OneThatVanishesBetweenTheSearchesIsNotFoundAndNotKept) {
  OpenLease(opening_);
  Call(first_);
  Answer({{"subschemaSubentry", {"cn=Subschema"}}});
  Answer({{"modifyTimestamp", {kNoon}}});
  Answer({});
  EXPECT_EQ(first_.code(), static_cast<int>(absl::StatusCode::kNotFound));
  EXPECT_EQ(cache_->octets(), 0u);
}

TEST_F(SchemaCallTest, OneThatNoClientWouldTakeIsRefused) {
  OpenLease(opening_);
  Call(first_);
  Answer({{"subschemaSubentry", {"cn=Subschema"}}});
  Answer({{"modifyTimestamp", {kNoon}}});
  Answer({{"attributeTypes", std::vector<std::string>(4, std::string(1 << 20, 'a'))}});
  EXPECT_EQ(first_.code(), static_cast<int>(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(first_.responder.status->details, HasSubstr("ENTRY_TOO_LARGE"));
}

TEST_F(SchemaCallTest, ACancelIsAnAbandonInAnyStep) {
  OpenLease(opening_);
  Call(first_);
  Answer({{"subschemaSubentry", {"cn=Subschema"}}});
  first_.call->Cancel();
  EXPECT_EQ(first_.code(), static_cast<int>(absl::StatusCode::kCancelled));
  EXPECT_EQ(peer_->CountOf("abandon"), 1u);
}

TEST_F(SchemaCallTest, ALeaseThatEndsBetweenTwoStepsEndsIt) {
  OpenLease(opening_);
  Call(first_);
  manager().Unbind({}, opening_.token, absl::Seconds(1), [](auto) {});
  Answer({{"subschemaSubentry", {"cn=Subschema"}}});
  EXPECT_EQ(first_.code(), static_cast<int>(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(first_.responder.status->details, HasSubstr("SESSION_CLOSED"));
}

TEST(SchemaCacheTest, TheOldestGoesFirst) {
  SchemaCache cache;
  const auto large = [](size_t octets) {
    v1::GetSchemaResponse schema;
    schema.add_attribute_types(std::string(octets, 'a'));
    return std::make_shared<const v1::GetSchemaResponse>(std::move(schema));
  };
  const absl::Time now = absl::UnixEpoch();
  cache.Store("a", "", large(7 << 20), now);
  cache.Store("b", "", large(7 << 20), now + absl::Seconds(1));
  cache.Store("c", "", large(3 << 20), now + absl::Seconds(2));
  EXPECT_EQ(cache.Find("a", "", now), nullptr);
  EXPECT_NE(cache.Find("b", "", now), nullptr);
  EXPECT_NE(cache.Find("c", "", now), nullptr);
  cache.Store("b", "", large(17 << 20), now);
  EXPECT_EQ(cache.Find("b", "", now), nullptr);
  EXPECT_LT(cache.octets(), 4u << 20);
}

TEST_F(SchemaCallTest, ATimeThatIsNoneIsNotKept) {
  OpenLease(opening_);
  Read(first_, std::string(kMaxDnOctets + 1, '9').c_str());
  EXPECT_EQ(first_.code(), 0);
  EXPECT_LT(cache_->octets(), 4 * 1024u);
}

}  // namespace
}  // namespace dirlease
