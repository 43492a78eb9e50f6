#include "cli/pages/shell_words.h"

#include <algorithm>

namespace dirlease::cli {

std::string ShellQuote(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string Join(const std::vector<std::string>& words, const std::string& separator) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

std::vector<std::string> NamesWithValue(const CommandModel& root) {
  std::vector<std::string> names;
  for (const CommandModel* command : Flatten(root)) {
    for (const OptionModel& option : command->options) {
      if (option.takes_value) names.insert(names.end(), option.names.begin(), option.names.end());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> Paths(const CommandModel& root) {
  std::vector<std::string> paths;
  for (const CommandModel* command : Flatten(root)) {
    if (!command->path.empty()) paths.push_back(command->path);
  }
  return paths;
}

std::vector<std::string> NamesOf(const std::vector<OptionModel>& options) {
  std::vector<std::string> names;
  for (const OptionModel& option : options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

}  // namespace dirlease::cli
