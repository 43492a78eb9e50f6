// OpenLDAP's command-line tools in terms of this one, so that scripts written for them run through a gateway: scripts of
// their names call `dirlease ldap-tool NAME [GATEWAY OPTION...] --args [ARGUMENT...]`.
#pragma once

#include <string>
#include <vector>

namespace dirlease::cli {

// Those that there are: "ldapsearch", "ldapadd" ...
const std::vector<std::string>& LdapTools();

inline constexpr char kLdapTool[] = "ldap-tool";
inline constexpr char kLdapToolArguments[] = "--args";

// What such a call's words mean: the words after "dirlease". Secrets in argv are overwritten. What concerns a connection of
// the tool's own only (debugging, SASL's modes) is dropped: the way to the directory is the gateway's business.
// Throws OptionError for what a gateway cannot do. REQUIRES: argv[1] is kLdapTool.
std::vector<std::string> LdapToolCommand(int argc, char** argv);

// A shell script that runs `tool` so. `program` is the path of `dirlease`, `options` name the gateway.
std::string LdapToolScript(const std::string& tool, const std::string& program,
                           const std::vector<std::string>& options);

}  // namespace dirlease::cli
