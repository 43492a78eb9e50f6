#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {

void DefineDirectoryCommands(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  DefineSearchCommand(app, options);
  DefineSyncCommand(app, options);
  DefineEntryCommands(app, options);
  DefineChangeCommands(app, options);
  DefineInfoCommands(app, options);
  CLI::App* compare =
      AddCommand(app, options, {RunCompare, LeaseUse::kNamedOrOwn}, "compare",
                 "does the entry hold this value: TRUE or FALSE",
                 "dirlease compare uid=ann,ou=people,dc=example,dc=com 'mail:ann@example.com'");
  compare->add_option("dn", options.compare_dn, "entry")->required();
  compare
      ->add_option_function<std::string>(
          "assertion", [&options](const std::string& text) { options.assertion = text; },
          "ATTR:VALUE or ATTR::BASE64")
      ->required();
  compare->add_flag("-z,--quiet", invocation.quiet, "the exit status alone says it: 6 true, 5 false");
  DefineControls(*compare, options);
  CLI::App* whoami = AddCommand(app, options, {RunWhoAmI, LeaseUse::kNamedOrOwn}, "whoami",
             "the identity the directory sees (RFC 4532)",
             "dirlease whoami -D uid=ann,ou=people,dc=example,dc=com -W");
  DefineControls(*whoami, options);
  CLI::App* abandon =
      AddCommand(app, options, {RunAbandon, LeaseUse::kNamed}, "abandon",
                 "abandon a running operation of the lease", "dirlease abandon nightly-export");
  abandon
      ->add_option_function<std::string>(
          "operation_id", [&](const std::string& id) { invocation.abandon.set_operation_id(id); },
          "its id, see `dirlease lease show`")
      ->required();
}

}  // namespace dirlease::cli
