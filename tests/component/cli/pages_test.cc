// Completions and manual pages: made from the parser's own table, and taken by the programs they
// are for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "component/cli/run_client.h"
#include "support/child_process.h"
#include "support/places.h"
#include "support/temp_dir.h"

namespace dirlease::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string Dirleased() {
  return dirlease::testing::BuiltProgram("dirleased");
}

std::string PathOf(const std::string& program) {
  const std::string path = "/usr/bin/" + program;
  return access(path.c_str(), X_OK) == 0 ? path : "";
}

class Pages : public ::testing::Test {
 protected:
  // What `dirlease ARGUMENTS` prints, as a file.
  std::string FileOf(const std::vector<std::string>& arguments) {
    const ClientRun run = RunClient(arguments);
    EXPECT_EQ(run.exit_status, 0) << run.err;
    EXPECT_EQ(run.err, "");
    const std::string path = folder_.File("page");
    std::ofstream(path) << run.out;
    return path;
  }

  dirlease::testing::TempDir folder_;
};

class BashCompletionOf : public Pages {
 protected:
  // The words that bash offers when TAB is pressed behind the last one.
  std::vector<std::string> Complete(const std::vector<std::string>& words) {
    std::string script = "source " + script_ + "\nCOMP_WORDS=(";
    for (const std::string& word : words) script += "'" + word + "' ";
    script += ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) +
              "\n_dirlease\n((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"\n";
    const auto run = dirlease::testing::RunProgram({"/bin/bash", "-uc", script});
    EXPECT_EQ(run.status, 0) << run.output;
    std::istringstream lines(run.output);
    std::vector<std::string> offered;
    for (std::string line; std::getline(lines, line);) offered.push_back(line);
    return offered;
  }

  const std::string script_ = FileOf({"completion", "bash"});
};

TEST_F(BashCompletionOf, Commands) {
  EXPECT_THAT(Complete({"dirlease", "adm"}), ElementsAre("admin"));
  EXPECT_THAT(Complete({"dirlease", "admin", ""}),
              UnorderedElementsAre("list", "revoke", "drain", "log-level"));
  EXPECT_THAT(Complete({"dirlease", "--address", "127.0.0.1", ":", "1", "-v", "lease", "ho"}),
              ElementsAre("hold"));
  EXPECT_THAT(Complete({"dirlease", "--label", "lease", "a"}),
              UnorderedElementsAre("abandon", "add", "admin"));
  EXPECT_THAT(Complete({"dirlease", "search", "admin", ""}), IsEmpty());
}

TEST_F(BashCompletionOf, OptionsOfTheCommandAndOfAll) {
  EXPECT_THAT(Complete({"dirlease", "lease", "unbind", "--w"}), ElementsAre("--wait"));
  EXPECT_THAT(Complete({"dirlease", "lease", "unbind", "--"}),
              IsSupersetOf({"--wait", "--address", "--color"}));
  EXPECT_THAT(Complete({"dirlease", "--"}), Not(Contains("--wait")));
}

TEST_F(BashCompletionOf, Values) {
  EXPECT_THAT(Complete({"dirlease", "search", "--output", ""}), ElementsAre("ldif", "json", "dn"));
  EXPECT_THAT(Complete({"dirlease", "search", "--output", "=", "j"}), ElementsAre("json"));
  EXPECT_THAT(Complete({"dirlease", "bench", "--output", "="}), ElementsAre("text", "json"));
  EXPECT_THAT(Complete({"dirlease", "--color", "n"}), ElementsAre("never"));
  EXPECT_THAT(Complete({"dirlease", "search", "-s", "o"}), ElementsAre("one"));
  EXPECT_THAT(Complete({"dirlease", "completion", "b"}), ElementsAre("bash"));
  EXPECT_THAT(Complete({"dirlease", "whoami", "-D", ""}), IsEmpty());
  EXPECT_THAT(Complete({"dirlease", "whoami", "-y", script_.substr(0, script_.size() - 2)}),
              ElementsAre(script_));
}

TEST_F(Pages, AreTakenByTheirShells) {
  EXPECT_EQ(
      dirlease::testing::RunProgram({"/bin/bash", "-n", FileOf({"completion", "bash"})}).output,
      "");
  for (const char* shell : {"zsh", "fish"}) {
    const std::string script = FileOf({"completion", shell});
    if (PathOf(shell).empty()) continue;
    const auto run = dirlease::testing::RunProgram({PathOf(shell), "-n", script});
    EXPECT_EQ(run.status, 0) << shell;
    EXPECT_EQ(run.output, "") << shell;
  }
  EXPECT_EQ(RunClient({"completion", "tcsh"}).exit_status, 2);
}

// Options as help and page write them, in their order of appearance.
std::set<std::string> OptionsIn(const std::string& text) {
  static const std::regex kOption("(^|[ ,(\n])(--?[A-Za-z][A-Za-z-]*)");
  std::set<std::string> options;
  for (std::sregex_iterator at(text.begin(), text.end(), kOption), end; at != end; ++at)
    options.insert((*at)[2]);
  return options;
}

std::string WithoutEscapes(std::string page) {
  page = std::regex_replace(page, std::regex(R"(\\f[BIR])"), " ");
  page.erase(std::remove(page.begin(), page.end(), '\\'), page.end());
  return page;
}

TEST_F(Pages, ManualNamesEveryCommandAndOption) {
  const std::string page = WithoutEscapes(RunClient({"man-page"}).out);
  const std::set<std::string> options = OptionsIn(page);
  std::vector<std::vector<std::string>> commands = {{}};
  const std::regex command_list("\nsubcommands:\n", std::regex::icase);
  const std::regex command_line("\n  ([a-z-]+) .*");
  for (size_t i = 0; i < commands.size(); ++i) {
    std::vector<std::string> arguments = commands[i];
    arguments.push_back("--help");
    const std::string help = RunClient(arguments).out;
    for (const std::string& option : OptionsIn(help))
      EXPECT_THAT(options, Contains(option)) << help;
    std::smatch list;
    if (!std::regex_search(help, list, command_list)) {
      std::string title = " dirlease";
      for (const std::string& word : commands[i]) title += " " + word;
      EXPECT_THAT(page, ::testing::HasSubstr(".SS " + title + " ")) << help;
      continue;
    }
    const std::string rest = "\n" + list.suffix().str();
    const std::string below = rest.substr(0, rest.find("\n\n"));
    for (std::sregex_iterator at(below.begin(), below.end(), command_line), end; at != end; ++at) {
      commands.push_back(commands[i]);
      commands.back().push_back((*at)[1]);
    }
  }
  EXPECT_GT(commands.size(), 15u);
}

TEST_F(Pages, ManualsFormatWithoutAWarning) {
  const std::string page = FileOf({"man-page"});
  const std::string generator = dirlease::testing::SourceFile("deploy/man/help-to-man");
  const std::string daemon_page = folder_.File("dirleased.8");
  const auto made = dirlease::testing::RunProgram(
      {"/bin/bash", "-o", "pipefail", "-euc",
       "'" + Dirleased() + "' --help | '" + generator + "' 1 >" + daemon_page});
  EXPECT_EQ(made.status, 0) << made.output;
  const auto help = dirlease::testing::RunProgram({Dirleased(), "--help"});
  std::ostringstream daemon_text;
  daemon_text << std::ifstream(daemon_page).rdbuf();
  EXPECT_EQ(OptionsIn(WithoutEscapes(daemon_text.str())), OptionsIn(help.output));
  if (PathOf("groff").empty()) GTEST_SKIP() << "no groff";
  for (const std::string& file : {page, daemon_page}) {
    const auto run = dirlease::testing::RunProgram(
        {"/bin/bash", "-euc", "groff -man -ww -Tutf8 " + file + " 2>&1 >/dev/null"});
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.output, "") << file;
  }
}

}  // namespace
}  // namespace dirlease::cli
