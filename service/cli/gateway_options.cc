#include "cli/command_table.h"

namespace dirlease::cli {
namespace {

void DefineConnection(CLI::App& app, RawOptions& options) {
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
  AddChoice<ColorChoice>(app, "--color", "auto = on terminals, unless NO_COLOR is set",
                         {{"auto", ColorChoice::kAuto},
                          {"always", ColorChoice::kAlways},
                          {"never", ColorChoice::kNever}},
                         [&options](ColorChoice choice) { options.invocation.color = choice; })
      ->group("Gateway");
  app.add_flag("-v,--verbose", options.invocation.verbose, "figures on stderr at the end")
      ->group("Gateway");
}

void DefineBind(CLI::App& app, RawOptions& options) {
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
  const auto add_text = [&app](const char* name, std::string& text, const char* type, const char* description) {
    app.add_option(name, text, description)->type_name(type)->group("Bind");
  };
  add_text("-Y", options.sasl_mechanism, "MECHANISM",
           "SASL bind: PLAIN, SCRAM-SHA-1, -256 or -512 (each also with -PLUS) with -U and a password; EXTERNAL and GSSAPI as the "
           "gateway itself");
  add_text("-U", options.authentication_id, "AUTHCID", "who authenticates, with -Y");
  add_text("-X", options.authorization_id, "AUTHZID", "for whom, dn:... or u:..., with -Y or --profile");
  add_text("-R", options.realm, "REALM", "realm, with -Y");
  add_text("--profile", options.profile, "NAME",
           "bind as this profile of the gateway's configuration: no DN, no password");
  app.add_flag_callback(
         "-x", [] {}, "simple bind; accepted for ldapsearch's sake")
      ->group("Bind");
}

}  // namespace

void DefineGatewayOptions(CLI::App& app, RawOptions& options) {
  DefineConnection(app, options);
  DefineBind(app, options);
}

}  // namespace dirlease::cli
