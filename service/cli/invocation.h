// What one run of `dirlease` was asked to do, checked. Value type; holds secrets in `lease` and
// `open`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench/bench_options.h"
#include "cli/color.h"
#include "cli/gateway_client.h"
#include "cli/ldif_printer.h"
#include "cli/search_printer.h"
#include "dirlease/v1/directory_service.pb.h"
#include "dirlease/v1/session_service.pb.h"

namespace dirlease::cli {

struct CommandContext;
// Runs on the calling thread until the command's end; returns the exit status, failures are on
// `err` by then.
using CommandFunction = int (*)(const CommandContext& context);

enum class LeaseUse {
  kNone,
  // --lease only.
  kNamed,
  // The same, and bind options for it.
  kNamedAndBind,
  // --lease, or one of the command's own.
  kNamedOrOwn,
  // Always a new one.
  kNew
};

enum class Listener { kGateway, kOperators, kNeither };

struct Command {
  CommandFunction run = nullptr;
  LeaseUse lease = LeaseUse::kNone;
  Listener listener = Listener::kGateway;
};

struct HealthOptions {
  grpc::health::v1::HealthCheckRequest request;
  bool all = false;
  bool watch = false;
};

struct MetricsOptions {
  // HOST:PORT or a URL.
  std::string address;
  bool raw = false;
};

// What `modify`, `add` and `delete` share.
struct ChangeOptions {
  // "-" or empty = standard input.
  std::string file;
  // Of `delete`: instead of the file's lines.
  std::vector<std::string> dns;
  // Go on after a change that the directory refused or that could not be read.
  bool keep_going = false;
  // Read everything, send nothing.
  bool dry_run = false;
  // Records without a changetype are new entries.
  bool plain_is_add = false;
};

// Scripts in place of OpenLDAP's tools.
struct LdapToolsOptions {
  std::string folder;
  // Which gateway, as words of a command line; no secrets.
  std::vector<std::string> gateway_options;
};

struct SyncOptions {
  // The content is the search's.
  v1::SyncRequest request;
  // Empty = none.
  std::string cookie_file;
  bool instead_of_search = false;  // -E sync= of a search
};

// Leases for a load test.
struct LeaseBatchOptions {
  int count = 0;         // 0 = not said
  std::string file;      // empty = none: a single lease is meant
  std::string request;   // JSON object, empty = not said
};

struct Invocation {
  Command command;
  ConnectionOptions connection;
  // Token of the lease to use. Empty = none: the command opens one with `open` and unbinds it at
  // its end.
  std::string lease;
  v1::OpenSessionRequest open;
  v1::RebindRequest rebind;  // its credentials are those of `open`
  v1::SearchRequest search;
  SyncOptions sync;
  SearchFormat format = SearchFormat::kLdif;
  LdifStyle ldif;
  // One search for each line, which takes the place of "%s" in the filter; empty = one search.
  std::string lines_file;
  // Go on with the next line after a search that failed.
  bool next_line_after_failure = false;
  // Entries are printed at the end, in the order of this attribute's values; "" = of their names.
  std::optional<std::string> sort_by;
  // Entries after which the search is cancelled; 0 = never.
  int64_t entry_limit = 0;
  // For every operation on entries, whatever the command.
  google::protobuf::RepeatedPtrField<v1::Control> controls;
  v1::CompareRequest compare;
  bool quiet = false;  // of a compare: the exit status says it all
  v1::WhoAmIRequest who_am_i;
  v1::GetEntryRequest get;
  v1::GetSchemaRequest schema;
  ChangeOptions changes;
  v1::ModifyDnRequest rename;
  v1::ChangePasswordRequest passwd;
  v1::ExtendedRequest extended;
  v1::AbandonRequest abandon;
  v1::UnbindRequest unbind;
  v1::HoldSessionRequest hold;
  admin::v1::ListSessionsRequest list;
  admin::v1::RevokeSessionRequest revoke;
  admin::v1::DrainRequest drain;
  admin::v1::SetLogLevelRequest log_level;
  HealthOptions health;
  MetricsOptions metrics;
  BenchOptions bench;
  LdapToolsOptions ldap_tools;
  LeaseBatchOptions lease_batch;
  ColorChoice color = ColorChoice::kAuto;
  // Figures on stderr at the end.
  bool verbose = false;
  // Output and exit status are for a script that was written for OpenLDAP's tool of this kind.
  bool as_ldap_tool = false;
};

}  // namespace dirlease::cli
