// The commands and options as the parser knows them, for pages that are made of them: completions
// and the manual. Value types.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace dirlease::cli {

struct OptionModel {
  // "-v", "--verbose"; empty for a positional.
  std::vector<std::string> names;
  // Of a positional.
  std::string positional;
  bool required = false;
  bool takes_value = false;
  // Of the value, for people: "FILE", "base|one".
  std::string type;
  // The words of such a type, else empty.
  std::vector<std::string> choices;
  std::string description;
  std::string group;
  // Environment variable, or empty.
  std::string variable;

  bool takes_file() const { return type == "FILE"; }
};

struct CommandModel {
  // The words after "dirlease", each with a blank before it: "", " lease", " lease open".
  std::string path;
  std::string name;
  std::string description;
  std::string footer;
  std::vector<OptionModel> options;
  std::vector<OptionModel> positionals;
  std::vector<CommandModel> commands;
};

CommandModel ReadCommands(const CLI::App& app);

// The command and all below it, in their order.
std::vector<const CommandModel*> Flatten(const CommandModel& command);

// Pages: whole files.
std::string BashCompletion(const CommandModel& root);
std::string ZshCompletion(const CommandModel& root);
std::string FishCompletion(const CommandModel& root);
// roff with the man macros.
std::string ManPage(const CommandModel& root);

}  // namespace dirlease::cli
