// StartTLS and TLS handshakes with directories that stall or misbehave.
#include "ldap/libldap/secure_connection.h"

#include <gtest/gtest.h>

#include "ldap/libldap/libldap_init.h"
#include "support/raw_peer.h"

namespace dirlease {
namespace {

using testing::Message;
using testing::RawPeer;
using testing::ResultBody;
using testing::Tlv;

constexpr std::chrono::milliseconds kDeadline(200);

class SecureConnectionTest : public ::testing::Test {
 protected:
  SecureConnectionTest() : initialised_(InitialiseLibldap()), handle_(peer_.OpenHandle()) {
    std::string error;
    context_ = contexts_.Get(TargetConfig(), error);
    EXPECT_NE(context_, nullptr) << error;
  }
  ~SecureConnectionTest() override {
    EXPECT_TRUE(handle_->Unbind().valid());
    EXPECT_FALSE(handle_->tls());
  }

  ConnectFailure Fail(TargetConfig::Tls tls) {
    const auto start = std::chrono::steady_clock::now();
    const auto failure = SecureConnection(*handle_, tls, *context_, start + kDeadline);
    took_ = std::chrono::steady_clock::now() - start;
    EXPECT_TRUE(failure.has_value());
    return failure.value_or(ConnectFailure());
  }

  const bool initialised_;
  RawPeer peer_;
  std::unique_ptr<LibldapHandle> handle_;
  TlsContexts contexts_;
  std::shared_ptr<const TlsContext> context_;
  std::chrono::steady_clock::duration took_{};
};

TEST_F(SecureConnectionTest, SilentDirectoryInStartTlsEndsAtTheDeadline) {
  EXPECT_EQ(Fail(TargetConfig::Tls::kStartTls).kind, ConnectFailure::Kind::kTimeout);
  EXPECT_GE(took_, kDeadline);
}

TEST_F(SecureConnectionTest, SilentDirectoryInTheHandshakeEndsAtTheDeadline) {
  EXPECT_EQ(Fail(TargetConfig::Tls::kLdaps).kind, ConnectFailure::Kind::kTimeout);
  EXPECT_GE(took_, kDeadline);
}

TEST_F(SecureConnectionTest, SilenceAfterStartTlsWasGrantedEndsAtTheDeadline) {
  peer_.Send(Message(1, 0x78, ResultBody(0)));
  EXPECT_EQ(Fail(TargetConfig::Tls::kStartTls).kind, ConnectFailure::Kind::kTimeout);
}

TEST_F(SecureConnectionTest, StallInTheMiddleOfARecordEndsAtTheDeadline) {
  peer_.Send(std::string("\x16\x03\x03\x40\x00\x02", 6));
  EXPECT_EQ(Fail(TargetConfig::Tls::kLdaps).kind, ConnectFailure::Kind::kTimeout);
}

TEST_F(SecureConnectionTest, StallInTheMiddleOfTheAnswerEndsAtTheDeadline) {
  peer_.Send(Message(1, 0x78, ResultBody(0)).substr(0, 5));
  EXPECT_EQ(Fail(TargetConfig::Tls::kStartTls).kind, ConnectFailure::Kind::kTimeout);
}

TEST_F(SecureConnectionTest, RefusedStartTlsSaysWhy) {
  peer_.Send(Message(1, 0x78, ResultBody(2, "", "unsupported extended operation")));
  const ConnectFailure failure = Fail(TargetConfig::Tls::kStartTls);
  EXPECT_EQ(failure.kind, ConnectFailure::Kind::kTls);
  EXPECT_NE(failure.text.find("unsupported extended operation"), std::string::npos) << failure.text;
}

TEST_F(SecureConnectionTest, NoticeWithEmptyOidKillsNobody) {
  peer_.Send(Message(0, 0x78, ResultBody(52) + Tlv(0x8a, "")));
  EXPECT_EQ(Fail(TargetConfig::Tls::kStartTls).kind, ConnectFailure::Kind::kTls);
}

TEST_F(SecureConnectionTest, PlainTextAfterTheAnswerIsNotBelieved) {
  peer_.Send(Message(1, 0x78, ResultBody(0)) + Message(2, 0x61, ResultBody(0)));
  EXPECT_EQ(Fail(TargetConfig::Tls::kStartTls).kind, ConnectFailure::Kind::kTls);
}

TEST_F(SecureConnectionTest, ClosedConnectionFailsAtOnce) {
  peer_.Close();
  EXPECT_EQ(Fail(TargetConfig::Tls::kLdaps).kind, ConnectFailure::Kind::kTls);
  EXPECT_LT(took_, kDeadline);
}

TEST(TlsContextTest, UnreadableFileIsNamed) {
  InitialiseLibldap();
  TargetConfig target;
  target.ca_file = "/nonexistent/ca.pem";
  std::string error;
  EXPECT_EQ(TlsContext::Load(target, error), nullptr);
  EXPECT_NE(error.find("/nonexistent/ca.pem"), std::string::npos) << error;
}

}  // namespace
}  // namespace dirlease
