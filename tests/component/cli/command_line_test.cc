#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace dirlease::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Parsed {
  std::optional<Invocation> invocation;
  int exit_status = 0;
  std::string err;
  std::vector<std::string> arguments;
};

Parsed Parse(std::vector<std::string> arguments) {
  for (const char* name : {"DIRLEASE_ADDRESS", "DIRLEASE_LEASE", "DIRLEASE_ADMIN"}) unsetenv(name);
  arguments.insert(arguments.begin(), "dirlease");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::ostringstream out, err;
  Parsed parsed;
  parsed.invocation = ParseCommandLine(static_cast<int>(arguments.size()), argv.data(), out, err,
                                       parsed.exit_status);
  parsed.err = err.str();
  parsed.arguments = std::move(arguments);
  return parsed;
}

v1::SearchRequest ParseSearch(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "search");
  const Parsed parsed = Parse(std::move(arguments));
  EXPECT_TRUE(parsed.invocation) << parsed.err;
  return parsed.invocation ? parsed.invocation->search : v1::SearchRequest();
}

TEST(CommandLineSearch, TakesLdapsearchsOptions) {
  const v1::SearchRequest request = ParseSearch({"-x",
                                                 "-b",
                                                 "dc=x",
                                                 "-s",
                                                 "children",
                                                 "-l",
                                                 "5",
                                                 "-z",
                                                 "10",
                                                 "-a",
                                                 "find",
                                                 "-A",
                                                 "-E",
                                                 "pr=500/noprompt",
                                                 "--accept-partial",
                                                 "--operation-id",
                                                 "op",
                                                 "--max-entries-per-message",
                                                 "1",
                                                 "(cn=a)",
                                                 "cn",
                                                 "+"});
  EXPECT_EQ(request.base_dn(), "dc=x");
  EXPECT_EQ(request.scope(), v1::SCOPE_SUBORDINATES);
  EXPECT_EQ(request.time_limit().seconds(), 5);
  EXPECT_EQ(request.size_limit(), 10);
  EXPECT_EQ(request.deref_aliases(), v1::DEREF_ALIASES_FINDING);
  EXPECT_TRUE(request.types_only());
  EXPECT_EQ(request.auto_page_size(), 500);
  EXPECT_TRUE(request.accept_partial());
  EXPECT_EQ(request.operation_id(), "op");
  EXPECT_EQ(request.max_entries_per_message(), 1);
  EXPECT_EQ(request.filter(), "(cn=a)");
  EXPECT_THAT(request.attributes(), ElementsAre("cn", "+"));
}

TEST(CommandLineSearch, FirstWordWithoutEqualsIsAnAttribute) {
  const v1::SearchRequest request = ParseSearch({"cn", "1.1", "*"});
  EXPECT_EQ(request.filter(), "");
  EXPECT_THAT(request.attributes(), ElementsAre("cn", "1.1", "*"));
  EXPECT_EQ(ParseSearch({"(&)"}).filter(), "(&)");
  EXPECT_FALSE(request.has_auto_page_size());
}

TEST(CommandLineSearch, FilterArgumentsArriveUntouched) {
  const v1::SearchRequest request =
      ParseSearch({"--filter-arg", "[a,b]", "--filter-arg", "{}", "--filter-arg", "",
                   "--filter-arg=*)(x", "--filter-arg", "\"q\"", "(cn={0})", "sn"});
  EXPECT_THAT(request.filter_args(), ElementsAre("[a,b]", "{}", "", "*)(x", "\"q\""));
  EXPECT_EQ(request.filter(), "(cn={0})");
  EXPECT_THAT(request.attributes(), ElementsAre("sn"));
}

TEST(CommandLineSearch, CountsLsAndTakesWrap) {
  EXPECT_EQ(Parse({"search", "-LLL"}).invocation->ldif.level, 3);
  EXPECT_EQ(Parse({"search", "-L", "-L"}).invocation->ldif.level, 2);
  EXPECT_EQ(Parse({"search", "-o", "ldif-wrap=no"}).invocation->ldif.columns, 0u);
}

TEST(CommandLineBind, PasswordsArriveUntouched) {
  for (const std::string password :
       {"[x,y]", "{}", "-w", " a b ", "\"quoted\"", "%%", "a,b", "m\xc3\xbc"}) {
    const Parsed parsed = Parse({"whoami", "-D", "cn=me", "-w", password});
    ASSERT_TRUE(parsed.invocation) << password << parsed.err;
    EXPECT_EQ(parsed.invocation->open.credentials().simple().password(), password);
  }
}

TEST(CommandLineBind, PasswordThatIsNotUtf8GoesAsOctets) {
  const Parsed parsed = Parse({"whoami", "-D", "cn=me", "-w", "\xff"});
  EXPECT_EQ(parsed.invocation->open.credentials().simple().password_octets(), "\xff");
}

TEST(CommandLineBind, PasswordFileIsTakenWholeWithAWarningAboutItsLineBreak) {
  char path[] = "/tmp/dirlease-cli-test-XXXXXX";
  close(mkstemp(path));
  std::ofstream(path) << "pw\n";
  const Parsed parsed = Parse({"whoami", "-D", "cn=me", "-y", path});
  unlink(path);
  EXPECT_EQ(parsed.invocation->open.credentials().simple().password(), "pw\n");
  EXPECT_THAT(parsed.err, HasSubstr("line break"));
}

TEST(CommandLineSecrets, AreGoneFromArgvAfterwards) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"whoami", "-D", "cn=me", "-w", "hush"},
        {"whoami", "-D", "cn=me", "-whush"},
        {"whoami", "-D", "cn=me", "-xw", "hush"},
        {"whoami", "-D", "cn=me", "-xwhush"},
        {"whoami", "--lease", "hush"},
        {"whoami", "--lease=hush"},
        {"whoami", "--lease", "hush", "--nonsense"},
        {"whoami", "-w", "hush"},
        {"passwd", "-s", "hush", "-ahush"},
        {"passwd", "-vs", "hush", "-vahush", "cn=me"},
        {"passwd", "-xvshush", "-Ss", "hush", "-va", "hush"},
        {"passwd", "-D", "cn=me", "-vw", "hush"}}) {
    for (const std::string& left : Parse(arguments).arguments) {
      EXPECT_EQ(left.find("hush"), std::string::npos) << ::testing::PrintToString(arguments);
    }
  }
}

TEST(CommandLineBind, ADirectoryIsNoPasswordFile) {
  const Parsed parsed = Parse({"whoami", "-D", "cn=me", "-y", "/"});
  EXPECT_EQ(parsed.exit_status, 1);
  EXPECT_THAT(parsed.err, HasSubstr("-y: cannot read /"));
  EXPECT_THAT(Parse({"extended", "1.2.3", "--value-file", "/"}).err, HasSubstr("--value-file: cannot read /"));
}

TEST(CommandLineSecrets, OtherArgumentsStay) {
  EXPECT_THAT(Parse({"modify", "-va", "-f", "x"}).arguments, ElementsAre("dirlease", "modify", "-va", "-f", "x"));
  EXPECT_THAT(Parse({"search", "-b", "dc=w", "(sn=wall)", "www"}).arguments,
              ElementsAre("dirlease", "search", "-b", "dc=w", "(sn=wall)", "www"));
}

class WrongCommandLine : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(WrongCommandLine, EndsWithStatus2AndAReason) {
  const Parsed parsed = Parse(GetParam());
  EXPECT_FALSE(parsed.invocation);
  EXPECT_EQ(parsed.exit_status, 2);
  EXPECT_NE(parsed.err, "");
}

using Words = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(
    All, WrongCommandLine,
    ::testing::Values(Words{}, Words{"frobnicate"}, Words{"search", "--nonsense"},
                    Words{"search", "-s", "tree"}, Words{"search", "-z", "-1"},
                    Words{"search", "-E", "nonsense=cn"}, Words{"whoami", "-e", "sss=cn"}, Words{"search", "--cancel-after", "0"},
                    Words{"whoami", "-D", "cn=me"}, Words{"whoami", "-w", "x"},
                    Words{"whoami", "-D", "cn=me", "-w", ""},
                    Words{"whoami", "-D", "cn=me", "-w", "x", "-W"},
                    Words{"whoami", "--lease", "t", "-D", "cn=me", "-w", "x"},
                    Words{"whoami", "--lease", "a b"}, Words{"whoami", "--timeout", "5"},
                    Words{"lease"}, Words{"lease", "show"}, Words{"abandon", "op"},
                    Words{"compare", "cn=x"}, Words{"compare", "cn=x", "cn"},
                    Words{"whoami", "--address", "ldap.example:50051"},
                    Words{"whoami", "--tls", "--plaintext"}, Words{"whoami", "--tls-cert", "x"},
                    Words{"whoami", "-U", "ann"}, Words{"whoami", "-Y", "PLAIN", "-D", "cn=me", "-w", "x"},
                    Words{"whoami", "--profile", "a", "-w", "x"}, Words{"lease", "rebind", "-D", "cn=me", "-w", "x"},
                    Words{"lease", "show", "--lease", "t", "--profile", "a"}, Words{"search", "(cn=\xff)"}));

TEST(CommandLineTransport, IsPlainOnLoopbackOrWhenToldSo) {
  EXPECT_FALSE(Parse({"whoami"}).invocation->connection.tls);
  EXPECT_FALSE(
      Parse({"whoami", "--plaintext", "--address", "gw.example:1"}).invocation->connection.tls);
  EXPECT_TRUE(Parse({"whoami", "--tls", "--address", "gw.example:1"}).invocation->connection.tls);
}

TEST(CommandLineTransport, FilesOfAnotherKindAreNamed) {
  const Parsed parsed = Parse({"whoami", "--tls-ca", "/dev/null"});
  EXPECT_EQ(parsed.exit_status, 1);
  EXPECT_THAT(parsed.err, HasSubstr("--tls-ca: /dev/null holds no PEM"));
  EXPECT_THAT(Parse({"whoami", "--tls-ca", "/nonexistent"}).err, HasSubstr("cannot read"));
}

TEST(CommandLineHelp, IsNoMistake) {
  const Parsed parsed = Parse({"search", "--help"});
  EXPECT_FALSE(parsed.invocation);
  EXPECT_EQ(parsed.exit_status, 0);
}

TEST(CommandLineBind, TakesSaslAndProfiles) {
  const Parsed sasl =
      Parse({"whoami", "-Y", "scram-sha-256", "-U", "ann", "-X", "u:bob", "-R", "EXAMPLE", "-w", "pw"});
  ASSERT_TRUE(sasl.invocation) << sasl.err;
  const v1::ManagedSaslBind& bind = sasl.invocation->open.credentials().managed_sasl();
  EXPECT_EQ(bind.mechanism(), "SCRAM-SHA-256");
  EXPECT_EQ(bind.authentication_id(), "ann");
  EXPECT_EQ(bind.authorization_id(), "u:bob");
  EXPECT_EQ(bind.realm(), "EXAMPLE");
  EXPECT_EQ(bind.password(), "pw");
  EXPECT_EQ(Parse({"whoami", "-Y", "GSSAPI"}).invocation->open.credentials().managed_sasl().password(), "");
  const Parsed profile = Parse({"whoami", "--profile", "reader", "-X", "dn:cn=a"});
  ASSERT_TRUE(profile.invocation) << profile.err;
  EXPECT_EQ(profile.invocation->open.credentials().profile().profile(), "reader");
  EXPECT_EQ(profile.invocation->open.credentials().profile().authorization_id(), "dn:cn=a");
}

TEST(CommandLineLease, RebindTakesALeaseAndABind) {
  const Parsed parsed = Parse({"lease", "rebind", "--lease", "mine", "-D", "cn=me", "-w", "x", "--abandon"});
  ASSERT_TRUE(parsed.invocation) << parsed.err;
  EXPECT_EQ(parsed.invocation->lease, "mine");
  EXPECT_EQ(parsed.invocation->open.credentials().simple().dn(), "cn=me");
  EXPECT_TRUE(parsed.invocation->rebind.abandon_outstanding());
}

TEST(CommandLineLease, OpenIgnoresALeaseInTheEnvironment) {
  const Parsed parsed = Parse({"lease", "open", "--lease", "old", "-D", "cn=me", "-w", "x"});
  ASSERT_TRUE(parsed.invocation) << parsed.err;
  EXPECT_THAT(parsed.invocation->lease, IsEmpty());
}

}  // namespace
}  // namespace dirlease::cli
