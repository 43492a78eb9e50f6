#include "rpc/convert_sync.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/ber.h"

namespace dirlease {
namespace {

using SpoilSync = std::function<void(v1::SyncRequest&)>;

std::string WrongSyncField(const SpoilSync& spoil) {
  v1::SyncRequest request;
  spoil(request);
  const auto outcome = SyncFromProto(request);
  if (outcome.ok()) return "";
  EXPECT_EQ(outcome.failure().code, absl::StatusCode::kInvalidArgument);
  return outcome.failure().violations.at(0).field;
}

TEST(SyncFromProto, AnEmptyRequestPersistsFromTheStartAndBeatsEveryHalfMinute) {
  auto outcome = SyncFromProto({});
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome->stream.persist);
  EXPECT_EQ(outcome->stream.heartbeat_interval, absl::Seconds(30));
  const auto& search = std::get<SearchRequest>(outcome->request.body);
  EXPECT_EQ(search.page_size, 0);
  EXPECT_EQ(search.scope, Scope::kSubtree);
  EXPECT_EQ(search.time_limit_seconds, 0);
  ASSERT_EQ(outcome->request.controls.size(), 1u);
  const Control& control = outcome->request.controls[0];
  EXPECT_EQ(control.oid, "1.3.6.1.4.1.4203.1.9.1.1");
  EXPECT_TRUE(control.critical);
  EXPECT_EQ(control.value, testing::ber::Sequence(testing::ber::Integer(3, testing::ber::kEnumerated)));
}

TEST(SyncFromProto, EverythingOfARequestIsSent) {
  v1::SyncRequest request;
  request.set_base_dn("dc=example");
  request.set_scope(v1::SCOPE_ONE_LEVEL);
  request.set_filter("(cn={0})");
  request.add_filter_args("*");
  request.add_attributes("cn");
  request.set_mode(v1::SyncRequest::MODE_REFRESH_ONLY);
  request.set_cookie(std::string("c\0\xff", 3));
  request.set_reload_hint(true);
  request.set_value_format(v1::VALUE_FORMAT_TEXT);
  request.mutable_heartbeat_interval();
  request.add_controls()->set_manage_dsa_it(true);
  auto outcome = SyncFromProto(request);
  ASSERT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome->stream.persist);
  EXPECT_EQ(outcome->stream.value_format, ValueFormat::kText);
  EXPECT_EQ(outcome->stream.heartbeat_interval, absl::ZeroDuration());
  const auto& search = std::get<SearchRequest>(outcome->request.body);
  EXPECT_EQ(search.base_dn, "dc=example");
  EXPECT_EQ(search.scope, Scope::kOneLevel);
  EXPECT_EQ(search.filter, "(cn=\\2a)");
  ASSERT_EQ(outcome->request.controls.size(), 2u);
  namespace ber = testing::ber;
  EXPECT_EQ(outcome->request.controls[1].value,
            ber::Sequence(ber::Integer(1, ber::kEnumerated) + ber::Octets(std::string("c\0\xff", 3)) +
                          ber::Boolean(true)));
}

TEST(SyncFromProto, WhatCannotBeNamesItsField) {
  EXPECT_EQ(WrongSyncField([](auto& r) { r.set_base_dn("no dn"); }), "base_dn");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.set_filter("(cn="); }), "filter");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.set_mode(static_cast<v1::SyncRequest::Mode>(3)); }), "mode");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.set_cookie(std::string(kMostSyncCookieOctets + 1, 'c')); }), "cookie");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.mutable_heartbeat_interval()->set_seconds(-1); }), "heartbeat_interval");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.mutable_heartbeat_interval()->set_nanos(1); }), "heartbeat_interval");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.add_controls()->mutable_paged_results()->set_size(1); }), "controls");
  EXPECT_EQ(WrongSyncField([](auto& r) { r.add_controls()->mutable_raw()->set_oid(std::string(kSyncRequestOid)); }),
            "controls");
}

}  // namespace
}  // namespace dirlease
