// What every command gets to work with. Borrowed for the length of the command.
#pragma once

#include <iosfwd>
#include <string_view>

#include "cli/gateway_client.h"
#include "cli/interrupts.h"
#include "cli/invocation.h"

namespace dirlease::cli {

struct Output {
  std::ostream& out;
  std::ostream& err;
  // Rewrite a progress line on `err`.
  bool show_progress = false;
};

struct CommandContext {
  Invocation& invocation;
  GatewayClient& client;
  const Output& output;
  const Interrupts& interrupts;
};

// Tells people about a call that did not end OK and gives the exit status. REQUIRES: status.code()
// != 0.
int ReportFailure(const CommandContext& context, std::string_view action, const CallStatus& status);

}  // namespace dirlease::cli
