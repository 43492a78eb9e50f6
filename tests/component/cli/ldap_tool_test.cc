// OpenLDAP's command lines through this client, and the scripts that bring them here.
#include "cli/tools/ldap_tool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/exit_status.h"
#include "cli/raw_options.h"
#include "cli/tools/tool_words.h"
#include "component/cli/fake_gateway.h"
#include "component/cli/run_client.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/temp_dir.h"

namespace dirlease::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the tool's arguments become; or "refused" and why.
std::vector<std::string> Translate(std::vector<std::string> words) {
  words.insert(words.begin() + 1, kLdapToolArguments);
  words.insert(words.begin(), {"dirlease", kLdapTool});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  try {
    return LdapToolCommand(static_cast<int>(argv.size()), argv.data());
  } catch (const OptionError& error) {
    EXPECT_EQ(error.exit_status(), kExitUsage);
    return {"refused", error.what()};
  }
}

TEST(LdapTool, SearchKeepsWhatMeansTheSame) {
  EXPECT_THAT(Translate({"ldapsearch", "-xLLL", "-b", "dc=a", "-sone", "-z10", "-o", "ldif_wrap=no", "(cn=*)", "cn"}),
              ElementsAre("search", "-x", "-L", "-L", "-L", "-b", "dc=a", "-s", "one", "-z", "10", "-o",
                          "ldif-wrap=no", "-E", "pr=0", "--", "(cn=*)", "cn"));
}

TEST(LdapTool, OptionsMayStandBehindTheWords) {
  EXPECT_THAT(Translate({"ldapsearch", "cn=a", "-b", "dc=a", "--", "-n"}),
              ElementsAre("search", "-b", "dc=a", "-E", "pr=0", "--", "cn=a", "-n"));
}

TEST(LdapTool, PagesAreThoseThatItIsToldOf) {
  EXPECT_THAT(Translate({"ldapsearch", "-E", "!pr=10/noprompt"}), ElementsAre("search", "-E", "!pr=10/noprompt", "--"));
  EXPECT_THAT(Translate({"ldapsearch", "-E", "sync=rp"}), ElementsAre("search", "-E", "sync=rp", "--"));
}

TEST(LdapTool, WhatStandsTwiceCountsOnce) {
  EXPECT_THAT(Translate({"ldapsearch", "-s", "sub", "-z", "5", "-E", "pr=1", "-E", "mv=(a=b)", "-sbase"}),
              ElementsAre("search", "-s", "base", "-z", "5", "-E", "pr=1", "-E", "mv=(a=b)", "--"));
}

TEST(LdapTool, ADirectorysAddressIsATarget) {
  EXPECT_THAT(Translate({"ldapwhoami", "-H", "ldap://a:1 ldap://b"}), ElementsAre("whoami", "--target=ldap://a:1", "--"));
  EXPECT_THAT(Translate({"ldapwhoami", "-h", "a", "-p", "1389"}), ElementsAre("whoami", "--target=ldap://a:1389", "--"));
  EXPECT_THAT(Translate({"ldapwhoami", "-H", "ldapi:///"})[1], HasSubstr("-H"));
}

TEST(LdapTool, TheWayToTheDirectoryIsTheGateways) {
  EXPECT_THAT(Translate({"ldapdelete", "-Z", "-d", "1", "-QNIv", "-P3", "-O", "none", "-o", "nettimeout=5", "-c", "cn=a"}),
              ElementsAre("delete", "-c", "--", "cn=a"));
  EXPECT_THAT(Translate({"ldapdelete", "-P", "2"})[0], "refused");
  EXPECT_THAT(Translate({"ldapdelete", "-ZZ", "cn=a"}), ElementsAre("refused", HasSubstr("--target-tls")));
}

TEST(LdapTool, EachHasItsCommand) {
  EXPECT_THAT(Translate({"ldapmodify", "-a", "-f", "x"}), ElementsAre("modify", "-a", "-f", "x", "--"));
  EXPECT_THAT(Translate({"ldapadd", "-c"}), ElementsAre("add", "-c", "--"));
  EXPECT_THAT(Translate({"ldapmodrdn", "-r", "-s", "ou=b", "cn=a", "cn=b"}),
              ElementsAre("rename", "-r", "-s", "ou=b", "--", "cn=a", "cn=b"));
  EXPECT_THAT(Translate({"ldapcompare", "cn=a", "cn:a"}), ElementsAre("compare", "--", "cn=a", "cn:a"));
  EXPECT_THAT(Translate({"ldappasswd", "-a", "old", "-S", "cn=a"}), ElementsAre("passwd", "-a", "old", "-S", "--", "cn=a"));
}

TEST(LdapTool, WhatAGatewayCannotDoIsRefusedByName) {
  for (const char* letter : {"-t", "-n", "-q", "-:"}) {
    EXPECT_THAT(Translate({"ldapsearch", letter, "x"}), ElementsAre("refused", HasSubstr(letter))) << letter;
  }
  EXPECT_THAT(Translate({"ldapsearch", "-b"}), ElementsAre("refused", "-b needs a value"));
  EXPECT_THAT(Translate({"ldapurl"})[0], "refused");
  EXPECT_THAT(Translate({"ldapdelete", "-r", "cn=a"})[0], "refused");
  EXPECT_EQ(RunClient({"ldap-tool"}).exit_status, kToolUsage);
}

TEST(LdapTool, PasswordsAreGoneFromArgvAfterwards) {
  const ClientRun run = RunClient({kLdapTool, "ldappasswd", kLdapToolArguments, "-xwsecret", "-sother", "-a", "older", "-q"});
  EXPECT_EQ(run.exit_status, kToolUsage);
  for (const std::string& argument : run.arguments) {
    for (const char* secret : {"secret", "other", "older"}) EXPECT_EQ(argument.find(secret), std::string::npos);
  }
}

TEST(LdapTool, RunsTheWholeCommand) {
  FakeGateway gateway;
  gateway.who_am_i_response.set_authorization_id("dn:cn=a");
  const ClientRun run = RunClient({kLdapTool, "ldapwhoami", "--address=" + gateway.address, kLdapToolArguments, "-x", "-D",
                                   "cn=a", "-w", "secret", "-H", "ldap://b"});
  EXPECT_EQ(run.out, "dn:cn=a\n");
  ASSERT_EQ(gateway.opened.size(), 1u);
  EXPECT_EQ(gateway.opened[0].target(), "ldap://b");
  EXPECT_EQ(gateway.opened[0].credentials().simple().password(), "secret");
}

TEST(LdapTool, EndsAsTheToolWould) {
  const auto status_of = [](int code, const std::string& field) {
    Failure failure;
    failure.code = code;
    if (!field.empty()) failure.violations.emplace_back(field, "");
    return ToolExitStatus(failure);
  };
  EXPECT_EQ(status_of(14, ""), 255);
  EXPECT_EQ(status_of(4, ""), 251);
  EXPECT_EQ(status_of(7, ""), 250);
  EXPECT_EQ(status_of(3, "filter"), 249);
  EXPECT_EQ(status_of(3, "base_dn"), 34);
  EXPECT_EQ(status_of(3, "dn"), 34);
  EXPECT_EQ(status_of(3, "target"), 255);
  EXPECT_EQ(status_of(3, "attributes"), 254);
  Failure refused;
  refused.code = 5;
  refused.ldap.emplace().set_code(32);
  EXPECT_EQ(ToolExitStatus(refused), 32);
}

TEST(LdapTool, TellsResultsInOpenLdapsWords) {
  v1::LdapResult result;
  result.set_code(32);
  result.set_matched_dn("dc=a");
  result.set_diagnostic_message("no such");
  result.add_referrals("ldap://b");
  EXPECT_EQ(ToolResultLines("Result", result),
            "Result: No such object (32)\nAdditional info: no such\nMatched DN: dc=a\nReferral: ldap://b\n");
  EXPECT_EQ(ToolResultText(4097), "Unknown error");
  EXPECT_EQ(ToolResultText(0x410e), "No Operation");
}

TEST(LdapTools, AreScriptsThatNameTheGateway) {
  const dirlease::testing::TempDir folder;
  FakeGateway gateway;
  gateway.who_am_i_response.set_authorization_id("dn:cn=a");
  const std::string bin = folder.File("it's/bin");
  const auto written = dirlease::testing::RunProgram(
      {dirlease::testing::BuiltProgram("dirlease"), "ldap-tools", bin, "--address", gateway.address, "--plaintext"});
  EXPECT_EQ(written.status, 0) << written.output;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(bin)) names.push_back(entry.path().filename());
  EXPECT_THAT(names, ::testing::UnorderedElementsAreArray(LdapTools()));
  const auto whoami = dirlease::testing::RunProgram({bin + "/ldapwhoami", "-x"});
  EXPECT_EQ(whoami.output, "dn:cn=a\n");
  EXPECT_EQ(RunClient({"ldap-tools", "/proc/nowhere"}).exit_status, kExitLocalFailure);
}

}  // namespace
}  // namespace dirlease::cli
