#include "support/slapd.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "support/leak_check.h"
#include "support/loopback.h"
#include "support/sample_people.h"

namespace dirlease::testing {
namespace {

using ::testing::HasSubstr;

ProgramRun LdapSearch(const std::vector<std::string>& words) {
  // libldap in this program may have told its children to read no settings (ldap/libldap/libldap_init.h).
  std::vector<std::string> command = {"/usr/bin/env", "-u", "LDAPNOINIT", "/usr/bin/ldapsearch", "-x", "-LLL"};
  command.insert(command.end(), words.begin(), words.end());
  return RunProgram(command);
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Slapd, ServesTheSamplePeopleAndLogsWhatIsAsked) {
  LeakCheck leaks;
  Slapd slapd({.people = 25});
  const LogMark mark = slapd.Mark();
  const ProgramRun run = LdapSearch({"-H", slapd.uri(), "-D", PersonDn(3), "-w", PersonPassword(3),
                                     "-b", kPeopleDn, "(uid=*)", "uid"});
  EXPECT_EQ(run.status, 0) << run.output;
  EXPECT_EQ(CountOf(run.output, "dn: uid=user."), 25u);
  slapd.WaitForLog("op=2 UNBIND", 1, mark);
  slapd.AssertNoOpenConnections();
  EXPECT_EQ(slapd.CountLog("ABANDON", mark), 0u);
  EXPECT_EQ(slapd.CountLog("nentries=25", mark), 1u);
}

TEST(Slapd, HasOddNamesAndALargeGroup) {
  Slapd slapd({.people = 1, .group_members = 5000});
  const ProgramRun odd = LdapSearch({"-H", slapd.uri(), "-b", kOddDn, "-s", "one"});
  EXPECT_EQ(CountOf(odd.output, "sn: odd"), OddNames().size()) << odd.output;
  const ProgramRun group = LdapSearch({"-H", slapd.uri(), "-b", kLargeGroupDn});
  EXPECT_EQ(CountOf(group.output, "\nmember: "), 5000u);
}

TEST(Slapd, SpeaksTlsWithACertificateOfItsAuthority) {
  Slapd slapd({.people = 1, .tls = true});
  setenv("LDAPTLS_CACERT", slapd.ca_file().c_str(), 1);
  const ProgramRun start_tls = LdapSearch({"-ZZ", "-H", slapd.uri(), "-b", "", "-s", "base"});
  const ProgramRun ldaps = LdapSearch({"-H", slapd.ldaps_uri(), "-b", "", "-s", "base"});
  unsetenv("LDAPTLS_CACERT");
  EXPECT_EQ(start_tls.status, 0) << start_tls.output;
  EXPECT_EQ(ldaps.status, 0) << ldaps.output;
}

TEST(Slapd, StopsAndStartsOnTheSamePort) {
  Slapd slapd({.people = 1});
  const int port = slapd.port();
  slapd.Kill();
  EXPECT_FALSE(ConnectToLoopback(port).valid());
  slapd.Start();
  slapd.Restart();
  EXPECT_EQ(slapd.port(), port);
  const ProgramRun run = LdapSearch({"-H", slapd.uri(), "-b", PersonDn(0)});
  EXPECT_THAT(run.output, HasSubstr("uid: user.0"));
  slapd.AssertNoOpenConnections();
}

TEST(Slapd, TakesExtraConfiguration) {
  Slapd slapd({.people = 20, .database_config = "sizelimit 10"});
  const ProgramRun run = LdapSearch({"-H", slapd.uri(), "-b", kPeopleDn});
  EXPECT_EQ(run.status, 4) << run.output;
}

}  // namespace
}  // namespace dirlease::testing
