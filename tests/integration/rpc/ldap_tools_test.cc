// Scripts written for OpenLDAP's tools, run through a gateway: the same output and exit status as at the directory.
#include <fstream>

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
    EXPECT_EQ(ours.status, real.status) << ::testing::PrintToString(words) << ours.output;
    // Of failures both tell more, and differently.
    if (real.status == 0 && words.back() != "-VV") {
      EXPECT_EQ(ours.output, real.output) << ::testing::PrintToString(words);
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

TEST_F(LdapToolsTest, SearchInEveryoneOfItsManners) {
  const std::string lines = tools_.File("lines");
  std::ofstream(lines) << "user.1\nuser.2\nnobody\n";
  ExpectSame({"ldapsearch", "-b", kSuffix, "(uid=user.1)", "cn"});  // with the result's words
  ExpectSame({"ldapsearch", "-b", "dc=nowhere"});
  ExpectSame({"ldapsearch", "-LL", "-b", kSuffix, "(uid=user.1)", "*", "+"});
  ExpectSame({"ldapsearch", "-L", "-A", "-b", PersonDn(1), "-s", "sub", "-s", "base"});
  ExpectSame({"ldapsearch", "-LLL", "-b", kSuffix, "-s", "one", "1.1"});  // in the directory's order
  ExpectSame({"ldapsearch", "-LLL", "-b", kSuffix, "-S", "sn", "(sn=*)", "sn"});
  ExpectSame({"ldapsearch", "-LLL", "-b", kSuffix, "-S", "", "(uid=user.1*)", "1.1"});
  ExpectSame({"ldapsearch", "-LLL", "-c", "-b", kSuffix, "-f", lines, "(uid=%s)", "sn"});
  ExpectSame({"ldapsearch", "-LLL", "-P", "3", "-M", "-a", "always", "-l", "10", "-b", PersonDn(1), "cn"});
  ExpectSame({"ldapsearch", "-LLL", "-e", "!assert=(uid=user.2)", "-b", PersonDn(1)});
  ExpectSame({"ldapsearch", "-b", kSuffix, "(uid=user.1"});
  ExpectSame({"ldapsearch", "-b", "nonsense"});
  ExpectSame({"ldapcompare", "-z", PersonDn(1), "uid:user.2"});
  ExpectSame({"ldapcompare", PersonDn(1), "nosuch:1"});
  ExpectSame({"ldapsearch", "-VV"});
}

TEST_F(LdapToolsTest, PagesAreSeamless) {
  const std::vector<std::string> all = {"-LLL", "-x", "-H", slapd_->uri(), "-b", kSuffix, "(uid=*)", "uid"};
  std::vector<std::string> paged = all;
  paged.insert(paged.begin(), {"-E", "pr=7/noprompt"});
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), tools_.File("ldapsearch"));
    return RunProgram(words);
  };
  const ProgramRun ours = run(paged);
  EXPECT_EQ(ours.status, 0);
  EXPECT_EQ(ours.output.size(), run(all).output.size());  // the order is the directory's
}

TEST_F(LdapToolsTest, ChangesAreToldAsTheyTellThem) {
  const std::string file = tools_.File("changes");
  std::ofstream(file) << "dn: " << PersonDn(1) << "\nchangetype: modify\nreplace: sn\nsn: Other\n-\n\ndn: " << PersonDn(2)
                      << "\nchangetype: modrdn\nnewrdn: uid=other\ndeleteoldrdn: 1\n\ndn: " << PersonDn(3)
                      << "\nchangetype: delete\n";
  const std::string bad = tools_.File("bad");
  std::ofstream(bad) << "dn: cn=a\nchangetype: modify\nnonsense\n";
  const std::string replace = tools_.File("replace");
  std::ofstream(replace) << "dn: " << PersonDn(1) << "\nchangetype: modify\nreplace: sn\nsn: Other\n";
  const std::string dn = Slapd::admin_dn(), password = Slapd::admin_password();
  ExpectSame({"ldapmodify", "-n", "-D", dn, "-w", password, "-f", file});
  ExpectSame({"ldapmodify", "-D", dn, "-w", password, "-f", replace});
  ExpectSame({"ldapmodify", "-D", dn, "-w", password, "-f", bad});
  ExpectSame({"ldapmodify", "-c", "-f", replace});
  ExpectSame({"ldapdelete", "-n", "-D", dn, "-w", password, PersonDn(1)});
  ExpectSame({"ldappasswd", "-D", dn, "-w", password, "-s", "changed", "uid=nobody," + std::string(kPeopleDn)});
  ExpectSame({"ldapmodrdn", "-D", dn, "-w", password, "uid=nobody," + std::string(kPeopleDn), "uid=other"});
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
