#include "cli/command_table.h"
#include "cli/commands.h"

namespace dirlease::cli {
namespace {

constexpr char kBenchFooter[] =
    "\nMeasured is what a caller sees: from just before a call to its status, on this machine's\n"
    "clock, over one connection. There is no warm-up: every call counts, but for opening the "
    "leases\n"
    "(--kind=open measures that). Calls that run when the time is over are awaited and counted.\n"
    "Latencies are those of calls that ended OK, all of them, up to 10,000,000 calls (80 MB), "
    "where\n"
    "a run ends. The exit status is that of the first call that failed, 0 without one.\n"
    "Words after the options: filter and attributes as for `search`; DN and ATTR:VALUE for\n"
    "--kind=compare.\n"
    "Examples:\n"
    "  dirlease bench --kind=search -b dc=example,dc=com --count 10000 '(uid=ann)' cn mail\n"
    "  dirlease bench --kind=stream --leases 4 --concurrency 4 -b dc=example,dc=com --output=json\n"
    "  dirlease bench --kind=pipeline --concurrency 64 -b dc=example,dc=com '(uid=ann)' mail\n"
    "  dirlease bench --kind=open -D uid=ann,ou=people,dc=example,dc=com -W --duration 10s";

void DefineLoad(CLI::App& app, BenchOptions& bench) {
  AddChoice<BenchKind>(app, "--kind",
                       "what to call (whoami); stream is search with the time to the first entry, pipeline is\n"
                       "search with all calls of a lease on one stream",
                       {{"whoami", BenchKind::kWhoAmI},
                        {"compare", BenchKind::kCompare},
                        {"search", BenchKind::kSearch},
                        {"stream", BenchKind::kStream},
                        {"pipeline", BenchKind::kPipeline},
                        {"open", BenchKind::kOpen}},
                       [&bench](BenchKind kind) { bench.kind = kind; });
  app.add_option("--leases", bench.leases,
                 "leases to open first, at most 10,000; calls take turns on them (1)")
      ->type_name("COUNT")
      ->check(Unnamed(CLI::Range(1, 10'000)));
  app.add_option("--concurrency", bench.concurrency, "calls at once, at most 1,000 (8)")
      ->type_name("COUNT")
      ->check(Unnamed(CLI::Range(1, 1'000)));
  CLI::Option* duration = AddDuration(app, "--duration", "no call begins later than this (5s)",
                                      [&bench](auto time) { bench.duration = time; });
  app.add_option("--count", bench.count, "so many calls, however long they take")
      ->type_name("COUNT")
      ->check(Unnamed(CLI::Range(int64_t{1}, kMaxBenchCalls)))
      ->excludes(duration);
  AddChoice<bool>(app, "--output", "how figures are written (text)",
                  {{"text", false}, {"json", true}}, [&bench](bool json) { bench.json = json; });
}

}  // namespace

void DefineBenchCommand(CLI::App& parent, RawOptions& options) {
  CLI::App& app = *AddCommand(parent, options, {RunBench, LeaseUse::kNamedOrOwn}, "bench",
                              "a small load run: calls a second, latencies, statuses", "");
  DefineLoad(app, options.invocation.bench);
  DefineSearchRequest(app, options);
  app.add_option("words", options.words, "of a search or compare")
      ->type_name("[FILTER] [ATTRIBUTE...] | DN ATTR:VALUE");
  app.footer(kBenchFooter);
}

}  // namespace dirlease::cli
