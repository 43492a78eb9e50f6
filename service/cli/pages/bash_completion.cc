#include "cli/pages/shell_words.h"

namespace dirlease::cli {
namespace {

// bash hands "--output=json" over as three words.
constexpr char kBashHead[] = R"(# Completion of dirlease for bash, made by `dirlease completion bash`.
_dirlease() {
  local IFS=$' \t\n' current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} at= word
  local commands= options=
  local -i index
  COMPREPLY=()
  if [[ $current == '=' ]]; then
    current=
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    case $word in
)";

constexpr char kFiles[] =
    R"() mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null; return ;;
)";

constexpr char kBashTail[] = R"(  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -F _dirlease dirlease
)";

std::vector<std::string> Quoted(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(ShellQuote(word));
  return quoted;
}

// Where the word before the cursor wants a value.
void AppendBashValues(const CommandModel& command, std::string& out) {
  for (const OptionModel& option : command.options) {
    if (!option.takes_value) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names)
      patterns.push_back(command.path.empty() ? "*:" + name
                                              : ShellQuote(command.path + ":" + name));
    out += "    " + Join(patterns, " | ");
    if (option.takes_file()) {
      out += kFiles;
    } else if (option.choices.empty()) {
      out += ") return ;;\n";
    } else {
      out += ") COMPREPLY=($(compgen -W " + ShellQuote(Join(option.choices, " ")) +
             " -- \"$current\")); return ;;\n";
    }
  }
}

void AppendBashWords(const CommandModel& root, const CommandModel& command, std::string& out) {
  std::vector<std::string> commands, options = NamesOf(command.options);
  for (const CommandModel& below : command.commands) commands.push_back(below.name);
  for (const OptionModel& positional : command.positionals)
    commands.insert(commands.end(), positional.choices.begin(), positional.choices.end());
  if (!command.path.empty()) {
    const std::vector<std::string> common = NamesOf(root.options);
    options.insert(options.end(), common.begin(), common.end());
  }
  out += "    " + ShellQuote(command.path) +
         ")\n      commands=" + ShellQuote(Join(commands, " ")) +
         "\n      options=" + ShellQuote(Join(options, " ")) + " ;;\n";
}

}  // namespace

std::string BashCompletion(const CommandModel& root) {
  std::string out = kBashHead;
  out += "      " + Join(NamesWithValue(root), " | ") + ")\n" +
         "        index+=1\n        [[ ${COMP_WORDS[index]} == '=' ]] && index+=1 ;;\n" +
         "      -*) ;;\n      *)\n        case \"$at $word\" in\n          " +
         Join(Quoted(Paths(root)), " | ") +
         ") at=\"$at $word\" ;;\n        esac ;;\n    esac\n  done\n" +
         "  case \"$at:$previous\" in\n";
  for (const CommandModel* command : Flatten(root)) AppendBashValues(*command, out);
  out += "  esac\n  case $at in\n";
  for (const CommandModel* command : Flatten(root)) AppendBashWords(root, *command, out);
  return out + kBashTail;
}

}  // namespace dirlease::cli
