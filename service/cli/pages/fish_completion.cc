#include "cli/pages/shell_words.h"

namespace dirlease::cli {
namespace {

constexpr char kFishHead[] = R"(# Completion of dirlease for fish, made by `dirlease completion fish`.
function __dirlease_at
    set -l at ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
)";

std::string FishQuote(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string Condition(const CommandModel& command) {
  return "complete -c dirlease -n " + FishQuote("__dirlease_at " + FishQuote(command.path));
}

void AppendOptions(const CommandModel& command, std::string& out) {
  for (const OptionModel& option : command.options) {
    out += command.path.empty() ? "complete -c dirlease" : Condition(command);
    for (const std::string& name : option.names)
      out += name[1] == '-' ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (option.takes_file()) {
      out += " -rF";
    } else if (!option.choices.empty()) {
      out += " -xa " + FishQuote(Join(option.choices, " "));
    } else if (option.takes_value) {
      out += " -x";
    }
    out += " -d " + FishQuote(option.description) + "\n";
  }
}

void AppendFishWords(const CommandModel& command, std::string& out) {
  for (const CommandModel& below : command.commands)
    out += Condition(command) + " -a " + below.name + " -d " + FishQuote(below.description) + "\n";
  for (const OptionModel& positional : command.positionals) {
    if (positional.choices.empty()) continue;
    out += Condition(command) + " -a " + FishQuote(Join(positional.choices, " ")) + "\n";
  }
}

}  // namespace

std::string FishCompletion(const CommandModel& root) {
  std::vector<std::string> paths;
  for (const std::string& path : Paths(root)) paths.push_back(FishQuote(path));
  std::string out = kFishHead;
  out += "            case " + Join(NamesWithValue(root), " ") +
         "\n                set skip 1\n            case '-*'\n            case '*'\n" +
         "                switch \"$at $word\"\n                    case " + Join(paths, " ") +
         "\n                        set at \"$at $word\"\n                end\n        end\n    "
         "end\n" +
         "    test \"$at\" = \"$argv[1]\"\nend\ncomplete -c dirlease -f\n";
  for (const CommandModel* command : Flatten(root)) {
    AppendFishWords(*command, out);
    AppendOptions(*command, out);
  }
  return out;
}

}  // namespace dirlease::cli
