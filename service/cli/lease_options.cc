#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

constexpr int kMaxBatch = 1'000'000;

void DefineHold(CLI::App& lease, RawOptions& options) {
  v1::HoldSessionRequest& hold = options.invocation.hold;
  CLI::App* command =
      AddCommand(lease, options, {RunLeaseHold, LeaseUse::kNamed}, "hold",
                 "keep the lease and say what becomes of it, until Ctrl-C or its end",
                 "dirlease lease hold --tether --grace 10s");
  command->add_flag_callback(
      "--tether", [&hold] { hold.set_tether(true); }, "unbind the lease when this command ends");
  AddDuration(*command, "--grace", "... so much later, for a new hold to take over",
              [&hold](auto grace) { *hold.mutable_tether_grace() = ToProto(grace); });
  AddDuration(*command, "--heartbeat", "time between heartbeats (30s), 0s = none",
              [&hold](auto time) { *hold.mutable_heartbeat_interval() = ToProto(time); });
}

CLI::Option* AddGhzData(CLI::App& command, LeaseBatchOptions& batch, const char* description) {
  return command.add_option("--ghz-data", batch.file, description)->type_name("FILE");
}

void DefineBatch(CLI::App& open, LeaseBatchOptions& batch) {
  AddGhzData(open, batch,
             "for load tests: instead of printing the token, write the JSON that ghz's -D takes, a request a lease");
  open.add_option("--count", batch.count, "with --ghz-data: open so many leases, or none (1)")
      ->check(Unnamed(CLI::Range(1, kMaxBatch)))
      ->type_name("N");
  open.add_option("--ghz-request", batch.request,
                  "with --ghz-data: JSON object, ghz's {{templates}} included, to which each token is added ({})")
      ->type_name("JSON");
}

}  // namespace

void DefineLeaseCommands(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  CLI::App* lease = app.add_subcommand("lease", "open, keep, hold, show or unbind a session lease");
  lease->fallthrough()->require_subcommand(1);
  CLI::App* open = AddCommand(
      *lease, options, {RunLeaseOpen, LeaseUse::kNew}, "open", "bind and print the lease token",
      "export DIRLEASE_LEASE=$(dirlease lease open -D uid=ann,ou=people,dc=example,dc=com -W)");
  AddDuration(*open, "--ttl", "wanted idle time to live; the gateway clamps it",
              [&](auto ttl) { *invocation.open.mutable_ttl() = ToProto(ttl); });
  open->add_option_function<std::string>(
      "--label", [&](const std::string& text) { invocation.open.set_label(text); },
      "text for operators, no secrets");
  open->add_option_function<std::string>(
      "--request-id", [&](const std::string& id) { invocation.open.set_request_id(id); },
      "UUID: repeating the same open with it gives the same lease");
  DefineBatch(*open, invocation.lease_batch);
  AddCommand(*lease, options, {RunLeaseKeep, LeaseUse::kNamed}, "keep", "renew the idle timer",
             "dirlease lease keep");
  AddCommand(*lease, options, {RunLeaseShow, LeaseUse::kNamed}, "show",
             "the lease and its running operations", "dirlease lease show");
  CLI::App* rebind = AddCommand(
      *lease, options, {RunLeaseRebind, LeaseUse::kNamedAndBind}, "rebind",
      "bind again on the lease, as another one (without bind options: anonymously)",
      "dirlease lease rebind -D uid=bob,ou=people,dc=example,dc=com -W");
  rebind->add_flag_callback(
      "--abandon", [&invocation] { invocation.rebind.set_abandon_outstanding(true); },
      "abandon the reads that run on it");
  DefineHold(*lease, options);
  CLI::App* unbind =
      AddCommand(*lease, options, {RunLeaseUnbind, LeaseUse::kNamed}, "unbind",
                 "end the lease: abandon, unbind, close", "dirlease lease unbind --wait 5s");
  AddDuration(*unbind, "--wait", "let running operations end by themselves this long first",
              [&](auto wait) { *invocation.unbind.mutable_wait() = ToProto(wait); });
  AddGhzData(*unbind, invocation.lease_batch, "end every lease of a file that lease open --ghz-data wrote");
}

}  // namespace dirlease::cli
