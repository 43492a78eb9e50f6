// What needs no gateway: reading errors, batching, joining entries.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "calls.h"
#include "dirlease/client/error.h"
#include "entries.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace dirlease::client {
namespace {

std::string Details(const std::vector<const google::protobuf::Message*>& messages) {
  google::rpc::Status status;
  for (const auto* message : messages) status.add_details()->PackFrom(*message);
  return status.SerializeAsString();
}

Error WithReason(grpc::StatusCode code, const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  return Error(code, "text", Details({&info}));
}

TEST(ErrorTest, ReadsWhatTheGatewaySays) {
  v1::LdapResult ldap;
  ldap.set_code(32);
  ldap.set_name("noSuchObject");
  ldap.set_matched_dn("ou=people,dc=example,dc=com");
  ldap.add_referrals("ldap://elsewhere");
  google::rpc::ErrorInfo info;
  info.set_reason("NO_SUCH_OBJECT");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(250'000'000);
  google::rpc::BadRequest bad_request;
  bad_request.add_field_violations()->set_field("filter");
  const Error error(grpc::StatusCode::NOT_FOUND, "no entry", Details({&info, &ldap, &retry, &bad_request}));
  EXPECT_EQ(error.code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_STREQ(error.what(), "no entry");
  EXPECT_EQ(error.reason(), "NO_SUCH_OBJECT");
  ASSERT_TRUE(error.ldap());
  EXPECT_EQ(error.ldap()->SerializeAsString(), ldap.SerializeAsString());
  EXPECT_EQ(error.field(), "filter");
  EXPECT_EQ(error.retry_after(), std::chrono::milliseconds(250));
}

TEST(ErrorTest, KeepsTheCodeWithoutReadableDetails) {
  for (const std::string details : {"", "\xff\xff"}) {
    const Error error(grpc::StatusCode::UNAVAILABLE, "gone", details);
    EXPECT_EQ(error.code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(error.reason(), "");
    EXPECT_FALSE(error.ldap());
  }
}

TEST(ErrorTest, WrongPasswordIsNoLostLease) {
  EXPECT_TRUE(WithReason(grpc::StatusCode::UNAUTHENTICATED, "SESSION_EXPIRED").session_lost());
  EXPECT_FALSE(WithReason(grpc::StatusCode::UNAUTHENTICATED, "INVALID_CREDENTIALS").session_lost());
  EXPECT_FALSE(WithReason(grpc::StatusCode::ABORTED, "SESSION_CLOSED").session_lost());
}

TEST(ErrorTest, SaysWhenAWriteMayHaveHappened) {
  EXPECT_TRUE(WithReason(grpc::StatusCode::UNKNOWN, "OUTCOME_UNKNOWN").outcome_unknown());
  EXPECT_TRUE(Error(grpc::StatusCode::DEADLINE_EXCEEDED, "").outcome_unknown());
  for (const auto code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::UNKNOWN, grpc::StatusCode::INTERNAL}) {
    EXPECT_TRUE(Error(code, "").outcome_unknown()) << code;  // The connection broke.
  }
  EXPECT_TRUE(WithReason(grpc::StatusCode::RESOURCE_EXHAUSTED, "SLOW_CONSUMER").outcome_unknown());
  EXPECT_FALSE(WithReason(grpc::StatusCode::RESOURCE_EXHAUSTED, "TOO_MANY_OPERATIONS").outcome_unknown());
  EXPECT_FALSE(WithReason(grpc::StatusCode::UNAVAILABLE, "DRAINING").outcome_unknown());
}

v1::PipelineResponse Answers(std::uint64_t id, int code = 0) {
  v1::PipelineResponse response;
  auto* reply = response.add_replies();
  reply->set_id(id);
  reply->mutable_status()->set_code(code);
  return response;
}

TEST(CallsTest, SendsWhatIsReadyTogetherInBoundedMessages) {
  Calls calls;
  v1::PipelineRequest message;
  EXPECT_EQ(calls.Next(&message), Calls::Step::kNothing);
  for (int i = 0; i < 300; ++i) calls.Add({});
  ASSERT_EQ(calls.Next(&message), Calls::Step::kWrite);
  ASSERT_EQ(message.calls_size(), 256);
  EXPECT_EQ(message.calls(0).id(), 1u);
  v1::PipelineRequest other;
  EXPECT_EQ(calls.Next(&other), Calls::Step::kNothing) << "one message at a time";
  calls.Written(true);
  calls.NoMore();
  ASSERT_EQ(calls.Next(&message), Calls::Step::kWrite);
  ASSERT_EQ(message.calls_size(), 44);
  EXPECT_EQ(message.calls(0).id(), 257u);
  calls.Written(true);
  EXPECT_EQ(calls.Next(&message), Calls::Step::kHalfClose);
  EXPECT_EQ(calls.Next(&message), Calls::Step::kNothing);
  calls.Written(true);
  EXPECT_EQ(calls.Next(&message), Calls::Step::kRelease);
  EXPECT_EQ(calls.Next(&message), Calls::Step::kNothing);
}

TEST(CallsTest, NothingIsSentOnABrokenStream) {
  Calls calls;
  v1::PipelineRequest message;
  calls.Add({});
  ASSERT_EQ(calls.Next(&message), Calls::Step::kWrite);
  calls.Add({});
  calls.StopSending();
  EXPECT_EQ(calls.Next(&message), Calls::Step::kNothing) << "a message is under way";
  calls.Written(false);
  EXPECT_EQ(calls.Next(&message), Calls::Step::kRelease);
}

TEST(CallsTest, AFailedCallEndsItsOwnIdOnly) {
  Calls calls;
  auto one = calls.Add({});
  auto two = calls.Add({});
  auto failed = Answers(one.id, 5), fine = Answers(two.id);
  calls.OnReplies(&failed);
  calls.OnReplies(&fine);
  EXPECT_THROW(calls.Take(one.answer.get()), Error);
  EXPECT_EQ(calls.Take(two.answer.get()).id(), two.id);
}

TEST(CallsTest, GathersTheRepliesOfASearch) {
  Calls calls;
  auto search = calls.Add({});
  v1::PipelineResponse part;
  part.add_replies()->set_id(search.id);
  part.mutable_replies(0)->mutable_search()->add_entries()->set_dn("a");
  auto rest = Answers(search.id);
  rest.mutable_replies(0)->mutable_search()->add_entries()->set_dn("b");
  calls.OnReplies(&part);
  calls.OnReplies(&rest);
  EXPECT_EQ(calls.Take(search.answer.get()).search().entries_size(), 2);
}

TEST(CallsTest, ABrokenStreamEndsEveryCallThatWaits) {
  Calls calls;
  auto call = calls.Add({});
  calls.Fail(Error(grpc::StatusCode::UNAVAILABLE, "gone"));
  EXPECT_THROW(calls.Take(call.answer.get()), Error);
  EXPECT_THROW(calls.Add({}), Error);
}

TEST(CallsTest, WhoeverWaitsHearsOfTheAnswer) {
  Calls calls;
  const auto call = calls.Add({});
  std::thread reader([&] {
    auto answer = Answers(call.id);
    calls.OnReplies(&answer);
  });
  EXPECT_EQ(calls.Take(call.answer.get()).id(), call.id);
  reader.join();
}

TEST(EntriesTest, JoinsPieces) {
  v1::SearchResponse response;
  for (const char* value : {"1", "2", "3"}) {
    auto* piece = response.add_entries();
    piece->set_dn("cn=large");
    piece->add_attributes()->set_type("member");
    piece->mutable_attributes(0)->add_values(value);
    piece->set_continued(*value != '3');
  }
  response.mutable_entries(2)->add_attributes()->set_type("cn");
  response.add_entries()->set_dn("cn=small");
  JoinPieces(response.mutable_entries());
  ASSERT_EQ(response.entries_size(), 2);
  EXPECT_EQ(response.entries(0).attributes_size(), 2);
  EXPECT_EQ(response.entries(0).attributes(0).values_size(), 3);
  EXPECT_FALSE(response.entries(0).continued());
  EXPECT_EQ(response.entries(1).dn(), "cn=small");
}

}  // namespace
}  // namespace dirlease::client
