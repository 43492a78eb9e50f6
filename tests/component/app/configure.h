// The configuration of a command line, as main makes it.
#pragma once

#include <string>
#include <vector>

#include "app/config_loader.h"

namespace dirlease::testing {

// Where no directory is asked.
inline constexpr char kTargetFlag[] = "--target=ldap://127.0.0.1:1389";

struct Configured {
  config::v1::Config config;
  std::vector<std::string> problems;
};

inline Configured Configure(const std::vector<std::string>& arguments,
                            const std::vector<std::string>& environment = {}) {
  Configured result;
  result.config = LoadConfig(ParseCommandLine(arguments, environment), result.problems);
  FillDefaults(20'000, result.config);
  CheckConfig(result.config, result.problems);
  return result;
}

}  // namespace dirlease::testing
