#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {

void DefineInfoCommands(CLI::App& app, RawOptions& options) {
  CLI::App* root_dse = AddCommand(app, options, {RunRootDse, LeaseUse::kNamedOrOwn}, "rootdse",
                                  "what the directory says of itself (RFC 4512 section 5.1)", "dirlease rootdse");
  DefineEntryFormat(*root_dse, options);
  CLI::App* schema = AddCommand(app, options, {RunSchema, LeaseUse::kNamedOrOwn}, "schema",
                                "the directory's schema, a definition a line",
                                "dirlease schema | grep \"NAME 'inetOrgPerson'\"");
  schema
      ->add_option_function<std::string>(
          "dn", [&options](const std::string& dn) { options.invocation.schema.set_subschema_subentry(dn); },
          "its subentry; without it the one that the root DSE names")
      ->type_name("[DN]");
  AddCommand(app, options, {RunVerify, LeaseUse::kNew}, "verify",
             "is the password right? Exit status 0 = yes, 49 = no; no lease is opened",
             "dirlease verify -D uid=ann,ou=people,dc=example,dc=com -W");
}

}  // namespace dirlease::cli
