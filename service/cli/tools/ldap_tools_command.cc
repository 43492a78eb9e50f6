#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <system_error>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/tools/ldap_tool.h"

namespace dirlease::cli {

int RunLdapTools(const CommandContext& context) {
  const LdapToolsOptions& tools = context.invocation.ldap_tools;
  std::error_code error;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) std::filesystem::create_directories(tools.folder, error);
  for (const std::string& tool : LdapTools()) {
    if (error) break;
    const std::filesystem::path path = std::filesystem::path(tools.folder) / tool;
    // A link of that name may lead to the real tool.
    std::filesystem::remove(path, error);
    std::ofstream file(path);
    file << LdapToolScript(tool, program, tools.gateway_options) << std::flush;
    if (!file || chmod(path.c_str(), 0755) != 0) error = std::error_code(errno, std::generic_category());
  }
  if (error) {
    context.output.err << "dirlease: cannot write to " << tools.folder << ": " << error.message() << '\n';
    return kExitLocalFailure;
  }
  context.output.err << "dirlease: " << LdapTools().size() << " tools in " << tools.folder
                     << ": put it first in PATH\n";
  return kExitSuccess;
}

}  // namespace dirlease::cli
