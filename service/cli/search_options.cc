#include <CLI/CLI.hpp>
#include <map>

#include "cli/arguments.h"
#include "cli/raw_options.h"

namespace dirlease::cli {
namespace {

constexpr char kFooter[] =
    "\nWords after the options: the filter, then attributes; a first word without \"=\" and \"(\" "
    "is an attribute.\n"
    "Examples:\n"
    "  dirlease search -D uid=ann,ou=people,dc=example,dc=com -W -b dc=example,dc=com '(uid=b*)' "
    "cn mail\n"
    "  dirlease search -LLL -b dc=example,dc=com --filter-arg \"$NAME\" '(cn={0})'   # any NAME is "
    "safe\n"
    "  dirlease search -b dc=example,dc=com -E pr=500/noprompt > all.ldif          # Ctrl-C "
    "abandons the search\n"
    "  dirlease search -v -b dc=example,dc=com --cancel-after 100 > first100.ldif";

CLI::Option* AddParsed(CLI::App& app, const std::string& name, const std::string& description,
                       std::function<bool(const std::string&)> parse) {
  return app.add_option_function<std::string>(
      name,
      [name, parse = std::move(parse)](const std::string& text) {
        if (!parse(text)) throw CLI::ValidationError(name, "cannot take \"" + text + "\"");
      },
      description);
}

template <typename Enum>
bool Choose(const std::map<std::string, Enum>& choices, const std::string& text, Enum& chosen) {
  const auto found = choices.find(text);
  if (found == choices.end()) return false;
  chosen = found->second;
  return true;
}

bool ParseScope(const std::string& text, v1::SearchRequest& request) {
  v1::Scope scope{};
  if (!Choose<v1::Scope>({{"base", v1::SCOPE_BASE},
                          {"one", v1::SCOPE_ONE_LEVEL},
                          {"sub", v1::SCOPE_SUBTREE},
                          {"children", v1::SCOPE_SUBORDINATES}},
                         text, scope)) {
    return false;
  }
  request.set_scope(scope);
  return true;
}

bool ParseDeref(const std::string& text, v1::SearchRequest& request) {
  v1::DerefAliases deref{};
  if (!Choose<v1::DerefAliases>({{"never", v1::DEREF_ALIASES_NEVER},
                                 {"always", v1::DEREF_ALIASES_ALWAYS},
                                 {"search", v1::DEREF_ALIASES_SEARCHING},
                                 {"find", v1::DEREF_ALIASES_FINDING}},
                                text, deref)) {
    return false;
  }
  request.set_deref_aliases(deref);
  return true;
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
  AddParsed(app, "-E",
            "pr=SIZE[/noprompt]: pages of this size (RFC 2696), 0 = never; without it the gateway "
            "decides",
            [&request](const std::string& text) {
              const auto size = ParsePageSize(text);
              if (size) request.set_auto_page_size(*size);
              return size.has_value();
            })
      ->type_name("EXTENSION");
  app.add_flag_callback(
      "--accept-partial", [&request] { request.set_accept_partial(true); },
      "a size, time or administrative limit is no failure of the call (the exit status still "
      "tells)");
}

void DefineOutput(CLI::App& app, RawOptions& options) {
  app.add_flag_function(
      "-L", [&options](int64_t count) { options.invocation.ldif.level = static_cast<int>(count); },
      "LDIF version 1; -LL without comments; -LLL without the version line too");
  app.add_flag_callback(
      "-A", [&options] { options.invocation.search.set_types_only(true); },
      "attribute types only, no values");
  AddParsed(app, "-o", "ldif-wrap=COLUMNS, or ldif-wrap=no", [&options](const std::string& text) {
    const auto columns = ParseLdifWrap(text);
    if (columns) options.invocation.ldif.columns = *columns;
    return columns.has_value();
  })->type_name("OPTION");
  app.add_option("--cancel-after", options.invocation.ldif.entry_limit,
                 "cancel the search after this many entries")
      ->type_name("COUNT")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void DefineSearchOptions(CLI::App& app, RawOptions& options) {
  v1::SearchRequest& request = options.invocation.search;
  app.add_option_function<std::string>(
         "-b", [&request](const std::string& dn) { request.set_base_dn(dn); },
         "base DN (default: the root DSE's empty one)")
      ->type_name("DN");
  AddParsed(app, "-s", "scope: base, one, sub (default), children",
            [&request](const std::string& text) { return ParseScope(text, request); })
      ->type_name("SCOPE");
  AddParsed(app, "-a", "follow aliases: never (default), always, search, find",
            [&request](const std::string& text) { return ParseDeref(text, request); })
      ->type_name("WHEN");
  DefineLimits(app, request);
  DefineOutput(app, options);
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
  app.add_option_function<std::string>(
         "--operation-id", [&request](const std::string& id) { request.set_operation_id(id); },
         "name of this operation, for `dirlease abandon` and the gateway's log")
      ->type_name("ID");
  app.add_option_function<int32_t>(
         "--max-entries-per-message",
         [&request](int32_t count) { request.set_max_entries_per_message(count); },
         "1 = one entry a message; default: what is ready")
      ->type_name("COUNT")
      ->check(CLI::NonNegativeNumber);
  app.add_option("words", options.search_words, "filter, then attributes")
      ->type_name("[FILTER] [ATTRIBUTE...]");
  app.footer(kFooter);
}

}  // namespace dirlease::cli
