#include "rpc/rpc_status.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "dirlease/v1/ldap.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "rpc/status_details.h"

namespace dirlease {
namespace {

using Code = absl::StatusCode;

google::rpc::Status Parsed(const RpcStatus& status) {
  google::rpc::Status parsed;
  EXPECT_TRUE(parsed.ParseFromString(status.details));
  EXPECT_EQ(parsed.code(), status.code);
  EXPECT_EQ(parsed.message(), status.message);
  EXPECT_LE(status.message.size() + status.details.size(), kMaxStatusOctets);
  EXPECT_TRUE(IsValidUtf8(status.message));
  return parsed;
}

// The one detail of this type, or nothing. Two of one type fail the test.
template <typename Detail>
std::optional<Detail> Find(const RpcStatus& status) {
  std::optional<Detail> found;
  const google::rpc::Status parsed = Parsed(status);
  for (const google::protobuf::Any& any : parsed.details()) {
    EXPECT_EQ(any.type_url().rfind("type.googleapis.com/", 0), 0u) << any.type_url();
    if (!any.Is<Detail>()) continue;
    EXPECT_FALSE(found.has_value());
    EXPECT_TRUE(any.UnpackTo(&found.emplace()));
  }
  return found;
}

LdapResult Answer(int code, std::string matched_dn = "", std::string diagnostic_message = "") {
  return {code, std::move(matched_dn), std::move(diagnostic_message), {}, {}};
}

OperationEnd EndWith(LdapResult result, EndCause cause = EndCause::kResult) {
  OperationEnd end;
  end.cause = cause;
  end.result = std::move(result);
  return end;
}

StatusContext SearchContext() {
  return {.operation = "Search",
          .session_id = "s-1",
          .operation_id = "op-1",
          .target = "default",
          .dn = "cn=nobody,dc=example"};
}

TEST(StatusFromEnd, SuccessHasNoDetails) {
  for (const int code : {0, 5, 6}) {
    const RpcStatus status = StatusFromEnd(EndWith(Answer(code)), SearchContext());
    EXPECT_EQ(status.code, 0);
    EXPECT_EQ(status.message, "");
    EXPECT_EQ(status.details, "");
  }
}

TEST(StatusFromEnd, CarriesTheWholeAnswer) {
  const RpcStatus status =
      StatusFromEnd(EndWith(Answer(32, "dc=example", "no such thing")), SearchContext());
  EXPECT_EQ(status.code, static_cast<int>(Code::kNotFound));
  EXPECT_EQ(status.message, "the directory answered noSuchObject: no entry has this DN (to create one, its parent has to exist)");
  const auto info = Find<google::rpc::ErrorInfo>(status);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->reason(), "NO_SUCH_OBJECT");
  EXPECT_EQ(info->domain(), "dirlease");
  const std::map<std::string, std::string> metadata(info->metadata().begin(),
                                                    info->metadata().end());
  EXPECT_EQ(metadata, (std::map<std::string, std::string>{{"ldapCode", "32"},
                                                          {"ldapName", "noSuchObject"},
                                                          {"matchedDn", "dc=example"},
                                                          {"operation", "Search"},
                                                          {"operationId", "op-1"},
                                                          {"sessionId", "s-1"},
                                                          {"target", "default"}}));
  const auto result = Find<v1::LdapResult>(status);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->diagnostic_message(), "no such thing");
  EXPECT_FALSE(result->truncated());
  const auto entry = Find<google::rpc::ResourceInfo>(status);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->resource_type(), "ldap entry");
  EXPECT_EQ(entry->resource_name(), "cn=nobody,dc=example");
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(status));
  EXPECT_FALSE(Find<google::rpc::BadRequest>(status));
}

TEST(StatusFromEnd, OnlyNotFoundNamesTheEntry) {
  const RpcStatus status = StatusFromEnd(EndWith(Answer(50)), SearchContext());
  EXPECT_FALSE(Find<google::rpc::ResourceInfo>(status));
}

TEST(StatusFromEnd, BusyDirectoryComesWithARetryDelay) {
  const auto retry = Find<google::rpc::RetryInfo>(StatusFromEnd(EndWith(Answer(51)), {}));
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->retry_delay().seconds(), 1);
  EXPECT_EQ(retry->retry_delay().nanos(), 0);
}

TEST(StatusFromEnd, LossTellsWhatLibldapSaid) {
  const RpcStatus status = StatusFromEnd(
      EndWith(Answer(-1, "", "notice of disconnection"), EndCause::kLost), {});
  EXPECT_EQ(status.code, static_cast<int>(Code::kUnavailable));
  EXPECT_EQ(Find<v1::LdapResult>(status)->name(), "serverDown");
}

TEST(StatusFromEnd, GatewaysOwnEndsHaveNoLdapResult) {
  const RpcStatus status = StatusFromEnd(EndWith({}, EndCause::kAbandoned), SearchContext());
  EXPECT_FALSE(Find<v1::LdapResult>(status));
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->metadata().count("ldapCode"), 0u);
}

TEST(StatusFromFailure, NamesEveryField) {
  Failure failure = InvalidField("filter", "octet 3: bad");
  failure.violations.push_back({"base_dn", "longer than 8 KiB"});
  failure.metadata = {{"limit", "64"}};
  failure.retry_delay = absl::Milliseconds(1500);
  const RpcStatus status = StatusFromFailure(failure, SearchContext());
  EXPECT_EQ(status.code, static_cast<int>(Code::kInvalidArgument));
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->reason(), "INVALID_FIELD");
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->metadata().at("limit"), "64");
  const auto bad = Find<google::rpc::BadRequest>(status);
  ASSERT_EQ(bad->field_violations_size(), 2);
  EXPECT_EQ(bad->field_violations(0).field(), "filter");
  EXPECT_EQ(bad->field_violations(1).description(), "longer than 8 KiB");
  EXPECT_EQ(Find<google::rpc::RetryInfo>(status)->retry_delay().nanos(), 500'000'000);
}

TEST(StatusFromFailure, TakesEndlessRetryDelays) {
  Failure failure;
  failure.retry_delay = absl::InfiniteDuration();
  const RpcStatus endless = StatusFromFailure(failure, {});
  EXPECT_GT(Find<google::rpc::RetryInfo>(endless)->retry_delay().seconds(), 0);
  failure.retry_delay = -absl::InfiniteDuration();
  const RpcStatus past = StatusFromFailure(failure, {});
  EXPECT_EQ(Find<google::rpc::RetryInfo>(past)->retry_delay().seconds(), 0);
}

// What a hostile directory and a careless caller may bring: every text huge and not UTF-8.
StatusContext HostileContext() {
  const std::string huge(100'000, '\xFF');
  return {.operation = huge, .session_id = huge, .operation_id = huge, .target = huge, .dn = huge};
}

LdapResult HostileResult(char octet) {
  LdapResult result = Answer(32, std::string(100'000, octet), std::string(100'000, octet));
  result.referrals.assign(1000, "ldap://" + std::string(100, octet));
  result.controls.assign(100, {.oid = std::string(1000, octet),
                                .critical = false,
                                .value = std::string(1000, octet)});
  return result;
}

TEST(StatusSize, StaysBelowItsCapWhateverComes) {
  for (const char octet : {'x', '\xFF', '\\', '\0', '\xC3'}) {
    const RpcStatus status = StatusFromEnd(EndWith(HostileResult(octet)), HostileContext());
    const auto result = Find<v1::LdapResult>(status);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->truncated());
    EXPECT_EQ(result->code(), 32);
    EXPECT_EQ(result->name(), "noSuchObject");
    EXPECT_TRUE(IsValidUtf8(result->diagnostic_message()));
    EXPECT_TRUE(IsValidUtf8(result->matched_dn()));
    EXPECT_FALSE(result->diagnostic_message().empty());
    EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->reason(), "NO_SUCH_OBJECT");
    EXPECT_TRUE(Find<google::rpc::ResourceInfo>(status));
  }
}

TEST(StatusSize, StaysBelowItsCapForFailuresToo) {
  Failure failure;
  const std::string huge(100'000, '\xFF');
  failure.reason = huge;
  failure.message = huge;
  failure.retry_delay = absl::Hours(1);
  failure.code = Code::kNotFound;
  failure.violations.assign(1000, {huge, huge});
  for (int i = 0; i < 100; ++i) failure.metadata.emplace_back(std::to_string(i) + huge, huge);
  const RpcStatus status = StatusFromFailure(failure, HostileContext());
  EXPECT_GE(Find<google::rpc::BadRequest>(status)->field_violations_size(), 1);
}

TEST(StatusSize, NothingIsCutThatFits) {
  const LdapResult result{.code = 53,
                          .matched_dn = std::string(600, 'd'),
                          .diagnostic_message = std::string(1200, 'm'),
                          .referrals = std::vector<std::string>(10, "ldap://a/"),
                          .controls = {{.oid = "1.2.3", .critical = false, .value = "v"}}};
  const auto cut = Find<v1::LdapResult>(StatusFromEnd(EndWith(result), {}));
  EXPECT_FALSE(cut->truncated());
  EXPECT_EQ(cut->diagnostic_message().size(), 1200u);
  EXPECT_EQ(cut->referrals_size(), 10);
}

// The contract's order, one step at a time.
TEST(CutLdapResult, FollowsTheContractsOrder) {
  v1::LdapResult result;
  result.set_code(53);
  result.set_name("unwillingToPerform");
  result.set_matched_dn(std::string(600, 'd'));
  result.set_diagnostic_message(std::string(1200, 'm'));
  for (int i = 0; i < 10; ++i) result.add_referrals(std::to_string(i));
  result.add_controls()->set_value("unknown");
  auto& known = *result.add_controls();
  known.set_value("known");
  known.mutable_paged_results();

  ASSERT_TRUE(CutLdapResult(result));
  EXPECT_TRUE(result.truncated());
  EXPECT_EQ(result.controls(0).value(), "");
  EXPECT_EQ(result.controls(1).value(), "known");
  EXPECT_EQ(result.referrals_size(), 10);
  ASSERT_TRUE(CutLdapResult(result));
  EXPECT_EQ(result.referrals_size(), 8);
  EXPECT_EQ(result.referrals(7), "7");
  EXPECT_EQ(result.diagnostic_message().size(), 1200u);
  ASSERT_TRUE(CutLdapResult(result));
  EXPECT_EQ(result.diagnostic_message().size(), 1024u);
  EXPECT_EQ(result.matched_dn().size(), 600u);
  ASSERT_TRUE(CutLdapResult(result));
  EXPECT_EQ(result.matched_dn().size(), 512u);
  EXPECT_EQ(result.controls_size(), 2);
}

TEST(CutLdapResult, EndsWithCodeNameAndTheBeginningOfTheTexts) {
  v1::LdapResult result;
  result.set_code(53);
  result.set_name("unwillingToPerform");
  result.set_diagnostic_message(std::string(1200, 'm'));
  for (int i = 0; i < 10; ++i) result.add_referrals(std::to_string(i));
  while (CutLdapResult(result)) {
  }
  EXPECT_EQ(result.code(), 53);
  EXPECT_EQ(result.name(), "unwillingToPerform");
  EXPECT_EQ(result.diagnostic_message().size(), 256u);
  EXPECT_EQ(result.referrals_size(), 0);
}

}  // namespace
}  // namespace dirlease
