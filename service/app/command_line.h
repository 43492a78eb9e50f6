// The daemon's command line and environment, taken apart. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config_schema.h"

namespace dirlease {

// Where a setting came from and what it says.
struct Setting {
  std::string source;  // --lease-min-ttl or DIRLEASE_LEASE_MIN_TTL, for messages
  std::string key;     // lease_min_ttl; "target" and "target_..." for targets
  std::string value;
};

struct CommandLine {
  enum class Task { kServe, kCheckConfig, kPrintConfig, kVersion, kHelp };
  Task task = Task::kServe;
  std::string config_file;        // empty = none
  std::vector<Setting> settings;  // environment first, so that later ones win
  std::vector<std::string> problems;
};

// `arguments` without the program's name; `environment` as NAME=VALUE. Of the environment only
// DIRLEASE_* of known keys is looked at (others put such variables there too), and no empty ones.
CommandLine ParseCommandLine(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment);

// Settings of the targets given by flag: "target" and "target_tls" and so on.
std::vector<ConfigKey> TargetKeys();

}  // namespace dirlease
