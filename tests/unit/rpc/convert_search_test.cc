#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "rpc/convert_request.h"

namespace dirlease {
namespace {

using ::testing::ElementsAre;
using Spoil = std::function<void(v1::SearchRequest&)>;

std::string FieldOf(const Spoil& spoil) {
  v1::SearchRequest request;
  spoil(request);
  const auto outcome = SearchFromProto(request, {});
  if (outcome.ok()) return "";
  EXPECT_EQ(outcome.failure().code, absl::StatusCode::kInvalidArgument);
  return outcome.failure().violations.at(0).field;
}

SearchRequest Converted(const Spoil& set, std::optional<absl::Duration> deadline = {}) {
  v1::SearchRequest request;
  set(request);
  auto outcome = SearchFromProto(request, deadline);
  EXPECT_TRUE(outcome.ok());
  return outcome.ok() ? std::get<SearchRequest>(outcome->request.body) : SearchRequest{};
}

TEST(SearchFromProto, AnEmptyRequestIsTheWholeSubtreeOfTheRoot) {
  const SearchRequest search = Converted([](auto&) {});
  EXPECT_EQ(search.base_dn, "");
  EXPECT_EQ(search.scope, Scope::kSubtree);
  EXPECT_EQ(search.deref_aliases, DerefAliases::kNever);
  EXPECT_EQ(search.filter, "(objectClass=*)");
  EXPECT_EQ(search.size_limit, 0);
  EXPECT_EQ(search.time_limit_seconds, 0);
  EXPECT_EQ(search.page_size, std::nullopt);
}

TEST(SearchFromProto, TakesEveryField) {
  const SearchRequest search = Converted([](auto& r) {
    r.set_base_dn("dc=example");
    r.set_scope(v1::SCOPE_ONE_LEVEL);
    r.set_deref_aliases(v1::DEREF_ALIASES_ALWAYS);
    r.set_filter("(cn={0})");
    r.add_filter_args("a*b");
    r.add_attributes("cn");
    r.add_attributes("+");
    r.set_types_only(true);
    r.set_size_limit(7);
    r.set_auto_page_size(0);
  });
  EXPECT_EQ(search.base_dn, "dc=example");
  EXPECT_EQ(search.scope, Scope::kOneLevel);
  EXPECT_EQ(search.deref_aliases, DerefAliases::kAlways);
  EXPECT_EQ(search.filter, "(cn=a\\2ab)");
  EXPECT_THAT(search.attributes, ElementsAre("cn", "+"));
  EXPECT_TRUE(search.types_only);
  EXPECT_EQ(search.size_limit, 7);
  EXPECT_EQ(search.page_size, 0);
}

TEST(SearchFromProto, TheTimeLimitIsTheSmallerOfItsOwnAndTheDeadlineInWholeSeconds) {
  const auto limit = [](int64_t seconds, int32_t nanos) {
    return [=](v1::SearchRequest& r) {
      r.mutable_time_limit()->set_seconds(seconds);
      r.mutable_time_limit()->set_nanos(nanos);
    };
  };
  EXPECT_EQ(Converted(limit(5, 0)).time_limit_seconds, 5);
  EXPECT_EQ(Converted(limit(5, 1)).time_limit_seconds, 6);
  EXPECT_EQ(Converted(limit(5, 0), absl::Seconds(3)).time_limit_seconds, 3);
  EXPECT_EQ(Converted(limit(0, 0), absl::Milliseconds(200)).time_limit_seconds, 1);
  EXPECT_EQ(Converted(limit(0, 0)).time_limit_seconds, 0);
  EXPECT_EQ(Converted([](auto&) {}, -absl::Seconds(1)).time_limit_seconds, 1);
}

TEST(SearchFromProto, StreamOptionsAreTaken) {
  v1::SearchRequest request;
  request.set_value_format(v1::VALUE_FORMAT_TEXT);
  request.set_max_entries_per_message(1000);
  request.set_accept_partial(true);
  const auto outcome = SearchFromProto(request, {});
  EXPECT_EQ(outcome.value().stream.value_format, ValueFormat::kText);
  EXPECT_EQ(outcome.value().stream.max_entries_per_message, SearchStream::kBatchEntries);
  EXPECT_TRUE(outcome.value().stream.accept_partial);
}

TEST(SearchFromProto, BadInputNamesItsField) {
  EXPECT_EQ(FieldOf([](auto& r) { r.set_operation_id("no spaces"); }), "operation_id");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_base_dn("no dn"); }), "base_dn");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_base_dn("cn=" + std::string(9000, 'x')); }), "base_dn");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_filter("(cn=a"); }), "filter");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_filter("(cn={1})"), r.add_filter_args("a"); }), "filter");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_filter(std::string(70'000, 'x')); }), "filter");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_scope(static_cast<v1::Scope>(9)); }), "scope");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_deref_aliases(static_cast<v1::DerefAliases>(9)); }),
            "deref_aliases");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_value_format(static_cast<v1::ValueFormat>(9)); }),
            "value_format");
  EXPECT_EQ(FieldOf([](auto& r) { r.add_attributes("cn"), r.add_attributes("a b"); }),
            "attributes[1]");
  EXPECT_EQ(FieldOf([](auto& r) {
              for (int i = 0; i <= 1000; ++i) r.add_attributes("cn");
            }),
            "attributes");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_size_limit(-1); }), "size_limit");
  EXPECT_EQ(FieldOf([](auto& r) { r.mutable_time_limit()->set_seconds(-1); }), "time_limit");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_max_entries_per_message(-1); }), "max_entries_per_message");
  EXPECT_EQ(FieldOf([](auto& r) { r.set_auto_page_size(-1); }), "auto_page_size");
  EXPECT_EQ(FieldOf([](auto& r) { r.add_controls()->mutable_raw()->set_oid("x"); }),
            "controls[0].raw.oid");
}

TEST(SearchFromProto, PagesOfTheCallerAndOfTheGatewayExcludeEachOther) {
  EXPECT_EQ(FieldOf([](auto& r) {
              r.add_controls()->mutable_paged_results()->set_size(10);
              r.set_auto_page_size(10);
            }),
            "auto_page_size");
  EXPECT_EQ(FieldOf([](auto& r) {
              r.add_controls()->mutable_virtual_list_view()->mutable_offset()->set_offset(1);
              r.set_auto_page_size(10);
            }),
            "auto_page_size");
}

}  // namespace
}  // namespace dirlease
