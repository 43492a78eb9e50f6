// Scripts written for OpenLDAP's tools, run through a gateway: the same output and exit status as at the directory.
#include "integration/rpc/slapd_gateway_test.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/temp_dir.h"

namespace dirlease::testing {
namespace {

class LdapToolsTest : public SlapdGatewayTest {
 protected:
  void SetUp() override {
    Start({.people = 20});
    RequireProgram({BuiltProgram("dirlease"), "ldap-tools", tools_.path(), "--address", gateway_->address(), "--plaintext"});
  }
  void ExpectSame(std::vector<std::string> words) {
    words.insert(words.begin() + 1, {"-x", "-H", slapd_->uri()});
    const std::string tool = words[0];
    words[0] = "/usr/bin/" + tool;
    const ProgramRun real = RunProgram(words);
    words[0] = tools_.File(tool);
    const ProgramRun ours = RunProgram(words);
    EXPECT_EQ(ours.status, real.status) << words[0];
    if (real.status == 0) {
      EXPECT_EQ(ours.output, real.output) << words[0];
    }
  }

  const TempDir tools_;
};

TEST_F(LdapToolsTest, SayAndEndAsTheDirectorysOwn) {
  ExpectSame({"ldapsearch", "-LLL", "-b", kSuffix, "(uid=user.1)"});
  ExpectSame({"ldapsearch", "-LLL", "-o", "ldif_wrap=no", "-b", PersonDn(2), "-s", "base"});
  ExpectSame({"ldapsearch", "-LLL", "-b", "dc=nowhere"});
  ExpectSame({"ldapsearch", "-LLL", "-z", "3", "-b", kSuffix, "1.1"});
  ExpectSame({"ldapcompare", PersonDn(1), "uid:user.1"});
  ExpectSame({"ldapcompare", PersonDn(1), "uid:user.2"});
  ExpectSame({"ldapwhoami", "-D", PersonDn(1), "-w", PersonPassword(1)});
  ExpectSame({"ldapwhoami", "-D", PersonDn(1), "-w", "wrong"});
}

TEST_F(LdapToolsTest, Write) {
  const auto run = [&](std::vector<std::string> words) {
    words[0] = tools_.File(words[0]);
    words.insert(words.end(), {"-x", "-H", slapd_->uri(), "-D", Slapd::admin_dn(), "-w", Slapd::admin_password()});
    return RunProgram(words).status;
  };
  EXPECT_EQ(run({"ldapmodrdn", "-r", PersonDn(1), "uid=another"}), 0);
  EXPECT_EQ(run({"ldapmodrdn", "-r", PersonDn(1), "uid=another"}), 32);
  EXPECT_EQ(run({"ldapdelete", PersonDn(2)}), 0);
  EXPECT_EQ(run({"ldapdelete", PersonDn(2)}), 32);
  EXPECT_EQ(run({"ldappasswd", "-s", "changed", PersonDn(3)}), 0);
  ExpectSame({"ldapwhoami", "-D", PersonDn(3), "-w", "changed"});
}

}  // namespace
}  // namespace dirlease::testing
