// Controls both ways at a real directory: what each asks for is done, and what it is answered comes decoded.
#include <gmock/gmock.h>

#include <functional>

#include "integration/rpc/slapd_gateway_test.h"

namespace dirlease::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr char kOrdering[] = "caseIgnoreOrderingMatch";

class ControlsTest : public SlapdAdminTest {
 protected:
  void SetUp() override {
    Start({.people = 20,
           .group_members = 20,
           .global_config = "moduleload sssvlv\n",
           .database_config = "overlay sssvlv\n"
                              "access to attrs=userPassword by self write by anonymous auth by * none"});
  }

  static v1::Control& AddCritical(google::protobuf::RepeatedPtrField<v1::Control>& controls) {
    v1::Control& control = *controls.Add();
    control.set_critical(true);
    return control;
  }
  static v1::ModifyRequest Describe(const std::string& text) {
    return ModifyRequestOf(PersonDn(1), v1::Modification::TYPE_REPLACE, "description", {text});
  }
  static v1::SearchRequest SortedPeople(bool reverse) {
    v1::SearchRequest request = SearchUnder(kPeopleDn, "(uid=*)");
    auto& key = *AddCritical(*request.mutable_controls()).mutable_server_side_sort()->add_keys();
    key.set_attribute_type("uid");
    key.set_matching_rule(kOrdering);
    key.set_reverse(reverse);
    return request;
  }
  std::string DescriptionNow() {
    v1::GetEntryRequest request;
    request.set_dn(PersonDn(1));
    request.add_attributes("description");
    v1::GetEntryResponse response;
    Call(request, &response);
    return response.entry().attributes(0).values(0);
  }
  // The first control that `has` is true of; an empty one when there is none.
  static v1::ResponseControl Find(const google::protobuf::RepeatedPtrField<v1::ResponseControl>& controls,
                                  const std::function<bool(const v1::ResponseControl&)>& has) {
    for (const v1::ResponseControl& control : controls) {
      if (!has(control)) continue;
      EXPECT_NE(control.value(), "");
      return control;
    }
    ADD_FAILURE() << "no such response control among " << controls.size();
    return {};
  }
};

TEST_F(ControlsTest, SortedByTheDirectory) {
  for (const bool reverse : {false, true}) {
    const SearchOutcome outcome = Search(SortedPeople(reverse), token_);
    ASSERT_TRUE(outcome.end.ok()) << outcome.end;
    ASSERT_EQ(outcome.all.entries_size(), 20);
    EXPECT_EQ(outcome.all.entries(0).dn(), PersonDn(reverse ? 9 : 0));
    EXPECT_EQ(outcome.all.entries(19).dn(), PersonDn(reverse ? 0 : 9));
    const auto& controls = outcome.all.done().result().controls();
    EXPECT_EQ(Find(controls, &v1::ResponseControl::has_server_side_sort).server_side_sort().code(), 0);
  }
}

TEST_F(ControlsTest, AViewOfASortedList) {
  v1::SearchRequest request = SortedPeople(false);
  v1::VirtualListViewControl& view = *AddCritical(*request.mutable_controls()).mutable_virtual_list_view();
  view.set_before_count(1);
  view.set_after_count(2);
  view.mutable_offset()->set_offset(4);
  SearchOutcome outcome = Search(request, token_);
  ASSERT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), 4);
  const v1::VirtualListViewResult first =
      Find(outcome.all.done().result().controls(), &v1::ResponseControl::has_virtual_list_view).virtual_list_view();
  EXPECT_EQ(first.target_position(), 4);
  EXPECT_EQ(first.content_count(), 20);
  EXPECT_EQ(first.code(), 0);

  view.set_context_id(first.context_id());
  view.set_greater_or_equal("user.9");
  outcome = Search(request, token_);
  ASSERT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries(outcome.all.entries_size() - 1).dn(), PersonDn(9));
}

TEST_F(ControlsTest, AViewWithoutAnOrderIsRefused) {
  v1::SearchRequest request = SearchUnder(kPeopleDn);
  AddCritical(*request.mutable_controls()).mutable_virtual_list_view()->mutable_offset()->set_offset(1);
  const SearchOutcome outcome = Search(request, token_);
  EXPECT_EQ(outcome.end.code, Code::kInvalidArgument) << outcome.end;
  // The draft's is SORT_CONTROL_MISSING; so slapd has it.
  EXPECT_EQ(outcome.end.reason(), "VIRTUAL_LIST_VIEW_ERROR");
}

TEST_F(ControlsTest, AnAssertionHoldsOrTheWriteFails) {
  v1::ModifyRequest change = Describe("changed");
  v1::Control& assertion = AddCritical(*change.mutable_controls());
  assertion.set_assertion_filter("(&(uid=user.1)(!(sn=\\2a*)))");
  EXPECT_TRUE(Call(change).ok());
  EXPECT_EQ(DescriptionNow(), "changed");
  change = Describe("never");
  AddCritical(*change.mutable_controls()).set_assertion_filter("(description=as it was)");
  const CallEnd end = Call(change);
  EXPECT_EQ(end.code, Code::kAborted) << end;
  EXPECT_EQ(end.reason(), "ASSERTION_FAILED");
  EXPECT_EQ(DescriptionNow(), "changed");
}

TEST_F(ControlsTest, TheEntryBeforeAndAfterAWrite) {
  const std::string before = DescriptionNow();
  v1::ModifyRequest change = Describe("after");
  AddCritical(*change.mutable_controls()).mutable_pre_read()->add_attributes("description");
  v1::Control& post = AddCritical(*change.mutable_controls());
  post.mutable_post_read()->add_attributes("description");
  post.mutable_post_read()->add_attributes("entryUUID");
  v1::ModifyResponse response;
  const CallEnd end = Call(change, &response);
  ASSERT_TRUE(end.ok()) << end;
  const auto& controls = response.result().controls();
  const v1::SearchEntry pre = Find(controls, &v1::ResponseControl::has_pre_read).pre_read();
  EXPECT_EQ(pre.dn(), PersonDn(1));
  ASSERT_EQ(pre.attributes_size(), 1);
  EXPECT_THAT(pre.attributes(0).values(), ElementsAre(before));
  const v1::SearchEntry now = Find(controls, &v1::ResponseControl::has_post_read).post_read();
  ASSERT_EQ(now.attributes_size(), 2);
  EXPECT_THAT(now.attributes(now.attributes(0).type() == "description" ? 0 : 1).values(), ElementsAre("after"));
}

TEST_F(ControlsTest, OnlyTheValuesThatMatch) {
  v1::SearchRequest request = SearchUnder(kLargeGroupDn);
  request.add_attributes("member");
  AddCritical(*request.mutable_controls())
      .set_matched_values("((member=" + PersonDn(3) + ")(member=" + PersonDn(7) + "))");
  const SearchOutcome outcome = Search(request, token_);
  ASSERT_TRUE(outcome.end.ok()) << outcome.end;
  ASSERT_EQ(outcome.all.entries_size(), 1);
  EXPECT_THAT(outcome.all.entries(0).attributes(0).values(), ElementsAre(PersonDn(3), PersonDn(7)));
}

TEST_F(ControlsTest, OnBehalfOfAnother) {
  v1::WhoAmIRequest who;
  v1::Control& proxied = AddCritical(*who.mutable_controls());
  proxied.set_proxied_authorization_id("dn:" + PersonDn(2));
  v1::WhoAmIResponse response;
  CallEnd end = Call(who, &response);
  ASSERT_TRUE(end.ok()) << end;
  EXPECT_EQ(response.authorization_id(), "dn:" + PersonDn(2));

  const std::string person = OpenAs(PersonDn(1), PersonPassword(1));
  end = client_->Call(who, nullptr, {.token = person});
  EXPECT_EQ(end.code, Code::kPermissionDenied) << end;
  client_->Unbind(person);

  proxied.set_critical(false);
  end = Call(who);
  EXPECT_EQ(end.code, Code::kInvalidArgument);
  ASSERT_TRUE(end.bad_request);
  EXPECT_EQ(end.bad_request->field_violations(0).field(), "controls[0].critical");
}

TEST_F(ControlsTest, PagesByHandSurviveOtherSearches) {
  v1::SearchRequest page = SearchUnder(kPeopleDn, "(uid=*)");
  v1::PagedResultsControl& paged = *AddCritical(*page.mutable_controls()).mutable_paged_results();
  paged.set_size(8);
  std::vector<std::string> seen;
  do {
    const SearchOutcome outcome = Search(page, token_);
    ASSERT_TRUE(outcome.end.ok()) << outcome.end;
    for (const v1::SearchEntry& entry : outcome.all.entries()) seen.push_back(entry.dn());
    const auto& controls = outcome.all.done().result().controls();
    paged.set_cookie(Find(controls, &v1::ResponseControl::has_paged_results).paged_results().cookie());
    // The gateway would page this one, and slapd has room for one cookie.
    EXPECT_EQ(Search(SearchUnder(kSuffix), token_).all.done().entry_count(), 20 + 5 + 8);
    if (paged.cookie().empty()) break;
    v1::SearchRequest automatic = SearchUnder(kPeopleDn);
    automatic.set_auto_page_size(5);
    EXPECT_EQ(Search(automatic, token_).end.reason(), "PAGING_IN_PROGRESS");
  } while (seen.size() < 100);
  EXPECT_EQ(seen.size(), 20u);
}

TEST_F(ControlsTest, WhatTheDirectoryLacksIsRefusedWhereItMatters) {
  v1::SearchRequest request = SearchUnder(kPeopleDn, "(uid=user.1)");
  v1::Control& unknown = *request.add_controls();
  unknown.mutable_raw()->set_oid("1.2.3.4.5");
  EXPECT_TRUE(Search(request, token_).end.ok());
  unknown.set_critical(true);
  const SearchOutcome outcome = Search(request, token_);
  EXPECT_EQ(outcome.end.code, Code::kUnimplemented) << outcome.end;
  EXPECT_EQ(outcome.end.reason(), "UNAVAILABLE_CRITICAL_EXTENSION");
}

TEST_F(ControlsTest, NothingIsDoneAndAValueThatIsThereIsNoError) {
  v1::ModifyRequest change = Describe("never");
  AddCritical(*change.mutable_controls()).set_no_operation(true);
  v1::ModifyResponse response;
  CallEnd end = Call(change, &response);
  EXPECT_TRUE(end.ok()) << end;
  EXPECT_EQ(response.result().name(), "noOperation");
  EXPECT_NE(DescriptionNow(), "never");

  change = Describe(DescriptionNow());
  change.mutable_modifications(0)->set_type(v1::Modification::TYPE_ADD);
  EXPECT_EQ(Call(change).code, Code::kAlreadyExists);
  AddCritical(*change.mutable_controls()).set_permissive_modify(true);
  end = Call(change);
  EXPECT_TRUE(end.ok()) << end;
}

// slapd has no tree delete of its own (mdb): who asks for it critically is told so, and nothing is deleted.
TEST_F(ControlsTest, ATreeThatTheDirectoryCannotDeleteStays) {
  v1::DeleteRequest remove;
  remove.set_dn(kPeopleDn);
  EXPECT_EQ(Call(remove).reason(), "NOT_ALLOWED_ON_NON_LEAF");
  v1::Control& tree = *remove.add_controls();
  tree.set_tree_delete(true);
  CallEnd end = Call(remove);
  EXPECT_EQ(end.reason(), "NOT_ALLOWED_ON_NON_LEAF") << end;
  tree.set_critical(true);
  end = Call(remove);
  EXPECT_EQ(end.code, Code::kUnimplemented) << end;
  EXPECT_EQ(end.reason(), "UNAVAILABLE_CRITICAL_EXTENSION");
  EXPECT_EQ(Search(SearchUnder(kPeopleDn, "(uid=*)"), token_).all.entries_size(), 20);
}

// What nobody may write otherwise, for who may manage the entry.
TEST_F(ControlsTest, RulesAreRelaxedForWhoManagesTheEntry) {
  v1::ModifyRequest change = Describe("20200101000000Z");
  change.mutable_modifications(0)->mutable_attribute()->set_type("createTimestamp");
  EXPECT_EQ(Call(change).reason(), "CONSTRAINT_VIOLATION");
  AddCritical(*change.mutable_controls()).set_relax(true);
  CallEnd end = Call(change);
  EXPECT_TRUE(end.ok()) << end;
  v1::GetEntryRequest read;
  read.set_dn(PersonDn(1));
  read.add_attributes("createTimestamp");
  v1::GetEntryResponse response;
  EXPECT_TRUE(Call(read, &response).ok());
  EXPECT_EQ(response.entry().attributes(0).values(0), "20200101000000Z");
  const std::string person = OpenAs(PersonDn(1), PersonPassword(1));
  end = client_->Call(change, nullptr, {.token = person});
  EXPECT_EQ(end.code, Code::kPermissionDenied) << end;
  client_->Unbind(person);
}

TEST_F(ControlsTest, AReferralIsAnEntryToWhoManagesIt) {
  v1::AddRequest referral =
      AddRequestOf("cn=elsewhere,dc=example,dc=com", {{"objectClass", {"referral", "extensibleObject"}},
                                                      {"cn", {"elsewhere"}},
                                                      {"ref", {"ldap://127.0.0.1:9/dc=elsewhere"}}});
  AddCritical(*referral.mutable_controls()).set_manage_dsa_it(true);
  CallEnd end = Call(referral);
  ASSERT_TRUE(end.ok()) << end;
  v1::GetEntryRequest read;
  read.set_dn(referral.dn());
  end = Call(read);
  EXPECT_EQ(end.reason(), "REFERRAL");
  ASSERT_TRUE(end.ldap_result);
  EXPECT_THAT(end.ldap_result->referrals(), Contains(::testing::StartsWith("ldap://127.0.0.1:9/dc=elsewhere")));
  AddCritical(*read.mutable_controls()).set_manage_dsa_it(true);
  EXPECT_TRUE(Call(read).ok());
}

TEST_F(ControlsTest, OthersThatTheDirectoryKnows) {
  v1::SearchRequest request = SearchUnder(kPeopleDn, "(uid=user.1)");
  AddCritical(*request.mutable_controls()).set_subentries(true);
  SearchOutcome outcome = Search(request, token_);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), 0) << "subentries only, and there is none";
  request.clear_controls();
  AddCritical(*request.mutable_controls()).set_dont_use_copy(true);
  v1::Control& tracking = *request.add_controls();
  tracking.mutable_session_tracking()->set_source_ip("192.0.2.1");
  tracking.mutable_session_tracking()->set_identifier("checkout-42");
  outcome = Search(request, token_);
  EXPECT_TRUE(outcome.end.ok()) << outcome.end;
  EXPECT_EQ(outcome.all.entries_size(), 1);
  slapd_->WaitForLog("IP=192\\.0\\.2\\.1.*Id=checkout-42");
}

}  // namespace
}  // namespace dirlease::testing
