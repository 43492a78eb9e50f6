// Runs the whole client in process, from argv to exit status.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/commands.h"

namespace dirlease::cli {

struct ClientRun {
  int exit_status = 0;
  std::string out;
  std::string err;
  // argv as the client left it.
  std::vector<std::string> arguments;
};

// `out` may be a stream of the test's own; ClientRun.out then stays empty.
inline ClientRun RunClient(std::vector<std::string> arguments, Interrupts& interrupts,
                           std::ostream* out = nullptr) {
  for (const char* name :
       {"DIRLEASE_ADDRESS", "DIRLEASE_LEASE", "DIRLEASE_ADMIN", "DIRLEASE_METRICS"})
    unsetenv(name);
  arguments.insert(arguments.begin(), "dirlease");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::ostringstream text, err;
  std::ostream& output = out == nullptr ? text : *out;
  ClientRun run;
  auto invocation = ParseCommandLine(static_cast<int>(arguments.size()), argv.data(), output, err,
                                     run.exit_status);
  if (invocation) run.exit_status = RunCommand(*invocation, {output, err}, interrupts);
  run.out = text.str();
  run.err = err.str();
  run.arguments = std::move(arguments);
  return run;
}

inline ClientRun RunClient(std::vector<std::string> arguments) {
  Interrupts interrupts;
  return RunClient(std::move(arguments), interrupts);
}

}  // namespace dirlease::cli
