#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

void DefineGet(CLI::App& app, RawOptions& options) {
  v1::GetEntryRequest& get = options.invocation.get;
  CLI::App* command =
      AddCommand(app, options, {RunGet, LeaseUse::kNamedOrOwn}, "get", "read one entry by its DN",
                 "dirlease get uid=ann,ou=people,dc=example,dc=com cn mail");
  command
      ->add_option_function<std::string>(
          "dn", [&get](const std::string& dn) { get.set_dn(dn); }, "entry; \"\" = the root DSE")
      ->required();
  command
      ->add_option_function<std::vector<std::string>>(
          "attributes",
          [&get](const std::vector<std::string>& names) {
            get.mutable_attributes()->Assign(names.begin(), names.end());
          },
          "which of its attributes (all but operational ones); + = the operational ones")
      ->type_name("[ATTRIBUTE...]");
  command
      ->add_option_function<std::string>(
          "--filter", [&get](const std::string& filter) { get.set_filter(filter); },
          "the entry has to match it")
      ->type_name("FILTER");
  command->add_flag_callback(
      "--follow-ranges", [&get] { get.set_follow_ranges(true); },
      "all values where the directory sends them in parts (Active Directory's member;range=0-1499)");
  DefineEntryFormat(*command, options);
  DefineControls(*command, options);
}

// -X TEXT, -Y to be asked, -Z FILE, as ldappasswd has them.
void DefinePassword(CLI::App& command, RawOptions::NewOrOld& password, const std::string& letters,
                    const std::string& which) {
  command
      .add_option_function<std::string>(
          std::string("-") + letters[0], [&password](const std::string& text) { password.text = text; },
          "the " + which + " password (better asked for, or from a file: others may see arguments for a moment)")
      ->type_name("PASSWORD");
  command.add_flag(std::string("-") + letters[1], password.prompt, "ask for the " + which + " password");
  command
      .add_option(std::string("-") + letters[2], password.file,
                  "the " + which + " password = whole content of this file")
      ->type_name("FILE");
}

void DefinePasswd(CLI::App& app, RawOptions& options) {
  v1::ChangePasswordRequest& passwd = options.invocation.passwd;
  CLI::App* command = AddCommand(app, options, {RunPasswd, LeaseUse::kNamedOrOwn}, "passwd",
                                 "change a password (RFC 3062); without a new one the directory makes it up",
                                 "dirlease passwd -D uid=ann,ou=people,dc=example,dc=com -W -S");
  command
      ->add_option_function<std::string>(
          "user", [&passwd](const std::string& user) { passwd.set_user_identity(user); },
          "whose, mostly a DN; without it the bound identity's")
      ->type_name("[USER]");
  DefinePassword(*command, options.new_password, "sST", "new");
  DefinePassword(*command, options.old_password, "aAt", "old");
  DefineControls(*command, options);
}

void DefineExtended(CLI::App& app, RawOptions& options) {
  v1::ExtendedRequest& extended = options.invocation.extended;
  CLI::App* command = AddCommand(app, options, {RunExtended, LeaseUse::kNamedOrOwn}, "extended",
                                 "any other extended operation", "dirlease extended 1.3.6.1.4.1.4203.1.11.3");
  command
      ->add_option_function<std::string>(
          "oid", [&extended](const std::string& oid) { extended.set_oid(oid); }, "which operation")
      ->type_name("OID")
      ->required();
  CLI::Option* text = command->add_option_function<std::string>(
      "--value", [&extended](const std::string& value) { extended.set_value(value); },
      "its value, as it stands here; others on this machine can see it: secrets go in --value-file");
  CLI::Option* base64 = command->add_option_function<std::string>(
      "--value-base64", [&options](const std::string& value) { options.value_base64 = value; },
      "... in base64, as visible to others");
  CLI::Option* file =
      command->add_option("--value-file", options.value_file, "... = whole content of this file")->type_name("FILE");
  DefineControls(*command, options);
  text->excludes(base64)->excludes(file);
  base64->excludes(file);
}

}  // namespace

void DefineEntryCommands(CLI::App& app, RawOptions& options) {
  DefineGet(app, options);
  DefinePasswd(app, options);
  DefineExtended(app, options);
}

}  // namespace dirlease::cli
