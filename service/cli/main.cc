#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "cli/command_line.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  // gRPC's own lines say nothing that the status does not say better. Who wants them sets the
  // variable.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  // A reader that goes away is a failed write, so that the search is cancelled and the lease
  // unbound.
  std::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);

  int exit_status = 0;
  auto invocation = dirlease::cli::ParseCommandLine(argc, argv, std::cout, std::cerr, exit_status);
  if (!invocation) return exit_status;

  dirlease::cli::Interrupts interrupts;
  const dirlease::cli::SignalWatcher watcher(interrupts);
  const dirlease::cli::Output output{std::cout, std::cerr, isatty(STDOUT_FILENO) != 0,
                                     isatty(STDERR_FILENO) != 0};
  return dirlease::cli::RunCommand(*invocation, output, interrupts);
}
