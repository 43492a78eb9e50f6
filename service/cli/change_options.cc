#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

constexpr char kChangeFooter[] =
    "\nRecords are sent one after the other; the first that fails ends the command, unless -c is given. "
    "Each that was done\nis a line on standard output.\n"
    "A value may come from a file: \"jpegPhoto:< file:///home/ann/photo.jpg\". A record may carry "
    "controls (RFC 2849).\n"
    "Example:\n"
    "  dirlease modify <<'END'\n"
    "  dn: uid=ann,ou=people,dc=example,dc=com\n"
    "  changetype: modify\n"
    "  replace: mail\n"
    "  mail: ann@example.com\n"
    "  -\n"
    "  increment: uidNumber\n"
    "  uidNumber: 1\n"
    "  END";

void DefineInput(CLI::App& command, RawOptions& options, const char* what) {
  ChangeOptions& changes = options.invocation.changes;
  command.add_option("-f,--file", changes.file, std::string(what) + " (standard input)")->type_name("FILE");
  command.add_flag("-c,--continue", changes.keep_going,
                   "go on after a change that failed; the exit status is the last failure's");
  command.add_flag("-n,--dry-run", changes.dry_run,
                   "read everything and say what would be done; neither gateway nor directory check it");
  DefineControls(command, options);
}

void DefineRename(CLI::App& app, RawOptions& options) {
  v1::ModifyDnRequest& rename = options.invocation.rename;
  CLI::App* command = AddCommand(app, options, {RunRename, LeaseUse::kNamedOrOwn}, "rename",
                                 "give an entry another name, or another parent",
                                 "dirlease rename -r uid=ann,ou=people,dc=example,dc=com uid=anna");
  command
      ->add_option_function<std::string>(
          "dn", [&rename](const std::string& dn) { rename.set_dn(dn); }, "entry")
      ->required();
  command
      ->add_option_function<std::string>(
          "newrdn", [&rename](const std::string& rdn) { rename.set_new_rdn(rdn); },
          "its new name under the parent")
      ->required();
  command->add_flag_callback(
      "-r,--delete-old-rdn", [&rename] { rename.set_delete_old_rdn(true); },
      "the old name's values leave the entry");
  command
      ->add_option_function<std::string>(
          "-s,--new-superior", [&rename](const std::string& dn) { rename.set_new_superior(dn); },
          "move it below this entry")
      ->type_name("DN");
  DefineControls(*command, options);
}

}  // namespace

void DefineChangeCommands(CLI::App& app, RawOptions& options) {
  ChangeOptions& changes = options.invocation.changes;
  CLI::App* modify = AddCommand(app, options, {RunModify, LeaseUse::kNamedOrOwn}, "modify",
                                "apply LDIF change records: add, delete, modify, modrdn", "");
  DefineInput(*modify, options, "where the records are");
  modify->add_flag("-a,--add", changes.plain_is_add, "records without a changetype are new entries");
  modify->footer(kChangeFooter);
  CLI::App* add = AddCommand(app, options, {RunAdd, LeaseUse::kNamedOrOwn}, "add",
                             "add the entries of an LDIF file", "dirlease add -f people.ldif");
  DefineInput(*add, options, "where the entries are");
  CLI::App* remove = AddCommand(app, options, {RunDelete, LeaseUse::kNamedOrOwn}, "delete", "delete entries",
                                "dirlease delete uid=ann,ou=people,dc=example,dc=com");
  DefineInput(*remove, options, "DNs, one a line, where none are named");
  CLI::Option* dns = remove->add_option("dns", changes.dns, "entries")->type_name("[DN...]");
  remove->get_option("--file")->excludes(dns);
  DefineRename(app, options);
}

}  // namespace dirlease::cli
