#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

Command Operators(CommandFunction run) { return {run, LeaseUse::kNone, Listener::kOperators}; }

}  // namespace

void DefineAdminCommands(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  CLI::App* admin = app.add_subcommand(
      "admin", "for operators: list and revoke leases, drain the gateway, its log level");
  admin->fallthrough()->require_subcommand(1);
  CLI::App* list =
      AddCommand(*admin, options, Operators(RunAdminList), "list", "the gateway's leases",
                 "dirlease admin list --owner spiffe://example.com/reports");
  list->add_option_function<std::string>(
      "--owner", [&](const std::string& owner) { invocation.list.set_owner(owner); },
      "only this caller's");
  CLI::App* revoke = AddCommand(*admin, options, Operators(RunAdminRevoke), "revoke",
                                "end a lease now", "dirlease admin revoke s-0123456789abcdef");
  revoke
      ->add_option_function<std::string>(
          "session_id", [&](const std::string& id) { invocation.revoke.set_session_id(id); },
          "its public id, see `dirlease admin list`")
      ->required();
  CLI::App* drain = AddCommand(*admin, options, Operators(RunAdminDrain), "drain",
                               "grant no more leases and end those there are; the gateway stays",
                               "dirlease admin drain --grace 30s");
  AddDuration(*drain, "--grace", "how long running operations and holders have",
              [&](auto grace) { *invocation.drain.mutable_grace() = ToProto(grace); });
  CLI::App* level =
      AddCommand(*admin, options, Operators(RunAdminLogLevel), "log-level",
                 "say or set from which level the gateway logs", "dirlease admin log-level debug");
  level
      ->add_option_function<std::string>(
          "level", [&](const std::string& name) { invocation.log_level.set_level(name); },
          "from which level; without it, say the present one")
      ->type_name("debug|info|warning|error");
}

}  // namespace dirlease::cli
