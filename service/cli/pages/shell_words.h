// What the completions of all shells are made of. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/pages/command_model.h"

namespace dirlease::cli {

// In single quotes, as bash and zsh take it.
std::string ShellQuote(const std::string& text);

// With the separator between them.
std::string Join(const std::vector<std::string>& words, const std::string& separator);

// Names of all options that take the next word, of any command, each once.
std::vector<std::string> NamesWithValue(const CommandModel& root);
// Paths of all commands but the root.
std::vector<std::string> Paths(const CommandModel& root);
// All names of the options, in their order.
std::vector<std::string> NamesOf(const std::vector<OptionModel>& options);

}  // namespace dirlease::cli
