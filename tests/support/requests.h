// Requests that many tests make. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::testing {

// Types and their values.
using TextAttributes = std::vector<std::pair<std::string, std::vector<std::string>>>;

v1::AddRequest AddRequestOf(const std::string& dn, const TextAttributes& attributes);
// One modification.
v1::ModifyRequest ModifyRequestOf(const std::string& dn, v1::Modification::Type type, const std::string& attribute,
                                  const std::vector<std::string>& values);
// What it asks for is the caller's to fill in.
v1::PipelineCall PipelineCallOf(uint64_t id);

}  // namespace dirlease::testing
