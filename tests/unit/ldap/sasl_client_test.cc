// The gateway's side of SASL, message by message, as Cyrus SASL makes them.
#include <gtest/gtest.h>

#include "ldap/libldap/libldap_init.h"
#include "ldap/libldap/sasl_client.h"

namespace dirlease {
namespace {

class SaslClientTest : public ::testing::Test {
 protected:
  SaslClientTest() { InitialiseLibldap(); }
  static SaslRequest Request(const std::string& mechanism, const std::string& user,
                             const std::string& password, const std::string& authorization_id = "") {
    SaslRequest request{.mechanism = mechanism, .credentials = std::nullopt, .identity = SaslIdentity()};
    request.identity->authentication_id = user;
    request.identity->password = Secret(password);
    request.identity->authorization_id = authorization_id;
    return request;
  }
  static std::optional<std::string> Octets(const SaslStep& step) {
    if (!step.credentials) return std::nullopt;
    return std::string(step.credentials->Reveal());
  }
};

TEST_F(SaslClientTest, PlainIsOneMessage) {
  SaslClient client("directory.test", Request("PLAIN", "alice", "correct horse"));
  const SaslStep step = client.Next(std::nullopt);
  EXPECT_EQ(step.error, "");
  EXPECT_TRUE(step.complete);
  EXPECT_EQ(Octets(step), std::string("\0alice\0correct horse", 20));
}

TEST_F(SaslClientTest, PlainNamesForWhom) {
  SaslClient client("directory.test", Request("PLAIN", "alice", "pw", "u:bob"));
  EXPECT_EQ(Octets(client.Next(std::nullopt)), std::string("u:bob\0alice\0pw", 14));
}

TEST_F(SaslClientTest, ExternalSaysNothingButForWhom) {
  SaslClient nobody("directory.test", Request("EXTERNAL", "", ""));
  EXPECT_EQ(Octets(nobody.Next(std::nullopt)), "");
  SaslClient somebody("directory.test", Request("EXTERNAL", "", "", "u:bob"));
  EXPECT_EQ(Octets(somebody.Next(std::nullopt)), "u:bob");
}

TEST_F(SaslClientTest, ScramIsNotSatisfiedBeforeTheServerHasProvedItself) {
  SaslClient client("directory.test", Request("SCRAM-SHA-256", "alice", "pw"));
  const SaslStep first = client.Next(std::nullopt);
  EXPECT_FALSE(first.complete);
  EXPECT_EQ(Octets(first)->substr(0, 13), "n,,n=alice,r=");
  const std::string nonce = Octets(first)->substr(13);
  const SaslStep second = client.Next(Secret("r=" + nonce + "server,s=c2FsdHNhbHRzYWx0c2E=,i=4096"));
  EXPECT_EQ(second.error, "") << second.detail;
  EXPECT_FALSE(second.complete);
  const SaslStep last = client.Next(Secret("v=bm90IHRoZSBzaWduYXR1cmU="));
  EXPECT_NE(last.error, "");
}

TEST_F(SaslClientTest, ScramTakesNoCostBeyondAllBounds) {
  SaslClient client("directory.test", Request("SCRAM-SHA-1", "alice", "pw"));
  const std::string nonce = Octets(client.Next(std::nullopt))->substr(13);
  EXPECT_NE(client.Next(Secret("r=" + nonce + "server,s=c2FsdHNhbHRzYWx0c2E=,i=2000000000")).error, "");
}

TEST_F(SaslClientTest, AMechanismThatThereIsNotIsAnError) {
  SaslClient client("directory.test", Request("NO-SUCH", "alice", "pw"));
  EXPECT_NE(client.Next(std::nullopt).error, "");
}

}  // namespace
}  // namespace dirlease
