// The configuration file: YAML with the names of the schema.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dirlease/config/v1/config.pb.h"

namespace dirlease {

// Sets in `config` what the text says. Adds what is wrong to `problems`, each with line, key and
// mend, and goes on. `origin` names the text in them. Pure, thread-safe.
void ApplyYaml(const std::string& text, std::string_view origin, config::v1::Config& config,
               std::vector<std::string>& problems);

// All of it, as YAML that ApplyYaml reads as the same.
std::string ToYaml(const config::v1::Config& config);

}  // namespace dirlease
