#include "support/slapd_database.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "support/child_process.h"
#include "support/sample_people.h"
#include "support/temp_dir.h"

namespace dirlease::testing {

namespace {

std::string Prepare(const std::filesystem::path& root, int people, int group_members) {
  const std::string name = fmt::format("{}-{}", people, group_members);
  const std::string database = (root / name).string();
  const std::string config = database + ".conf";
  const std::string ldif = database + ".ldif";
  std::filesystem::create_directory(database);
  std::ofstream(config) << SlapdBaseConfig("", database, "");
  std::ofstream(ldif) << SampleLdif(people, group_members);
  RequireProgram({"/usr/sbin/slapadd", "-q", "-f", config, "-l", ldif});
  std::filesystem::remove(ldif);
  return database;
}

}  // namespace

std::string SlapdBaseConfig(const std::string& global_config, const std::string& folder,
                            const std::string& database_config) {
  return fmt::format(
      "include /etc/ldap/schema/core.schema\n"
      "include /etc/ldap/schema/cosine.schema\n"
      "include /etc/ldap/schema/inetorgperson.schema\n"
      "modulepath /usr/lib/ldap\n"
      "moduleload back_mdb\n"
      "{}\n"
      "database mdb\n"
      "suffix {}\n"
      "rootdn cn=admin,{}\n"
      "rootpw admin-password\n"
      "directory {}\n"
      "maxsize 1073741824\n"
      "dbnosync\n"
      "index objectClass,uid,cn eq\n"
      "{}\n"
      "access to attrs=userPassword by anonymous auth by * none\n"
      "access to * by * read\n",
      global_config, kSuffix, kSuffix, folder, database_config);
}

void FillSlapdDatabase(const std::string& folder, int people, int group_members) {
  static TempDir prepared;
  static std::map<std::pair<int, int>, std::string> databases;
  std::string& database = databases[{people, group_members}];
  if (database.empty()) database = Prepare(prepared.path(), people, group_members);
  // cp keeps the holes of the database's file, which is as long as maxsize.
  RequireProgram({"/bin/cp", "-r", database, folder});
}

}  // namespace dirlease::testing
