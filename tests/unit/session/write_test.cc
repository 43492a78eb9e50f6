// What becomes of a write whose lease or connection ends: what the directory may have read has an unknown outcome, what
// it cannot have read has none.
#include <gtest/gtest.h>

#include "unit/session/session_fixture.h"

namespace dirlease {
namespace {

using testing::ResultMessage;

class WriteTest : public testing::SessionFixture {
 protected:
  WriteTest() { Open(); }
  static OperationRequest Delete() { return {.body = DeleteRequest{"cn=a"}, .controls = {}}; }
  void LoseConnection() {
    peer_->QueueEof();
    Pump();
  }
};

TEST_F(WriteTest, AnAnswerIsAnAnswer) {
  Run(sink_, Delete());
  Answer({ResultMessage(peer_->last_request().message_id)});
  EXPECT_EQ(sink_.end().cause, EndCause::kResult);
}

TEST_F(WriteTest, AnAnswerThatOnlyACompareHasLeavesItsOutcomeUnknown) {
  Run(sink_, Delete());
  Answer({ResultMessage(peer_->last_request().message_id, ldap_code::kCompareTrue)});
  EXPECT_EQ(sink_.end().cause, EndCause::kOutcomeUnknown);
}

TEST_F(WriteTest, OneThatWasOnlyTriedIsNoSuccessUnlessAsked) {
  Run(sink_, Delete());
  Answer({ResultMessage(peer_->last_request().message_id, ldap_code::kNoOperation)});
  EXPECT_EQ(sink_.end().cause, EndCause::kOutcomeUnknown);
  RecordingSink asked;
  OperationRequest request = Delete();
  request.controls = {{.oid = "1.3.6.1.4.1.4203.666.5.2", .critical = true}};
  Run(asked, std::move(request));
  Answer({ResultMessage(peer_->last_request().message_id, ldap_code::kNoOperation)});
  EXPECT_EQ(asked.end().cause, EndCause::kResult);
}

TEST_F(WriteTest, LostAfterItWasSentItsOutcomeIsUnknown) {
  Run(sink_, Delete());
  LoseConnection();
  EXPECT_EQ(sink_.end().cause, EndCause::kOutcomeUnknown);
  EXPECT_EQ(sink_.end().result.code, ldap_code::kServerDown);
}

TEST_F(WriteTest, LostBeforeItsLastOctetWasSentItHasNotHappened) {
  peer_->BlockOutput(1);
  Run(sink_, Delete());
  LoseConnection();
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
}

TEST_F(WriteTest, LostWhileItWaitedItHasNotHappened) {
  TakeAllPlaces();
  Run(sink_, Delete());
  LoseConnection();
  EXPECT_EQ(sink_.end().cause, EndCause::kLost);
}

TEST_F(WriteTest, TheLeasesEndLeavesItsOutcomeUnknown) {
  for (const EndCause cause : {EndCause::kSessionClosed, EndCause::kExpired, EndCause::kRevoked, EndCause::kDraining}) {
    testing::RecordingSink& sink = NewSink();
    Run(sink, Delete())->End(cause);
    EXPECT_EQ(sink.end().cause, EndCause::kOutcomeUnknown);
    testing::RecordingSink& read = NewSink();
    Run(read)->End(cause);
    EXPECT_EQ(read.end().cause, cause);
  }
}

TEST_F(WriteTest, WhoCancelsKnowsWhatHeDid) {
  for (const EndCause cause : {EndCause::kCancelled, EndCause::kAbandoned}) {
    testing::RecordingSink& sink = NewSink();
    Run(sink, Delete())->End(cause);
    EXPECT_EQ(sink.end().cause, cause);
  }
  EXPECT_EQ(peer_->CountOf("abandon"), 2u);
}

TEST_F(WriteTest, WhatItWritesIsWipedOnceSent) {
  const auto* add = &Run(NewSink(), {.body = AddRequest{"cn=a", {{"userPassword", {"secret"}}}}, .controls = {}})->request();
  EXPECT_TRUE(std::get<AddRequest>(add->body).attributes[0].values.empty());
  EXPECT_EQ(std::get<AddRequest>(peer_->last_request().body).attributes[0].values[0], "secret");
  const ModifyRequest change{"cn=a", {{Modification::Type::kReplace, {"userPassword", {"secret"}}}}};
  const auto* modify = &Run(NewSink(), {.body = change, .controls = {}})->request();
  EXPECT_TRUE(std::get<ModifyRequest>(modify->body).modifications[0].attribute.values.empty());
  const auto* extended = &Run(NewSink(), {.body = ExtendedRequest{"1.2", Secret("secret"), ""}, .controls = {}})->request();
  EXPECT_FALSE(std::get<ExtendedRequest>(extended->body).value.has_value());
  LoseConnection();
}

TEST_F(WriteTest, WhoAmIIsNoWriteAndOtherExtendedOperationsMayBe) {
  Run(NewSink(), {.body = ExtendedRequest{kWhoAmIOid, std::nullopt, ""}, .controls = {}});
  Run(NewSink(), {.body = ExtendedRequest{kModifyPasswordOid, Secret("secret"), ""}, .controls = {}});
  LoseConnection();
  EXPECT_EQ(sinks_[0].end().cause, EndCause::kLost);
  EXPECT_EQ(sinks_[1].end().cause, EndCause::kOutcomeUnknown);
}

}  // namespace
}  // namespace dirlease
