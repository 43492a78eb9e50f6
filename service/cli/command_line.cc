#include "cli/command_line.h"

#include <ostream>
#include <string_view>
#include <vector>

#include "cli/command_table.h"
#include "cli/exit_status.h"
#include "cli/raw_options.h"
#include "cli/secrets.h"
#include "cli/tools/ldap_tool.h"
#include "cli/tools/tool_words.h"

namespace dirlease::cli {

namespace {

bool IsLdapTool(int argc, char** argv) { return argc > 1 && std::string_view(argv[1]) == kLdapTool; }

std::optional<Invocation> ParseLdapTool(int argc, char** argv, std::ostream& out, std::ostream& err,
                                        int& exit_status) {
  std::vector<std::string> words;
  try {
    words = LdapToolCommand(argc, argv);
  } catch (const OptionError& error) {
    err << "dirlease: " << error.what() << '\n';
    exit_status = kToolUsage;
    return std::nullopt;
  }
  std::vector<char*> translated{argv[0]};
  for (std::string& word : words) translated.push_back(word.data());
  translated.push_back(nullptr);
  auto invocation = ParseCommandLine(static_cast<int>(words.size()) + 1, translated.data(), out, err, exit_status);
  for (std::string& word : words) Wipe(word);
  if (invocation) {
    invocation->as_ldap_tool = invocation->ldif.as_ldap_tool = true;
  } else if (exit_status == kExitUsage) {
    exit_status = kToolUsage;
  }
  return invocation;
}

}  // namespace

std::optional<Invocation> ParseCommandLine(int argc, char** argv, std::ostream& out,
                                           std::ostream& err, int& exit_status) {
  if (IsLdapTool(argc, argv)) return ParseLdapTool(argc, argv, out, err, exit_status);
  CLI::App app;
  RawOptions options;
  DefineCommandLine(app, options);
  try {
    app.parse(argc, argv);
    WipeSecretArguments(argc, argv);
    if (options.page == nullptr) return ResolveOptions(std::move(options), err);
    out << options.page(ReadCommands(app)) << std::flush;
    if (!out) err << "dirlease: the output could not be written\n";
    exit_status = out ? kExitSuccess : kExitLocalFailure;
  } catch (const CLI::ParseError& error) {
    WipeSecretArguments(argc, argv);
    // CLI11 misses the command before it looks at what stands in its place.
    const std::vector<std::string> unknown = app.remaining(true);
    if (error.get_name() == "RequiredError" && !unknown.empty()) {
      err << "\"" << unknown.front() << "\" is no command: see dirlease --help\n";
      exit_status = kExitUsage;
      return std::nullopt;
    }
    exit_status = app.exit(error, out, err) == 0 ? kExitSuccess : kExitUsage;
  } catch (const OptionError& error) {
    err << "dirlease: " << error.what() << '\n';
    exit_status = error.exit_status();
  }
  return std::nullopt;
}

}  // namespace dirlease::cli
