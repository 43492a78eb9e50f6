// Who guesses wrong too often waits; whoever else asks does not.
#include "session/verify/failed_binds.h"

#include <gtest/gtest.h>

namespace dirlease {
namespace {

constexpr FailedBinds::Options kThreeAMinute{.most = 3, .window = absl::Minutes(1), .most_keys = 400};
constexpr size_t kMostKeysOfOne = 100;

class FailedBindsTest : public ::testing::Test {
 protected:
  void Fail(const FailedBinds::Key& key, int times = 1) {
    for (int i = 0; i < times; ++i) failed_.AddFailure(key, now_);
  }

  FailedBinds failed_{kThreeAMinute};
  absl::Time now_ = absl::UnixEpoch();
  const FailedBinds::Key key_ = FailedBinds::KeyOf("shop", "people", "uid=a,dc=b");
};

TEST_F(FailedBindsTest, RefusesUntilTheWindowOfTheFirstIsOver) {
  Fail(key_);
  now_ += absl::Seconds(20);
  Fail(key_);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
  Fail(key_);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), absl::Seconds(40));
  now_ += absl::Seconds(40);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
  Fail(key_);  // a new window
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
}

TEST_F(FailedBindsTest, ASuccessForgets) {
  Fail(key_, 2);
  failed_.AddSuccess(key_);
  Fail(key_, 2);
  EXPECT_EQ(failed_.RefusedFor(key_, now_), std::nullopt);
  // The first window's end does not end the second one.
  now_ += absl::Seconds(30);
  failed_.AddSuccess(key_);
  Fail(key_, 3);
  now_ += absl::Seconds(30);
  Fail(FailedBinds::KeyOf("", "", "another"));
  EXPECT_EQ(failed_.RefusedFor(key_, now_), absl::Seconds(30));
}

TEST_F(FailedBindsTest, CountsByCallerTargetAndName) {
  Fail(key_, 3);
  for (const auto& other :
       {FailedBinds::KeyOf("till", "people", "uid=a,dc=b"), FailedBinds::KeyOf("shop", "staff", "uid=a,dc=b"),
        FailedBinds::KeyOf("shop", "people", "uid=b,dc=b"), FailedBinds::KeyOf("shoppeople", "", "uid=a,dc=b")}) {
    EXPECT_EQ(failed_.RefusedFor(other, now_), std::nullopt);
  }
  EXPECT_NE(failed_.RefusedFor(FailedBinds::KeyOf("shop", "people", "UID=A, DC=b"), now_), std::nullopt);
}

TEST_F(FailedBindsTest, SpellingsOfOneNameCountTogether) {
  const auto key = [](std::string_view name) { return FailedBinds::KeyOf("", "", name); };
  const FailedBinds::Key name = key("uid=j\xc3\xb6rg, ou=people,dc=b");
  for (const char* same :
       {"UID=J\xc3\x96RG,OU=PEOPLE,DC=B", "uid=j\\c3\\b6rg,ou=\\70eople,dc=b", "userid=jo\xcc\x88rg,ou=people,dc=b",
        "0.9.2342.19200300.100.1.1=j\xc3\xb6rg;2.5.4.11=\"people\";domainComponent=b",
        "OID.2.5.4.11=x,uid=y", "\xef\xbd\x95id=j\xc3\xb6rg,ou=peo\xe2\x80\x8bple,dc=b"}) {
    EXPECT_EQ(key(same) == name, std::string_view(same).find("=x,") == std::string_view::npos) << same;
  }
  EXPECT_EQ(key("uid=#040161,dc=b"), key("uid=#04810161,dc=b"));
  EXPECT_EQ(key("Anna@Example.COM"), key("anna@example.com"));
  EXPECT_EQ(key("\xff=a"), key("\xff=a"));
  EXPECT_NE(key("uid=a,dc=b"), key("uid=a,dc=c"));
  EXPECT_NE(key("uid=a+cn=b"), key("uid=a,cn=b"));
  EXPECT_EQ(key("trailing\\"), key("trailing"));
  EXPECT_EQ(key("cn = an  n\\20 ,dc=b"), key("cn=an n, dc=b"));
  EXPECT_NE(key("cn=an n,dc=b"), key("cn=ann,dc=b"));
}

TEST_F(FailedBindsTest, ItsMemoryIsBounded) {
  for (const char* caller : {"a", "b", "c", "d", "e"}) {
    for (size_t i = 0; i < kMostKeysOfOne; ++i) {
      Fail(FailedBinds::KeyOf(caller, "", std::to_string(i)));
    }
  }
  EXPECT_EQ(failed_.size(), kThreeAMinute.most_keys);
  now_ += absl::Minutes(1);
  Fail(key_);
  EXPECT_EQ(failed_.size(), 1u);
}

TEST_F(FailedBindsTest, WhoMakesUpNamesForgetsHisOwnFailuresOnly) {
  const FailedBinds::Key own = FailedBinds::KeyOf("mallory", "people", "uid=a,dc=b");
  Fail(key_, 3);
  Fail(own, 3);
  for (size_t i = 0; i < kMostKeysOfOne; ++i) {
    Fail(FailedBinds::KeyOf("mallory", "people", std::to_string(i)));
  }
  EXPECT_EQ(failed_.size(), kMostKeysOfOne + 1);
  EXPECT_EQ(failed_.RefusedFor(own, now_), std::nullopt);
  EXPECT_NE(failed_.RefusedFor(key_, now_), std::nullopt);
}

}  // namespace
}  // namespace dirlease
