#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

constexpr char kSyncFooter[] =
    "\nWords after the options: as for `dirlease search`. Entries are LDIF, behind a comment with what became of each:\n"
    "  # state: add e1b0a0ba-0f2c-103f-8d2b-0123456789ab      (present, add, modify, delete)\n"
    "  # phase: refresh done: changes follow\n"
    "  # cookie: rid=000,csn=...\n"
    "What a cookie stands for has been written when its file is replaced: a run that was interrupted repeats at most what "
    "came since, and loses nothing. Exit status 1 with SYNC_REFRESH_REQUIRED: the directory cannot resume; remove the "
    "file and begin anew.\n"
    "Examples:\n"
    "  dirlease sync -b ou=people,dc=example,dc=com --cookie-file people.cookie       # what changed since the last run\n"
    "  dirlease sync -b ou=people,dc=example,dc=com --cookie-file people.cookie --persist '(objectClass=person)' cn mail";

}  // namespace

void DefineSyncCommand(CLI::App& parent, RawOptions& options) {
  CLI::App& app = *AddCommand(parent, options, {RunSync, LeaseUse::kNamedOrOwn}, "sync",
                              "a content and its changes (RFC 4533) as LDIF", "");
  v1::SyncRequest& request = options.invocation.sync.request;
  request.set_mode(v1::SyncRequest::MODE_REFRESH_ONLY);
  DefineContent(app, options);
  app.add_flag_callback(
      "--persist", [&request] { request.set_mode(v1::SyncRequest::MODE_REFRESH_AND_PERSIST); },
      "go on with changes as they happen, until Ctrl-C");
  CLI::Option* cookie = app.add_option_function<std::string>(
      "--cookie", [&request](const std::string& text) { request.set_cookie(text); },
      "resume here: a cookie of an earlier run of the same request");
  CLI::Option* file =
      app.add_option("--cookie-file", options.invocation.sync.cookie_file,
                     "resume from this file, if it is there, and keep the last cookie in it")
          ->type_name("FILE");
  cookie->excludes(file);
  app.add_flag_callback(
      "--reload", [&request] { request.set_reload_hint(true); },
      "when the directory cannot resume: everything anew, not SYNC_REFRESH_REQUIRED");
  AddDuration(app, "--heartbeat", "time between signs of life of an idle stream (30s), 0s = none",
              [&request](auto time) { *request.mutable_heartbeat_interval() = ToProto(time); });
  DefineLdifWrap(app, options);
  app.add_option("words", options.words, "filter, then attributes")->type_name("[FILTER] [ATTRIBUTE...]");
  app.footer(kSyncFooter);
}

}  // namespace dirlease::cli
