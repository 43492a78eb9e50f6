#include "cli/pages/command_model.h"

#include <CLI/CLI.hpp>

namespace dirlease::cli {
namespace {

std::vector<std::string> ChoicesOf(const std::string& type) {
  std::vector<std::string> choices;
  if (type.find('|') == std::string::npos || type.find(' ') != std::string::npos) return choices;
  for (size_t at = 0; at <= type.size();) {
    const size_t end = std::min(type.find('|', at), type.size());
    choices.push_back(type.substr(at, end - at));
    at = end + 1;
  }
  return choices;
}

OptionModel ReadOption(const CLI::Option& option) {
  OptionModel model;
  for (const std::string& name : option.get_snames()) model.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) model.names.push_back("--" + name);
  if (model.names.empty()) model.positional = option.get_name(/*positional=*/true);
  model.required = option.get_required();
  model.takes_value = option.get_items_expected_max() > 0;
  if (model.takes_value) model.type = option.get_type_name();
  model.choices = ChoicesOf(model.type);
  model.description = option.get_description();
  model.group = option.get_group();
  model.variable = option.get_envname();
  return model;
}

CommandModel ReadCommand(const CLI::App& app, const std::string& path) {
  CommandModel model{path, app.get_name(), app.get_description(), app.get_footer(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options())
    (option->nonpositional() ? model.options : model.positionals).push_back(ReadOption(*option));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    model.commands.push_back(ReadCommand(*command, path + " " + command->get_name()));
  return model;
}

void Append(const CommandModel& command, std::vector<const CommandModel*>& out) {
  out.push_back(&command);
  for (const CommandModel& below : command.commands) Append(below, out);
}

}  // namespace

CommandModel ReadCommands(const CLI::App& app) { return ReadCommand(app, ""); }

std::vector<const CommandModel*> Flatten(const CommandModel& command) {
  std::vector<const CommandModel*> all;
  Append(command, all);
  return all;
}

}  // namespace dirlease::cli
