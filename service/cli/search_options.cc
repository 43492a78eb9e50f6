#include "cli/arguments.h"
#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/control_arguments.h"

namespace dirlease::cli {
namespace {

constexpr char kSearchFooter[] =
    "\nWords after the options: the filter, then attributes; a first word without \"=\" and \"(\" "
    "is an attribute.\n"
    "--output=json writes one object a line, for an entry and for a search reference:\n"
    "  "
    "{\"dn\":\"uid=ann,...\",\"attributes\":{\"cn\":[\"Ann\"],\"jpegPhoto\":[{\"base64\":\"/9j/"
    "...\"}]}}\n"
    "  {\"references\":[\"ldap://...\"],\"not_followed\":\"HOP_LIMIT\"}\n"
    "with base64 where a value is not UTF-8, and for userPassword. --output=dn writes DNs alone, "
    "one a "
    "line.\n"
    "Examples:\n"
    "  dirlease search -D uid=ann,ou=people,dc=example,dc=com -W -b dc=example,dc=com '(uid=b*)' "
    "cn mail\n"
    "  dirlease search -LLL -b dc=example,dc=com --filter-arg \"$NAME\" '(cn={0})'   # any NAME is "
    "safe\n"
    "  dirlease search -b dc=example,dc=com -E pr=500/noprompt > all.ldif          # Ctrl-C "
    "abandons the search\n"
    "  dirlease search -v -b dc=example,dc=com --cancel-after 100 > first100.ldif";

void DefineBaseAndScope(CLI::App& app, v1::SearchRequest& request) {
  app.add_option_function<std::string>(
         "-b", [&request](const std::string& dn) { request.set_base_dn(dn); },
         "base DN (default: the root DSE's empty one)")
      ->type_name("DN");
  AddChoice<v1::Scope>(app, "-s", "scope (sub)",
                       {{"base", v1::SCOPE_BASE},
                        {"one", v1::SCOPE_ONE_LEVEL},
                        {"sub", v1::SCOPE_SUBTREE},
                        {"children", v1::SCOPE_SUBORDINATES}},
                       [&request](v1::Scope scope) { request.set_scope(scope); });
}

void DefineFilterArguments(CLI::App& app, v1::SearchRequest& request) {
  app.add_option_function<std::vector<std::string>>(
         "--filter-arg",
         [&request](const std::vector<std::string>& values) {
           request.mutable_filter_args()->Assign(values.begin(), values.end());
         },
         "value for {0}, {1} ... in the filter, escaped by the gateway; repeatable")
      ->type_name("VALUE")
      ->take_all()
      // One value each time; otherwise CLI11 would also take a value in brackets apart.
      ->allow_extra_args(false);
}

void DefineOperationId(CLI::App& app, v1::SearchRequest& request) {
  app.add_option_function<std::string>(
         "--operation-id", [&request](const std::string& id) { request.set_operation_id(id); },
         "name of this operation, for `dirlease abandon` and the gateway's log")
      ->type_name("ID");
}

void DefineAliases(CLI::App& app, v1::SearchRequest& request) {
  AddChoice<v1::DerefAliases>(
      app, "-a", "follow aliases (never)",
      {{"never", v1::DEREF_ALIASES_NEVER},
       {"always", v1::DEREF_ALIASES_ALWAYS},
       {"search", v1::DEREF_ALIASES_SEARCHING},
       {"find", v1::DEREF_ALIASES_FINDING}},
      [&request](v1::DerefAliases deref) { request.set_deref_aliases(deref); });
}

void DefineLimits(CLI::App& app, v1::SearchRequest& request) {
  AddParsed(app, "-z", "size limit in entries, or none, max", [&request](const std::string& text) {
    const auto limit = ParseLimit(text);
    if (limit) request.set_size_limit(*limit);
    return limit.has_value();
  })->type_name("COUNT");
  AddParsed(app, "-l", "time limit in seconds, or none, max", [&request](const std::string& text) {
    const auto limit = ParseLimit(text);
    if (limit) request.mutable_time_limit()->set_seconds(*limit);
    return limit.has_value();
  })->type_name("SECONDS");
  app.add_flag_callback(
      "--accept-partial", [&request] { request.set_accept_partial(true); },
      "a size, time or administrative limit is no failure of the call (the exit status still "
      "tells)");
}

std::optional<std::string> TakeSync(const std::string& text, SyncOptions& sync) {
  const auto extension = ParseSyncExtension(text);
  if (!extension) return "write sync=ro[/COOKIE] or sync=rp[/COOKIE]";
  sync.instead_of_search = true;
  sync.request.set_mode(extension->persist ? v1::SyncRequest::MODE_REFRESH_AND_PERSIST
                                           : v1::SyncRequest::MODE_REFRESH_ONLY);
  sync.request.set_cookie(extension->cookie);
  return std::nullopt;
}

// What slapd's tools call search extensions; -e takes the others.
void DefineExtensions(CLI::App& app, RawOptions& options) {
  v1::SearchRequest& request = options.invocation.search;
  const auto take = [&request, &sync = options.invocation.sync,
                     &controls = options.invocation.controls](const std::string& text) {
    if (text.find("sync=") <= 1) return TakeSync(text, sync);
    if (text.find("pr=") > 1) return AddSearchExtension(text, controls);
    const auto size = ParsePageSize(text);
    if (size) request.set_auto_page_size(*size);
    return size ? std::nullopt : std::make_optional<std::string>("write pr=SIZE");
  };
  AddRepeated(app, "-E",
              "[!]EXTENSION, repeatable: pr=SIZE[/noprompt], pages of this size, 0 = never, without it the gateway decides; "
              "sss=[-]ATTR[:RULE][/...], sorted by the directory; vlv=BEFORE/AFTER/OFFSET/COUNT or vlv=BEFORE/AFTER:VALUE, "
              "a part of the sorted list; sync=ro|rp[/COOKIE], as `dirlease sync`, rp with --persist; mv=FILTER, matching values only; subentries[=true|false]; dontUseCopy; or as -e",
              take)
      ->type_name("EXTENSION");
}

// What ldapsearch does with its input and output beside the search itself.
void AddStored(CLI::App& app, RawOptions& options) {
  Invocation& invocation = options.invocation;
  app.add_option("-f,--file", invocation.lines_file,
                 "one search for each line of it, which takes the place of %s in the filter as it is")
      ->type_name("FILE");
  app.add_flag("-c,--continue", invocation.next_line_after_failure, "with -f, go on after a search that failed");
  app.add_option_function<std::string>(
         "-S,--sort-by", [&invocation](const std::string& type) { invocation.sort_by = type; },
         "print the entries at the end, in the order of this attribute (\"\": of their names), without regard to case; "
         "-E sss= has the directory sort")
      ->type_name("ATTR");
}

void DefineOutput(CLI::App& app, RawOptions& options) {
  DefineEntryFormat(app, options);
  app.add_flag_function(
      "-L", [&options](int64_t count) { options.invocation.ldif.level = static_cast<int>(count); },
      "LDIF version 1; -LL without comments; -LLL without the version line too");
  AddStored(app, options);
  app.add_option("--cancel-after", options.invocation.entry_limit,
                 "cancel the search after this many entries")
      ->type_name("COUNT")
      ->check(Unnamed(CLI::PositiveNumber));
}

}  // namespace

void DefineEntryFormat(CLI::App& app, RawOptions& options) {
  AddChoice<SearchFormat>(
      app, "--output", "how entries are written (ldif), see `dirlease search --help`",
      {{"ldif", SearchFormat::kLdif}, {"json", SearchFormat::kJson}, {"dn", SearchFormat::kDn}},
      [&options](SearchFormat format) { options.invocation.format = format; });
  DefineLdifWrap(app, options);
}

void DefineLdifWrap(CLI::App& app, RawOptions& options) {
  AddParsed(app, "-o", "ldif-wrap=COLUMNS, or ldif-wrap=no", [&options](const std::string& text) {
    const auto columns = ParseLdifWrap(text);
    if (columns) options.invocation.ldif.columns = *columns;
    return columns.has_value();
  })->type_name("OPTION");
}

void DefineContent(CLI::App& app, RawOptions& options) {
  v1::SearchRequest& request = options.invocation.search;
  DefineBaseAndScope(app, request);
  DefineFilterArguments(app, request);
  DefineOperationId(app, request);
}

void DefineControls(CLI::App& app, RawOptions& options) {
  Controls& controls = options.invocation.controls;
  AddRepeated(app, "-e",
              "[!]CONTROL, ! = critical, repeatable: assert=FILTER, authzid=dn:DN or u:USER (needs !), manageDSAit, noop, "
              "postread[=ATTRS], preread[=ATTRS], ppolicy, relax, treeDelete, permissiveModify, dontUseCopy, "
              "sessiontracking[=USER], or OID=:TEXT, OID=::BASE64",
              [&controls](const std::string& text) { return AddGeneralExtension(text, controls); })
      ->type_name("CONTROL");
  app.add_flag_function(
      "-M",
      [&controls](int64_t count) {
        v1::Control& control = *controls.Add();
        control.set_manage_dsa_it(true);
        control.set_critical(count > 1);
      },
      "-e manageDSAit: referral objects as entries; -MM critical");
}

void DefineSearchRequest(CLI::App& app, RawOptions& options) {
  v1::SearchRequest& request = options.invocation.search;
  DefineBaseAndScope(app, request);
  DefineAliases(app, request);
  DefineLimits(app, request);
  DefineExtensions(app, options);
  DefineControls(app, options);
  app.add_flag_callback(
      "-A", [&request] { request.set_types_only(true); }, "attribute types only, no values");
  DefineFilterArguments(app, request);
  app.add_option_function<int32_t>(
         "--max-entries-per-message",
         [&request](int32_t count) { request.set_max_entries_per_message(count); },
         "1 = one entry a message; default: what is ready")
      ->type_name("COUNT")
      ->check(Unnamed(CLI::NonNegativeNumber));
}

void DefineSearchCommand(CLI::App& parent, RawOptions& options) {
  CLI::App& app = *AddCommand(parent, options, {RunSearch, LeaseUse::kNamedOrOwn}, "search",
                              "stream a search as LDIF, JSON or DNs", "");
  v1::SearchRequest& request = options.invocation.search;
  DefineSearchRequest(app, options);
  DefineOutput(app, options);
  DefineOperationId(app, request);
  app.add_option("words", options.words, "filter, then attributes")
      ->type_name("[FILTER] [ATTRIBUTE...]");
  app.footer(kSearchFooter);
}

}  // namespace dirlease::cli
