// The sample directory as slapd's database files. Not thread-safe.
#pragma once

#include <string>

namespace dirlease::testing {

// The part of slapd.conf that schema and database need to be read at all, with the database in
// `folder`.
std::string SlapdBaseConfig(const std::string& global_config, const std::string& folder,
                            const std::string& database_config);

// Fills an empty folder. The first call for these numbers loads them with slapadd, later ones in
// this process copy.
void FillSlapdDatabase(const std::string& folder, int people, int group_members);

}  // namespace dirlease::testing
