#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

void DefineHealth(CLI::App& app, RawOptions& options) {
  HealthOptions& health = options.invocation.health;
  CLI::App* command =
      AddCommand(app, options, {RunHealth}, "health",
                 "does the gateway serve: SERVING (exit status 0), NOT_SERVING (1) ...",
                 "dirlease health || echo 'no directory can be reached'");
  command
      ->add_option_function<std::string>(
          "service", [&health](const std::string& name) { health.request.set_service(name); },
          "a service, or `liveness` for the process alone; without it the gateway as a whole, "
          "which serves while at least "
          "one of its directories can be reached")
      ->type_name("SERVICE");
  CLI::Option* all =
      command->add_flag("--all", health.all, "a line for each service the gateway has");
  command->add_flag("--watch", health.watch, "a line now and at each change, until Ctrl-C")
      ->excludes(all);
  all->excludes(command->get_option("service"));
}

void DefineMetrics(CLI::App& app, RawOptions& options) {
  MetricsOptions& metrics = options.invocation.metrics;
  CLI::App* command =
      AddCommand(app, options, {RunMetrics, LeaseUse::kNone, Listener::kNeither}, "metrics",
                 "the gateway's metrics as a short table", "dirlease metrics 127.0.0.1:9464");
  command->add_option("address", metrics.address, "the gateway's --metrics-listen, or a whole URL")
      ->envname("DIRLEASE_METRICS")
      ->type_name("HOST:PORT");
  command->add_flag("--raw", metrics.raw, "the text as Prometheus scrapes it");
}

void DefinePages(CLI::App& app, RawOptions& options) {
  CLI::App* completion = AddCommand(app, options, {}, "completion",
                                    "print a script that completes command lines in a shell",
                                    "source <(dirlease completion bash)");
  AddChoice<Page>(*completion, "shell", "for which shell",
                  {{"bash", &BashCompletion}, {"zsh", &ZshCompletion}, {"fish", &FishCompletion}},
                  [&options](Page page) { options.page = page; })
      ->required();
  AddCommand(app, options, {}, "man-page", "print the manual page", "dirlease man-page | man -l -")
      ->final_callback([&options] { options.page = &ManPage; });
}

void DefineLdapTools(CLI::App& app, RawOptions& options) {
  CLI::App* command =
      AddCommand(app, options, {RunLdapTools}, "ldap-tools",
                 "write scripts named ldapsearch, ldapadd ... that run OpenLDAP's command lines through the gateway",
                 "dirlease ldap-tools --address gateway:50051 ~/ldap-bin && PATH=~/ldap-bin:$PATH ./nightly-job");
  command->add_option("folder", options.invocation.ldap_tools.folder, "where; tools of these names there are replaced")
      ->type_name("DIR")
      ->required();
}

}  // namespace

void DefineToolCommands(CLI::App& app, RawOptions& options) {
  DefineHealth(app, options);
  DefineMetrics(app, options);
  DefineBenchCommand(app, options);
  DefineLdapTools(app, options);
  DefinePages(app, options);
}

}  // namespace dirlease::cli
