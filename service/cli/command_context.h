// What every command gets to work with. Borrowed for the length of the command.
#pragma once

#include <iosfwd>
#include <string_view>

#include "cli/advice.h"
#include "cli/gateway_client.h"
#include "cli/interrupts.h"
#include "cli/invocation.h"

namespace dirlease::cli {

struct Output {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
};

struct CommandContext {
  Invocation& invocation;
  GatewayClient& client;
  const Output& output;
  const Interrupts& interrupts;

  bool color_out() const { return UseColor(invocation.color, output.out_is_terminal); }
  bool color_err() const { return UseColor(invocation.color, output.err_is_terminal); }
  // Rewrite a progress line on `err`: on one terminal with the entries it would only tear them
  // apart.
  bool show_progress() const { return output.err_is_terminal && !output.out_is_terminal; }
};

// The exit status of those of OpenLDAP's tools that know only one for whatever failed; `exit_status` if it is none.
int ToolFailed(const CommandContext& context, int exit_status);

// What the directory said to a failed call, on `out` in the words of OpenLDAP's tool; nothing unless it is one.
void PrintToolResult(const CommandContext& context, std::string_view label, const CallStatus& status);

// Tells people about a call that did not end OK and gives the exit status. REQUIRES: status.code()
// != 0.
int ReportFailure(const CommandContext& context, std::string_view action, const CallStatus& status,
                  CallKind kind = CallKind::kRead);

}  // namespace dirlease::cli
