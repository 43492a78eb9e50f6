#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/raw_options.h"
#include "cli/secrets.h"

namespace dirlease::cli {
namespace {

google::protobuf::Duration ToProto(std::chrono::milliseconds duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(duration.count() / 1000);
  proto.set_nanos(static_cast<int32_t>(duration.count() % 1000 * 1'000'000));
  return proto;
}

void AddDuration(CLI::App& app, const std::string& name, const std::string& description,
                 std::function<void(std::chrono::milliseconds)> take) {
  app.add_option_function<std::string>(
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

void DefineGateway(CLI::App& app, RawOptions& options) {
  app.add_option("--address", options.address, "gateway (default 127.0.0.1:50051)")
      ->envname("DIRLEASE_ADDRESS")
      ->type_name("HOST:PORT")
      ->group("Gateway");
  app.add_option("--admin-server", options.admin_address,
                 "its operators' listener (--admin-listen), for `admin`")
      ->envname("DIRLEASE_ADMIN")
      ->type_name("HOST:PORT")
      ->group("Gateway");
  app.add_option("--lease", options.lease,
                 "lease to use; without one the command opens its own and unbinds it")
      ->envname("DIRLEASE_LEASE")
      ->type_name("TOKEN")
      ->group("Gateway");
  AddDuration(app, "--timeout", "deadline of each call",
              [&options](auto duration) { options.invocation.connection.timeout = duration; });
  app.get_option("--timeout")->group("Gateway");
  app.add_flag("--tls", options.tls, "TLS to the gateway, system roots")->group("Gateway");
  app.add_option("--tls-ca", options.ca_file, "TLS with these roots (PEM)")
      ->type_name("FILE")
      ->group("Gateway");
  app.add_option("--tls-cert", options.certificate_file, "TLS with this client certificate")
      ->type_name("FILE")
      ->group("Gateway");
  app.add_option("--tls-key", options.key_file, "its private key")
      ->type_name("FILE")
      ->group("Gateway");
  app.add_flag("--plaintext", options.plaintext, "no TLS (the default for loopback addresses only)")
      ->group("Gateway");
  app.add_flag("-v,--verbose", options.invocation.verbose, "figures on stderr at the end")
      ->group("Gateway");
}

void DefineIdentity(CLI::App& app, RawOptions& options) {
  v1::OpenSessionRequest& open = options.invocation.open;
  app.add_option_function<std::string>(
         "--target", [&open](const std::string& name) { open.set_target(name); },
         "directory, by its name in the gateway's configuration")
      ->type_name("NAME")
      ->group("Bind");
  app.add_option_function<std::string>(
         "-D", [&options](const std::string& dn) { options.bind_dn = dn; },
         "bind DN; without it the bind is anonymous")
      ->type_name("DN")
      ->group("Bind");
  app.add_option_function<std::string>(
         "-w", [&options](const std::string& text) { options.password = text; },
         "password (better -W or -y: others may see arguments for a moment)")
      ->type_name("PASSWORD")
      ->group("Bind");
  app.add_flag("-W", options.prompt, "ask for the password")->group("Bind");
  app.add_option("-y", options.password_file, "password = whole content of this file")
      ->type_name("FILE")
      ->group("Bind");
  app.add_flag_callback("-x", [] {}, "simple bind; accepted for ldapsearch's sake")->group("Bind");
}

CLI::App* AddCommand(CLI::App& parent, RawOptions& options, Command command, const char* name,
                     const char* description, const char* example) {
  CLI::App* app = parent.add_subcommand(name, description);
  app->fallthrough();
  app->footer(std::string("\nExample:\n  ") + example);
  app->parse_complete_callback([&options, command] { options.invocation.command = command; });
  return app;
}

void DefineOperations(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  DefineSearchOptions(
      *AddCommand(app, options, Command::kSearch, "search", "stream a search as LDIF", ""),
      options);
  CLI::App* compare = AddCommand(
      app, options, Command::kCompare, "compare", "does the entry hold this value: TRUE or FALSE",
      "dirlease compare uid=ann,ou=people,dc=example,dc=com 'mail:ann@example.com'");
  compare
      ->add_option_function<std::string>(
          "dn", [&](const std::string& dn) { invocation.compare.set_dn(dn); }, "entry")
      ->required();
  compare->add_option("assertion", options.assertion, "ATTR:VALUE or ATTR::BASE64")->required();
  AddCommand(app, options, Command::kWhoAmI, "whoami", "the identity the directory sees (RFC 4532)",
             "dirlease whoami -D uid=ann,ou=people,dc=example,dc=com -W");
  CLI::App* abandon =
      AddCommand(app, options, Command::kAbandon, "abandon",
                 "abandon a running operation of the lease", "dirlease abandon nightly-export");
  abandon
      ->add_option_function<std::string>(
          "operation_id", [&](const std::string& id) { invocation.abandon.set_operation_id(id); },
          "its id, see `dirlease lease show`")
      ->required();
}

void DefineHold(CLI::App& lease, RawOptions& options) {
  v1::HoldSessionRequest& hold = options.invocation.hold;
  CLI::App* command =
      AddCommand(lease, options, Command::kLeaseHold, "hold",
                 "keep the lease and say what becomes of it, until Ctrl-C or its end",
                 "dirlease lease hold --tether --grace 10s");
  command->add_flag_callback(
      "--tether", [&hold] { hold.set_tether(true); }, "unbind the lease when this command ends");
  AddDuration(*command, "--grace", "... so much later, for a new hold to take over",
              [&hold](auto grace) { *hold.mutable_tether_grace() = ToProto(grace); });
  AddDuration(*command, "--heartbeat", "time between heartbeats (30s), 0s = none",
              [&hold](auto time) { *hold.mutable_heartbeat_interval() = ToProto(time); });
}

void DefineLease(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  CLI::App* lease = app.add_subcommand("lease", "open, keep, hold, show or unbind a session lease");
  lease->fallthrough()->require_subcommand(1);
  CLI::App* open = AddCommand(
      *lease, options, Command::kLeaseOpen, "open", "bind and print the lease token",
      "export DIRLEASE_LEASE=$(dirlease lease open -D uid=ann,ou=people,dc=example,dc=com -W)");
  AddDuration(*open, "--ttl", "wanted idle time to live; the gateway clamps it",
              [&](auto ttl) { *invocation.open.mutable_ttl() = ToProto(ttl); });
  open->add_option_function<std::string>(
      "--label", [&](const std::string& text) { invocation.open.set_label(text); },
      "text for operators, no secrets");
  open->add_option_function<std::string>(
      "--request-id", [&](const std::string& id) { invocation.open.set_request_id(id); },
      "UUID: repeating the same open with it gives the same lease");
  AddCommand(*lease, options, Command::kLeaseKeep, "keep", "renew the idle timer",
             "dirlease lease keep");
  AddCommand(*lease, options, Command::kLeaseShow, "show", "the lease and its running operations",
             "dirlease lease show");
  DefineHold(*lease, options);
  CLI::App* unbind =
      AddCommand(*lease, options, Command::kLeaseUnbind, "unbind",
                 "end the lease: abandon, unbind, close", "dirlease lease unbind --wait 5s");
  AddDuration(*unbind, "--wait", "let running operations end by themselves this long first",
              [&](auto wait) { *invocation.unbind.mutable_wait() = ToProto(wait); });
}

void DefineAdmin(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  CLI::App* admin = app.add_subcommand(
      "admin", "for operators: list and revoke leases, drain the gateway, its log level");
  admin->fallthrough()->require_subcommand(1);
  CLI::App* list = AddCommand(*admin, options, Command::kAdminList, "list", "the gateway's leases",
                              "dirlease admin list --owner spiffe://example.com/reports");
  list->add_option_function<std::string>(
      "--owner", [&](const std::string& owner) { invocation.list.set_owner(owner); },
      "only this caller's");
  CLI::App* revoke = AddCommand(*admin, options, Command::kAdminRevoke, "revoke",
                                "end a lease now", "dirlease admin revoke s-0123456789abcdef");
  revoke
      ->add_option_function<std::string>(
          "session_id", [&](const std::string& id) { invocation.revoke.set_session_id(id); },
          "its public id, see `dirlease admin list`")
      ->required();
  CLI::App* drain = AddCommand(*admin, options, Command::kAdminDrain, "drain",
                               "grant no more leases and end those there are; the gateway stays",
                               "dirlease admin drain --grace 30s");
  AddDuration(*drain, "--grace", "how long running operations and holders have",
              [&](auto grace) { *invocation.drain.mutable_grace() = ToProto(grace); });
  CLI::App* level = AddCommand(*admin, options, Command::kAdminLogLevel, "log-level",
                               "say or set from which level the gateway logs",
                               "dirlease admin log-level debug");
  level->add_option_function<std::string>(
      "level", [&](const std::string& name) { invocation.log_level.set_level(name); },
      "debug, info, warning or error");
}

void Define(CLI::App& app, RawOptions& options) {
  app.name("dirlease");
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
  DefineGateway(app, options);
  DefineIdentity(app, options);
  DefineOperations(app, options);
  DefineLease(app, options);
  DefineAdmin(app, options);
}

}  // namespace

std::optional<Invocation> ParseCommandLine(int argc, char** argv, std::ostream& out,
                                           std::ostream& err, int& exit_status) {
  CLI::App app("Client of the dirlease gateway: LDAP directories through session leases.");
  RawOptions options;
  Define(app, options);
  try {
    app.parse(argc, argv);
    WipeSecretArguments(argc, argv);
    return ResolveOptions(std::move(options), err);
  } catch (const CLI::ParseError& error) {
    WipeSecretArguments(argc, argv);
    // CLI11 misses the command before it looks at what stands in its place.
    const std::vector<std::string> unknown = app.remaining(true);
    if (error.get_name() == "RequiredError" && !unknown.empty()) {
      err << "\"" << unknown.front() << "\" is no command: see dirlease --help\n";
      exit_status = kExitUsage;
      return std::nullopt;
    }
    exit_status = app.exit(error, out, err) == 0 ? kExitSuccess : kExitUsage;
  } catch (const OptionError& error) {
    err << "dirlease: " << error.what() << '\n';
    exit_status = error.exit_status();
  }
  return std::nullopt;
}

}  // namespace dirlease::cli
