// How the command line is declared, over CLI11: one Define function for each family of commands,
// and what they share. Shell completions and the manual page are read from the declarations, so
// these say all there is: an option that takes one of a few words names them in its type
// ("base|one|sub"), one that takes a file has the type FILE. Internal to the command line;
// `options` has to outlive parsing everywhere.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/raw_options.h"
#include "google/protobuf/duration.pb.h"

namespace dirlease::cli {

// The whole of `dirlease`.
void DefineCommandLine(CLI::App& app, RawOptions& options);

void DefineGatewayOptions(CLI::App& app, RawOptions& options);
void DefineDirectoryCommands(CLI::App& app, RawOptions& options);
void DefineLeaseCommands(CLI::App& app, RawOptions& options);
void DefineAdminCommands(CLI::App& app, RawOptions& options);
void DefineToolCommands(CLI::App& app, RawOptions& options);

// Which entries, and which of their attributes: for every command that searches. The filter and the
// attributes stand in options.words.
void DefineSearchRequest(CLI::App& app, RawOptions& options);
// Base, scope and the filter's arguments alone: for commands without the rest.
void DefineContent(CLI::App& app, RawOptions& options);
// -e and -M: for every command that sends an operation.
void DefineControls(CLI::App& app, RawOptions& options);
void DefineSearchCommand(CLI::App& app, RawOptions& options);
// How entries are written.
void DefineEntryFormat(CLI::App& app, RawOptions& options);
void DefineLdifWrap(CLI::App& app, RawOptions& options);
void DefineSyncCommand(CLI::App& app, RawOptions& options);
void DefineEntryCommands(CLI::App& app, RawOptions& options);
void DefineInfoCommands(CLI::App& app, RawOptions& options);
void DefineChangeCommands(CLI::App& app, RawOptions& options);
void DefineBenchCommand(CLI::App& app, RawOptions& options);

// `example` is a whole command line.
CLI::App* AddCommand(CLI::App& parent, RawOptions& options, const Command& command,
                     const char* name, const char* description, const char* example);

CLI::Option* AddDuration(CLI::App& app, const std::string& name, const std::string& description,
                         std::function<void(std::chrono::milliseconds)> take);
google::protobuf::Duration ToProto(std::chrono::milliseconds duration);

// `parse` says whether it could take the text.
CLI::Option* AddParsed(CLI::App& app, const std::string& name, const std::string& description,
                       std::function<bool(const std::string&)> parse);

// One that may stand there several times. `take` answers nothing, or what is wrong with the text.
CLI::Option* AddRepeated(CLI::App& app, const std::string& name, const std::string& description,
                         std::function<std::optional<std::string>(const std::string&)> take);

// Its name would stand in the type otherwise.
inline CLI::Validator Unnamed(CLI::Validator validator) { return validator.description(""); }

template <typename Value>
using Choices = std::vector<std::pair<std::string, Value>>;

template <typename Value>
CLI::Option* AddChoice(CLI::App& app, const std::string& name, const std::string& description,
                       Choices<Value> choices, std::function<void(Value)> take) {
  std::string type;
  for (const auto& choice : choices) type += (type.empty() ? "" : "|") + choice.first;
  return AddParsed(app, name, description,
                   [choices = std::move(choices), take = std::move(take)](const std::string& text) {
                     for (const auto& [word, value] : choices) {
                       if (word != text) continue;
                       take(value);
                       return true;
                     }
                     return false;
                   })
      ->type_name(type);
}

}  // namespace dirlease::cli
