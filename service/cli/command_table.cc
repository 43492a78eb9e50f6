#include "cli/command_table.h"

#include "cli/arguments.h"
#include "cli/exit_status.h"

namespace dirlease::cli {

void DefineCommandLine(CLI::App& app, RawOptions& options) {
  app.name("dirlease");
  app.description("Client of the dirlease gateway: LDAP directories through session leases.");
  app.set_version_flag("--version", std::string("dirlease ") + DIRLEASE_VERSION);
  app.require_subcommand(1);
  app.footer(
      "\n" + std::string(kExitStatusHelp) +
      "\n\nOptions may stand before or after the command. `dirlease COMMAND --help` has each "
      "command's own.\n"
      "Examples:\n"
      "  dirlease whoami\n"
      "  dirlease search -b dc=example,dc=com '(uid=ann)' cn mail\n"
      "  export DIRLEASE_LEASE=$(dirlease lease open -D uid=ann,ou=people,dc=example,dc=com -W)");
  DefineGatewayOptions(app, options);
  DefineDirectoryCommands(app, options);
  DefineLeaseCommands(app, options);
  DefineAdminCommands(app, options);
  DefineToolCommands(app, options);
}

CLI::App* AddCommand(CLI::App& parent, RawOptions& options, const Command& command,
                     const char* name, const char* description, const char* example) {
  CLI::App* app = parent.add_subcommand(name, description);
  app->fallthrough();
  app->footer(std::string("\nExample:\n  ") + example);
  app->parse_complete_callback([&options, command] { options.invocation.command = command; });
  return app;
}

CLI::Option* AddDuration(CLI::App& app, const std::string& name, const std::string& description,
                         std::function<void(std::chrono::milliseconds)> take) {
  return app
      .add_option_function<std::string>(
          name,
          [name, take = std::move(take)](const std::string& text) {
            const auto duration = ParseDuration(text);
            if (!duration)
              throw CLI::ValidationError(
                  name, "\"" + text + "\" is no duration: write 300ms, 2s, 5m or 1h");
            take(*duration);
          },
          description)
      ->type_name("DURATION");
}

google::protobuf::Duration ToProto(std::chrono::milliseconds duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(duration.count() / 1000);
  proto.set_nanos(static_cast<int32_t>(duration.count() % 1000 * 1'000'000));
  return proto;
}

CLI::Option* AddParsed(CLI::App& app, const std::string& name, const std::string& description,
                       std::function<bool(const std::string&)> parse) {
  return app.add_option_function<std::string>(
      name,
      [name, parse = std::move(parse)](const std::string& text) {
        if (!parse(text)) throw CLI::ValidationError(name, "cannot take \"" + text + "\"");
      },
      description);
}

CLI::Option* AddRepeated(CLI::App& app, const std::string& name, const std::string& description,
                         std::function<std::optional<std::string>(const std::string&)> take) {
  return app
      .add_option_function<std::vector<std::string>>(
          name,
          [name, take = std::move(take)](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              if (const auto problem = take(text)) {
                throw CLI::ValidationError(name, "cannot take \"" + text + "\": " + *problem);
              }
            }
          },
          description)
      ->take_all()
      // One value each time; otherwise CLI11 would also take a value in brackets apart.
      ->allow_extra_args(false);
}

}  // namespace dirlease::cli
