#include "cli/pages/shell_words.h"

namespace dirlease::cli {
namespace {

constexpr char kZshHead[] = R"(#compdef dirlease
# Completion of dirlease for zsh, made by `dirlease completion zsh`.
_dirlease() {
  local at= word previous=${words[CURRENT-1]}
  local -a commands options values
  local -i index
  for ((index = 2; index < CURRENT; index++)); do
    word=${words[index]}
    case $word in
)";

constexpr char kZshTail[] = R"(  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe -o option options
  else
    _describe command commands
  fi
}
if [[ ${funcstack[1]} == _dirlease ]]; then
  _dirlease "$@"
else
  compdef _dirlease dirlease
fi
)";

// "name:description", as _describe takes it.
std::string Described(const std::string& name, const std::string& description) {
  return ShellQuote(name + ":" + description);
}

void AppendZshValues(const CommandModel& command, std::string& out) {
  for (const OptionModel& option : command.options) {
    if (!option.takes_value) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names)
      patterns.push_back(command.path.empty() ? "*:" + name
                                              : ShellQuote(command.path + ":" + name));
    out += "    (" + Join(patterns, "|") + ") ";
    if (option.takes_file()) {
      out += "_files; return ;;\n";
    } else if (option.choices.empty()) {
      out += "_message " + ShellQuote(option.type) + "; return ;;\n";
    } else {
      out += "values=(" + Join(option.choices, " ") + "); _describe value values; return ;;\n";
    }
  }
}

std::vector<std::string> DescribedOptions(const CommandModel& command) {
  std::vector<std::string> options;
  for (const OptionModel& option : command.options) {
    for (const std::string& name : option.names)
      options.push_back(Described(name, option.description));
  }
  return options;
}

void AppendZshWords(const CommandModel& root, const CommandModel& command, std::string& out) {
  std::vector<std::string> commands, options = DescribedOptions(command);
  for (const CommandModel& below : command.commands)
    commands.push_back(Described(below.name, below.description));
  for (const OptionModel& positional : command.positionals)
    commands.insert(commands.end(), positional.choices.begin(), positional.choices.end());
  if (!command.path.empty()) {
    const std::vector<std::string> common = DescribedOptions(root);
    options.insert(options.end(), common.begin(), common.end());
  }
  out += "    (" + ShellQuote(command.path) + ")\n      commands=(" + Join(commands, "\n        ") +
         ")\n      options=(" + Join(options, "\n        ") + ") ;;\n";
}

}  // namespace

std::string ZshCompletion(const CommandModel& root) {
  std::vector<std::string> paths;
  for (const std::string& path : Paths(root)) paths.push_back(ShellQuote(path));
  std::string out = kZshHead;
  out += "      (" + Join(NamesWithValue(root), "|") + ") (( index++ )) ;;\n      (-*) ;;\n" +
         "      (*)\n        case \"$at $word\" in\n          (" + Join(paths, "|") +
         ") at=\"$at $word\" ;;\n        esac ;;\n    esac\n  done\n" +
         "  if [[ ${words[CURRENT]} == --*=* ]]; then\n    previous=${words[CURRENT]%%=*}\n" +
         "    compset -P '*='\n  fi\n  case \"$at:$previous\" in\n";
  for (const CommandModel* command : Flatten(root)) AppendZshValues(*command, out);
  out += "  esac\n  case $at in\n";
  for (const CommandModel* command : Flatten(root)) AppendZshWords(root, *command, out);
  return out + kZshTail;
}

}  // namespace dirlease::cli
