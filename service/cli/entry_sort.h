// Entries in order, for who wants them so and cannot have the directory sort. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "dirlease/v1/directory_service.pb.h"

namespace dirlease::cli {

// By the values of an attribute, in their order in the entry and without regard to ASCII's case; entries without it come
// first. "" = by their names.
void SortEntries(const std::string& by, std::vector<v1::SearchEntry>& entries);

}  // namespace dirlease::cli
