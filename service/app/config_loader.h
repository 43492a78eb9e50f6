// From command line, environment and file to the one effective configuration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "dirlease/config/v1/config.pb.h"

namespace dirlease {

// What the configuration says, without defaults. Reads the file that the line names. Adds what is
// wrong to `problems`.
config::v1::Config LoadConfig(const CommandLine& line, std::vector<std::string>& problems);

// Sets every setting that has a default and is not set.
void FillDefaults(uint64_t descriptor_limit, config::v1::Config& config);

// `config` is complete. Adds every problem with its key and its mend; looks whether files can be
// read.
void CheckConfig(const config::v1::Config& config, std::vector<std::string>& problems);

}  // namespace dirlease
