#include "app/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace dirlease {

namespace {

using Task = CommandLine::Task;

struct TaskFlag {
  std::string_view flag;
  Task task;
};
constexpr TaskFlag kTaskFlags[] = {{"--check-config", Task::kCheckConfig},
                                   {"--print-config", Task::kPrintConfig},
                                   {"--version", Task::kVersion},
                                   {"--help", Task::kHelp},
                                   {"-h", Task::kHelp}};

struct KnownKey {
  std::string name;
  bool is_bool = false;
};

std::vector<KnownKey> KnownKeys() {
  std::vector<KnownKey> keys = {{"config"}, {"target"}};
  for (const ConfigKey& key : TargetKeys()) keys.push_back({key.name, key.is_bool()});
  for (const ConfigKey& key : ConfigKeys(*config::v1::Config::descriptor())) {
    keys.push_back({key.name, key.is_bool()});
  }
  return keys;
}

class Parser {
 public:
  CommandLine Parse(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment) {
    for (const std::string& variable : environment) ReadVariable(variable);
    for (size_t i = 0; i < arguments.size(); ++i) ReadArgument(arguments, i);
    return std::move(line_);
  }

 private:
  void ReadVariable(const std::string& variable) {
    const size_t equals = variable.find('=');
    if (equals == std::string::npos || equals + 1 == variable.size()) return;
    const std::string name = variable.substr(0, equals);
    for (const KnownKey& key : keys_) {
      if (VariableName(key.name) == name) Add(name, key.name, variable.substr(equals + 1));
    }
  }

  // Takes the next argument too where the flag's value stands there.
  void ReadArgument(const std::vector<std::string>& arguments, size_t& i) {
    const std::string& argument = arguments[i];
    if (ReadTask(argument)) return;
    const std::string flag = argument.substr(0, argument.find('='));
    const KnownKey* const key = Find(flag);
    if (key == nullptr) return ComplainUnknown(argument, flag);
    if (flag.size() < argument.size()) {
      Add(flag, key->name, argument.substr(flag.size() + 1));
    } else if (key->is_bool) {
      Add(flag, key->name, "true");
    } else if (i + 1 < arguments.size()) {
      Add(flag, key->name, arguments[++i]);
    } else {
      line_.problems.push_back(flag + " needs a value");
    }
  }

  bool ReadTask(const std::string& argument) {
    for (const TaskFlag& task : kTaskFlags) {
      if (task.flag != argument) continue;
      line_.task = std::max(line_.task, task.task);
      return true;
    }
    return false;
  }

  const KnownKey* Find(const std::string& flag) const {
    const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const KnownKey& key) {
      return FlagName(key.name) == flag;
    });
    return found == keys_.end() ? nullptr : &*found;
  }

  void ComplainUnknown(const std::string& argument, const std::string& flag) {
    if (!flag.starts_with("--")) {
      line_.problems.push_back(
          fmt::format("\"{}\" is no flag: settings are written --KEY=VALUE, see --help", argument));
    } else {
      std::vector<std::string> flags;
      for (const KnownKey& key : keys_) flags.push_back(FlagName(key.name));
      for (const TaskFlag& task : kTaskFlags) flags.emplace_back(task.flag);
      line_.problems.push_back(
          fmt::format("{} is no flag; the nearest one is {}", flag, Nearest(flag, flags)));
    }
  }

  void Add(const std::string& source, const std::string& key, const std::string& value) {
    if (key == "config") {
      line_.config_file = value;
    } else {
      line_.settings.push_back({source, key, value});
    }
  }

  const std::vector<KnownKey> keys_ = KnownKeys();
  CommandLine line_;
};

}  // namespace

CommandLine ParseCommandLine(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment) {
  return Parser().Parse(arguments, environment);
}

std::vector<ConfigKey> TargetKeys() {
  std::vector<ConfigKey> keys = ConfigKeys(*config::v1::Target::descriptor());
  // What is made of lists is for the file.
  std::erase_if(keys, [](const ConfigKey& key) { return key.name == "name" || key.path.size() > 1; });
  for (ConfigKey& key : keys) key.name = "target_" + key.name;
  return keys;
}

}  // namespace dirlease
