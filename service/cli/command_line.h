// The command line of `dirlease`: options, help, checks, and where passwords come from. Not
// thread-safe.
#pragma once

#include <iosfwd>
#include <optional>

#include "cli/invocation.h"

namespace dirlease::cli {

// Nothing = end now with `exit_status`: help was asked for, or the reason is already on `err`.
// Wipes secrets in argv, reads password and certificate files, may ask for the password on the
// terminal.
std::optional<Invocation> ParseCommandLine(int argc, char** argv, std::ostream& out,
                                           std::ostream& err, int& exit_status);

}  // namespace dirlease::cli
